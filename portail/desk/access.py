"""The whole of the desk's authorisation. Every desk view starts with one call of this page, and filters nothing itself.

Anonymous people are sent to sign in by LoginRequiredMiddleware. A family's account gets 404: to a family the desk does
not exist. An agent without the right gets 403, before anything is read.
"""

from typing import TypeVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from portail.accounts.models import Role, User
from portail.accounts.rights import Right, has_right
from portail.activities.models import (
    Activity,
    CalendarEntry,
    Closing,
    Place,
    Regulation,
    School,
    SchoolClass,
    SchoolYear,
    Service,
    ServicePlace,
    Session,
)
from portail.billing.actions import reminders
from portail.billing.models import Account, Anomaly, Charge, Invoice, InvoiceRun, Movement
from portail.billing.queries.accounts import account_of
from portail.bookings.models import Enrolment, Receipt
from portail.bookings.queries import receipt
from portail.core.models import Job, OutboxMail
from portail.families.models import (
    Adult,
    Child,
    ChildContact,
    FamilyDocument,
    Household,
    HouseholdChild,
    Quotient,
    Request,
)
from portail.messaging.models import LegalPage, News, PublicDocument
from portail.payments.models import Deposit, Payment

Row = TypeVar("Row", bound=Model)


def require(request: HttpRequest, *rights: Right) -> User:
    """The agent who asks, who has all these rights; with no right named, anybody of the town hall."""
    user = request.user
    if not isinstance(user, User) or user.is_family:
        raise Http404
    if not all(has_right(user, right) for right in rights):
        raise PermissionDenied
    return user


def person(request: HttpRequest) -> User:
    """Who asks, once a function of this page has let them in."""
    assert isinstance(request.user, User)
    return request.user


def get_household(request: HttpRequest, household_id: int, right: Right = Right.READ_FAMILIES) -> Household:
    require(request, right)
    return get_object_or_404(Household, pk=household_id)


def get_adult(
    request: HttpRequest, household_id: int, adult_id: int, right: Right = Right.EDIT_FAMILIES
) -> Adult:
    """An adult of this household, its household and its account with it."""
    require(request, right)
    return _found(Adult.objects.select_related("household", "user"), pk=adult_id, household=household_id)


def get_child_link(
    request: HttpRequest, household_id: int, child_id: int, right: Right = Right.EDIT_FAMILIES
) -> HouseholdChild:
    """The link of this household with one of its children, both rows with it."""
    require(request, right)
    links = HouseholdChild.objects.select_related("household", "child")
    return _found(links, household=household_id, child=child_id)


def get_child(request: HttpRequest, child_id: int, right: Right = Right.READ_FAMILIES) -> Child:
    require(request, right)
    return get_object_or_404(Child, pk=child_id)


def get_awaited_account(request: HttpRequest, household_id: int, user_id: int) -> tuple[Household, User]:
    """An account not activated yet that named this household when it signed up."""
    household = get_household(request, household_id, Right.EDIT_FAMILIES)
    awaited = User.objects.filter(activated_at=None, references__number=household.number)
    return household, _found(awaited, pk=user_id)


def get_school_year(request: HttpRequest, year_id: int) -> SchoolYear:
    """A school year, for whoever edits the children's schools."""
    require(request, Right.EDIT_FAMILIES)
    return _found(SchoolYear.objects.all(), pk=year_id)


def get_contact(request: HttpRequest, household_id: int, contact_id: int) -> ChildContact:
    """A contact that this household named."""
    require(request, Right.EDIT_FAMILIES)
    contacts = ChildContact.objects.select_related("household", "child")
    return _found(contacts, pk=contact_id, household=household_id)


def get_household_to_book(request: HttpRequest, household_id: int) -> Household:
    """An open household; a closed one books nothing more."""
    require(request, Right.BOOK)
    return _found(Household.objects.filter(closed_at=None), pk=household_id)


def get_child_to_book(
    request: HttpRequest, household_id: int, child_id: int
) -> tuple[list[HouseholdChild], HouseholdChild]:
    """The children that this open household has today, eldest first, and the one asked for among them."""
    require(request, Right.BOOK)
    today = timezone.localdate()
    links = list(
        HouseholdChild.objects.filter(household=household_id, household__closed_at=None, since__lte=today)
        .filter(Q(until=None) | Q(until__gte=today))
        .select_related("household", "child")
        .order_by("child__birth_date", "pk")
    )
    for link in links:
        if link.child_id == child_id:
            return links, link
    raise Http404


def get_receipt(request: HttpRequest, household_id: int, number: str) -> Receipt:
    """A receipt of this household by its number, with its lines."""
    household = get_household(request, household_id)
    try:
        return receipt(household, number)
    except Receipt.DoesNotExist:
        raise Http404 from None


