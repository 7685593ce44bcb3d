"""Rows for tests: small, believable, and the same whatever the order."""

from datetime import UTC, date, datetime, time
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory

from portail.accounts.models import Role, User
from portail.activities.models import (
    Activity,
    CalendarEntry,
    Closing,
    Commune,
    Place,
    School,
    SchoolClass,
    SchoolYear,
    Service,
    ServicePlace,
    Session,
)
from portail.billing.models import (
    Account,
    Allocation,
    Charge,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    Movement,
)
from portail.bookings.models import Booking, Enrolment
from portail.core.models import OutboxMail
from portail.families.models import (
    Adult,
    Child,
    ChildContact,
    FamilyDocument,
    Household,
    HouseholdChild,
    Quotient,
    Request,
    Schooling,
)
from portail.messaging.models import News, PublicDocument
from portail.payments.models import Mode, Payment

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)  # Tuesday 24 November 2026, 10:00 in Paris
PASSWORD = "quatre-chevaux-verts-2026"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"parent{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@exemple.fr".lower())
    first_name = "Alice"
    last_name = "Martin"
    role = Role.FAMILY
    created_at = NOW
    activated_at = NOW

    @factory.post_generation
    def password(self, create, extracted, **kwargs):
        self.set_password(extracted or PASSWORD)
        self.save(update_fields=["password"])
        self.emailaddress_set.create(email=self.email, primary=True, verified=self.activated_at is not None)


class CommuneFactory(DjangoModelFactory):
    class Meta:
        model = Commune
        django_get_or_create = ("id",)

    id = 1
    name = "Valmont-sur-Orne"
    zone = "B"
    phone = "02 31 00 00 00"


class SchoolYearFactory(DjangoModelFactory):
    class Meta:
        model = SchoolYear
        django_get_or_create = ("label",)

    label = "2026-2027"
    start = date(2026, 9, 1)
    end = date(2027, 7, 3)
    bookable_from = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)


class SchoolFactory(DjangoModelFactory):
    class Meta:
        model = School
        django_get_or_create = ("name",)

    name = "École Jules-Verne"