def get_enrolment(
    request: HttpRequest, household_id: int, enrolment_id: int
) -> tuple[HouseholdChild, Enrolment]:
    """An enrolment of one of this household's children, with the link that ties the child to it."""
    require(request, Right.EDIT_FAMILIES)
    enrolments = Enrolment.objects.select_related("activity", "school_year", "place")
    enrolment = _found(enrolments, pk=enrolment_id)
    return get_child_link(request, household_id, enrolment.child_id), enrolment


def get_request(request: HttpRequest, request_id: int, right: Right = Right.READ_FAMILIES) -> Request:
    """A démarche of any household, or of a person who has none yet."""
    require(request, right)
    asked = Request.objects.select_related("household", "child", "author", "decided_by")
    return _found(asked, pk=request_id)


def get_certificate_request(request: HttpRequest, request_id: int) -> Request:
    """A family's request for its tax certificate, to look at what it would say and to decide."""
    require(request, Right.DECIDE_REQUESTS, Right.READ_BILLING)
    asked = Request.objects.select_related("household", "author", "decided_by")
    return get_object_or_404(asked, pk=request_id, kind=Request.Kind.TAX_CERTIFICATE, household__isnull=False)


def get_published_run(request: HttpRequest, run_id: int, right: Right = Right.READ_BILLING) -> InvoiceRun:
    """An invoicing whose invoices have their numbers."""
    require(request, right)
    return _found(InvoiceRun.objects.filter(state=InvoiceRun.State.PUBLISHED), pk=run_id)


def get_document(
    request: HttpRequest, household_id: int, document_id: int, right: Right = Right.READ_FAMILIES
) -> FamilyDocument:
    """A file put there for this household. A proof of a quotient has an address of its own (`get_proof`)."""
    require(request, right)
    files = FamilyDocument.objects.exclude(kind=FamilyDocument.Kind.PROOF).select_related("household")
    return _found(files, pk=document_id, household=household_id)


def get_proof(request: HttpRequest, household_id: int, document_id: int) -> FamilyDocument:
    """The proof of a quotient: for those who decide on it, and each reading is written in the journal."""
    require(request, Right.DECIDE_REQUESTS)
    proofs = FamilyDocument.objects.filter(kind=FamilyDocument.Kind.PROOF).select_related("household")
    return _found(proofs, pk=document_id, household=household_id)


def get_quotient(request: HttpRequest, household_id: int, quotient_id: int) -> Quotient:
    """A quotient of this household, replaced or not; what only withdraws another has no such address."""
    require(request, Right.EDIT_FAMILIES)
    rows = Quotient.objects.filter(is_void=False).select_related("household", "proof")
    return _found(rows, pk=quotient_id, household=household_id)


def get_document_to_remove(request: HttpRequest, household_id: int, document_id: int) -> FamilyDocument:
    """A file that was deposited; what the portal issued stays for ever, and has no such address."""
    require(request, Right.EDIT_FAMILIES)
    deposited = FamilyDocument.objects.filter(code=None).exclude(kind=FamilyDocument.Kind.PROOF)
    return _found(deposited.select_related("household"), pk=document_id, household=household_id)


# --- accounts


def get_account(
    request: HttpRequest, household_id: int, right: Right = Right.READ_BILLING
) -> tuple[Household, Account | None]:
    """A household and its account; None when nothing was ever asked of it nor paid."""
    household = get_household(request, household_id, right)
    return household, account_of(household.pk)


def get_household_invoice(request: HttpRequest, household_id: int, number: int) -> tuple[Household, Invoice]:
    """A published invoice of this household."""
    household = get_household(request, household_id, Right.READ_BILLING)
    invoices = Invoice.objects.select_related("account", "document", "movement")
    return household, _found(invoices, number=number, account__household=household.pk)


def get_reminders(request: HttpRequest, job_id: int) -> Job:
    """The work that writes reminders."""
    require(request, Right.READ_BILLING)
    return _found(Job.objects.filter(kind=reminders.KIND).select_related("created_by"), pk=job_id)


# --- activities


def get_school(request: HttpRequest, school_id: int) -> School:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(School.objects.all(), pk=school_id)


def get_class(request: HttpRequest, class_id: int) -> SchoolClass:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(SchoolClass.objects.select_related("school", "school_year"), pk=class_id)


def get_place(request: HttpRequest, place_id: int) -> Place:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(Place.objects.all(), pk=place_id)


def get_activity(request: HttpRequest, activity_id: int) -> Activity:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(Activity.objects.all(), pk=activity_id)


def get_service(request: HttpRequest, service_id: int) -> Service:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(Service.objects.select_related("activity"), pk=service_id)


def get_offer(request: HttpRequest, offer_id: int) -> ServicePlace:
    """A service in a place, both rows with it."""
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(ServicePlace.objects.select_related("service", "place"), pk=offer_id)


def get_year(request: HttpRequest, year_id: int) -> SchoolYear:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(SchoolYear.objects.all(), pk=year_id)


def get_calendar_entry(request: HttpRequest, entry_id: int) -> CalendarEntry:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(CalendarEntry.objects.all(), pk=entry_id)


def get_session(request: HttpRequest, session_id: int) -> Session:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(Session.objects.select_related("service", "place", "closing"), pk=session_id)


def get_closing(request: HttpRequest, closing_id: int) -> Closing:
    require(request, Right.MANAGE_ACTIVITIES)
    return _found(Closing.objects.select_related("created_by"), pk=closing_id)


# --- payments


def get_payment(request: HttpRequest, payment_id: int, right: Right = Right.READ_BILLING) -> Payment:
    """A payment of any household, with what undid it and its slip."""
    require(request, right)
    payments = Payment.objects.select_related(
        "account__household",
        "movement__created_by",
        "movement__reversed_by__created_by",
        "deposit",
        "document",
    )
    return _found(payments, pk=payment_id)


def get_debt(request: HttpRequest, household_id: int, movement_id: int) -> Movement:
    """Something that this household's account owes, for whoever may give it up."""
    require(request, Right.WRITE_OFF)
    debts = Movement.objects.filter(amount__gt=0, account__household=household_id)
    return _found(debts.select_related("account__household", "invoice"), pk=movement_id)


UNDOING = {
    Movement.Kind.PAYMENT: Right.TAKE_PAYMENTS,
    Movement.Kind.REFUND: Right.REFUND,
    Movement.Kind.WRITE_OFF: Right.WRITE_OFF,
    Movement.Kind.OPENING: Right.BILL,
}


def get_entry_to_undo(request: HttpRequest, household_id: int, movement_id: int) -> Movement:
    """An entry of this household's account that is undone by its opposite, for whoever may make such entries."""
    require(request, Right.READ_BILLING)
    entries = Movement.objects.filter(kind__in=UNDOING, account__household=household_id)
    found = _found(entries.select_related("account__household", "payment"), pk=movement_id)
    require(request, UNDOING[Movement.Kind(found.kind)])
    return found


def get_deposit(request: HttpRequest, deposit_id: int, right: Right = Right.READ_BILLING) -> Deposit:
    require(request, right)
    return _found(Deposit.objects.select_related("created_by"), pk=deposit_id)


# --- publications


def get_news(request: HttpRequest, news_id: int) -> News:
    require(request, Right.PUBLISH)
    return _found(News.objects.all(), pk=news_id)


def get_public_document(request: HttpRequest, document_id: int) -> PublicDocument:
    require(request, Right.PUBLISH)
    return _found(PublicDocument.objects.all(), pk=document_id)


def get_legal_page(request: HttpRequest, kind: str, version: int) -> LegalPage:
    require(request, Right.PUBLISH)
    return get_object_or_404(LegalPage, kind=kind, version=version)


# --- invoicing


def get_run(request: HttpRequest, run_id: int, right: Right = Right.READ_BILLING) -> InvoiceRun:
    require(request, right)
    return _found(InvoiceRun.objects.select_related("created_by", "published_by"), pk=run_id)


def get_anomalies(request: HttpRequest, run_id: int) -> QuerySet[Anomaly]:
    """What deserves a look in this run, for whoever decides on it."""
    return get_run(request, run_id, Right.BILL).anomalies.all()


def get_invoice(request: HttpRequest, invoice_id: int, right: Right = Right.READ_BILLING) -> Invoice:
    """An invoice, published or drafted, its payer with it."""
    require(request, right)
    return _found(Invoice.objects.select_related("account__household", "run", "document"), pk=invoice_id)


def get_household_to_bill(request: HttpRequest, household_id: int) -> Household:
    require(request, Right.BILL)
    return _found(Household.objects.all(), pk=household_id)


def get_pending_charge(request: HttpRequest, household_id: int, charge_id: int) -> Charge:
    """Something written by hand for this household; not what is computed."""
    require(request, Right.BILL)
    charges = Charge.objects.filter(key="").select_related("account__household", "line")
    return get_object_or_404(charges, pk=charge_id, account__household=household_id)


# --- administration


def get_staff(request: HttpRequest, user_id: int) -> User:
    """An account of the town hall; a family's is not found here."""
    require(request, Right.MANAGE_USERS)
    return _found(User.objects.exclude(role=Role.FAMILY), pk=user_id)


def get_regulation(request: HttpRequest, version: int) -> Regulation:
    require(request, Right.MANAGE_SETTINGS)
    return _found(Regulation.objects.select_related("applied_by"), version=version)


def get_mail(request: HttpRequest, mail_id: int) -> OutboxMail:
    require(request, Right.MANAGE_MAILS)
    return _found(OutboxMail.objects.all(), pk=mail_id)


def _found(rows: QuerySet[Row], **identity: int) -> Row:
    return get_object_or_404(rows, **identity)