class SchoolClassFactory(DjangoModelFactory):
    class Meta:
        model = SchoolClass

    school = factory.SubFactory(SchoolFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    name = factory.Sequence(lambda n: f"CE1-{n}")
    level = "CE1"


class PlaceFactory(DjangoModelFactory):
    class Meta:
        model = Place
        django_get_or_create = ("name",)

    name = "Restaurant Jules-Verne"


class ActivityFactory(DjangoModelFactory):
    class Meta:
        model = Activity
        django_get_or_create = ("code",)

    code = "restauration"
    name = "Restauration scolaire"
    icon = "meal"


class ServiceFactory(DjangoModelFactory):
    class Meta:
        model = Service
        django_get_or_create = ("code",)

    activity = factory.SubFactory(ActivityFactory)
    code = "cantine"
    name = "Cantine"
    short_name = "Cantine"
    icon = "meal"
    serves_meal = True
    starts_at = time(12, 0)
    ends_at = time(13, 30)
    weekdays = "1245"
    period = Service.Period.SCHOOL


class ServicePlaceFactory(DjangoModelFactory):
    class Meta:
        model = ServicePlace
        django_get_or_create = ("service", "place")

    service = factory.SubFactory(ServiceFactory)
    place = factory.SubFactory(PlaceFactory)
    capacity = 40


class SessionFactory(DjangoModelFactory):
    class Meta:
        model = Session

    service = factory.SubFactory(ServiceFactory)
    place = factory.SubFactory(PlaceFactory)
    date = date(2026, 12, 3)
    capacity = 40


class HouseholdFactory(DjangoModelFactory):
    class Meta:
        model = Household

    number = factory.Sequence(lambda n: str(8000 + n))  # the cast has 7001 to 7003
    name = "MARTIN"
    street = "12 rue des Lilas"
    postcode = "14220"
    city = "Valmont-sur-Orne"
    created_at = NOW


class AdultFactory(DjangoModelFactory):
    class Meta:
        model = Adult

    household = factory.SubFactory(HouseholdFactory)
    first_name = "Alice"
    last_name = "Martin"
    email = factory.LazyAttribute(lambda o: f"{o.first_name.lower()}@exemple.fr")
    mobile_phone = "+33612345678"


class ChildFactory(DjangoModelFactory):
    class Meta:
        model = Child

    first_name = "Léa"
    last_name = "Martin"
    birth_date = date(2018, 5, 12)


class HouseholdChildFactory(DjangoModelFactory):
    class Meta:
        model = HouseholdChild

    household = factory.SubFactory(HouseholdFactory)
    child = factory.SubFactory(ChildFactory)
    since = date(2025, 9, 1)


class ChildContactFactory(DjangoModelFactory):
    class Meta:
        model = ChildContact

    household = factory.SubFactory(HouseholdFactory)
    child = factory.SubFactory(ChildFactory)
    name = "Mamie Jeanne"
    phone = "+33231000001"


class RequestFactory(DjangoModelFactory):
    class Meta:
        model = Request

    kind = Request.Kind.MESSAGE
    author = factory.SubFactory(UserFactory)
    author_label = factory.LazyAttribute(lambda o: str(o.author))
    household = factory.SubFactory(HouseholdFactory)
    message = "Bonjour, la cantine ouvre-t-elle le 4 janvier ?"
    created_at = NOW


class SchoolingFactory(DjangoModelFactory):
    class Meta:
        model = Schooling

    child = factory.SubFactory(ChildFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    school = factory.SubFactory(SchoolFactory)
    level = "CE1"


class EnrolmentFactory(DjangoModelFactory):
    class Meta:
        model = Enrolment

    child = factory.SubFactory(ChildFactory)
    activity = factory.SubFactory(ActivityFactory)
    school_year = factory.SubFactory(SchoolYearFactory)
    place = factory.SubFactory(PlaceFactory)


class BookingFactory(DjangoModelFactory):
    class Meta:
        model = Booking

    child = factory.SubFactory(ChildFactory)
    session = factory.SubFactory(SessionFactory)
    household = factory.SubFactory(HouseholdFactory)
    created_at = NOW


class ClosingFactory(DjangoModelFactory):
    class Meta:
        model = Closing

    reason = "Panne de chauffage"
    start = date(2026, 12, 3)
    end = date(2026, 12, 4)
    created_at = NOW


class CalendarEntryFactory(DjangoModelFactory):
    class Meta:
        model = CalendarEntry

    kind = CalendarEntry.Kind.CLOSURE
    start = date(2027, 8, 1)
    end = date(2027, 8, 15)
    label = "Fermeture d'été"


class NewsFactory(DjangoModelFactory):
    class Meta:
        model = News

    title = factory.Sequence(lambda n: f"Actualité {n}")
    body = "Le service est ouvert."
    since = date(2026, 11, 1)


class PublicDocumentFactory(DjangoModelFactory):
    class Meta:
        model = PublicDocument

    title = factory.Sequence(lambda n: f"Document {n}")
    since = date(2026, 11, 1)
    file = factory.django.FileField(data=b"%PDF-1.7", filename="document.pdf")
    file_name = "document.pdf"
    content_type = "application/pdf"
    size = 8


class OutboxMailFactory(DjangoModelFactory):
    class Meta:
        model = OutboxMail

    message_id = factory.Sequence(lambda n: f"<{n}@localhost>")
    kind = "bookings/mail/receipt"
    to = "alice@exemple.fr"
    subject_line = "Réservations modifiées"
    text = "Bonjour"
    html = "<p>Bonjour</p>"
    due_at = NOW
    created_at = NOW


class AccountFactory(DjangoModelFactory):
    class Meta:
        model = Account
        django_get_or_create = ("household",)

    household = factory.SubFactory(HouseholdFactory)
    created_at = NOW


class QuotientFactory(DjangoModelFactory):
    class Meta:
        model = Quotient

    household = factory.SubFactory(HouseholdFactory)
    value = Decimal("742.00")
    kind = "caf"
    proved_on = date(2026, 2, 10)
    received_on = date(2026, 2, 10)
    created_at = NOW


class InvoiceFactory(DjangoModelFactory):
    """A published invoice of October with its movement. `number=None, issued_on=None`: a draft, without movement."""

    class Meta:
        model = Invoice
        skip_postgeneration_save = True

    account = factory.SubFactory(AccountFactory)
    number = factory.Sequence(lambda n: 2026000000001 + n)
    issued_on = date(2026, 11, 5)
    due_on = date(2026, 12, 15)
    first = date(2026, 10, 1)
    last = date(2026, 10, 31)
    amount = Decimal("48.30")

    @factory.post_generation
    def movement(self, create, extracted, **kwargs):
        if self.number is not None:
            MovementFactory(
                account=self.account,
                kind=Movement.Kind.INVOICE,
                day=self.issued_on,
                amount=self.amount,
                label=f"Facture {self.number}",
                invoice=self,
            )


class InvoiceLineFactory(DjangoModelFactory):
    class Meta:
        model = InvoiceLine

    invoice = factory.SubFactory(InvoiceFactory)
    child = factory.SubFactory(ChildFactory)
    child_label = factory.LazyAttribute(lambda o: o.child.first_name if o.child else "")
    service = factory.SubFactory(ServiceFactory)
    label = "Cantine"
    days = ["2026-10-01", "2026-10-02"]
    quantity = Decimal(2)
    unit_price = Decimal("3.45")
    amount = Decimal("6.90")
    explanation = {"sentence": "3,45 € : tarif de 3,45 €", "steps": []}


class ChargeFactory(DjangoModelFactory):
    class Meta:
        model = Charge

    account = factory.SubFactory(AccountFactory)
    kind = Charge.Kind.BOOKING
    child = factory.SubFactory(ChildFactory)
    service = factory.SubFactory(ServiceFactory)
    day = date(2026, 10, 1)
    label = "Cantine"
    amount = Decimal("3.45")
    created_at = NOW


class MovementFactory(DjangoModelFactory):
    """Money given back to the account, unless said otherwise: 20 € paid."""

    class Meta:
        model = Movement

    account = factory.SubFactory(AccountFactory)
    kind = Movement.Kind.PAYMENT
    day = date(2026, 11, 12)
    amount = Decimal("-20.00")
    label = "Paiement"
    created_at = NOW


class AllocationFactory(DjangoModelFactory):
    class Meta:
        model = Allocation

    at = NOW


class CreditNoteFactory(DjangoModelFactory):
    """A credit note of a whole invoice, in its account; `lines`: the lines of the invoice that it takes back."""

    class Meta:
        model = CreditNote
        skip_postgeneration_save = True

    invoice = factory.SubFactory(InvoiceFactory)
    number = factory.Sequence(lambda n: 2026000000001 + n)
    issued_on = date(2026, 11, 10)
    amount = factory.LazyAttribute(lambda o: o.invoice.amount)
    reason = "Facturée par méprise"
    created_at = NOW

    @factory.post_generation
    def movement(self, create, extracted, **kwargs):
        MovementFactory(
            account=self.invoice.account,
            kind=Movement.Kind.CREDIT_NOTE,
            day=self.issued_on,
            amount=-self.amount,
            label=f"Avoir {self.number}",
            credit_note=self,
        )

    @factory.post_generation
    def lines(self, create, extracted, **kwargs):
        for line in extracted or ():
            CreditNoteLine.objects.create(note=self, line=line)


class PaymentFactory(DjangoModelFactory):
    """Money received, with its movement."""

    class Meta:
        model = Payment

    account = factory.SubFactory(AccountFactory)
    mode = Mode.CHEQUE
    amount = Decimal("20.00")
    received_on = date(2026, 11, 12)
    movement = factory.SubFactory(
        MovementFactory,
        account=factory.SelfAttribute("..account"),
        amount=factory.LazyAttribute(lambda o: -o.factory_parent.amount),
        day=factory.SelfAttribute("..received_on"),
    )
    created_at = NOW


class FamilyDocumentFactory(DjangoModelFactory):
    class Meta:
        model = FamilyDocument

    household = factory.SubFactory(HouseholdFactory)
    title = "Facture d'octobre 2026"
    file = factory.django.FileField(data=b"%PDF-1.7", filename="document.pdf")
    file_name = "document.pdf"
    content_type = "application/pdf"
    size = 8
    added_at = NOW
