"""The cast's world with one row of every noun, almost all of them Alice's, for the walks through all addresses."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.files.base import ContentFile
from django.db import transaction
from django.test import Client

from portail.accounts import keys
from portail.activities.actions.calendar import import_calendar
from portail.activities.actions.regulation import default_text
from portail.activities.models import CalendarEntry, Closing, Regulation
from portail.attendance.actions.kitchen import close_order
from portail.attendance.actions.marks import Touch, record
from portail.attendance.models import Assignment
from portail.billing.actions import reminders
from portail.billing.models import Anomaly, Charge, InvoiceRun
from portail.bookings import offer_keys
from portail.bookings.actions import Wish, change_bookings
from portail.bookings.actions.absences import tell_absences
from portail.bookings.actions.feeds import open_feed
from portail.bookings.actions.group_bookings import Days
from portail.bookings.actions.group_changes import prepare_bookings
from portail.bookings.models import Booking, TypicalWeek
from portail.bookings.queries.audiences import Audience
from portail.families.actions.custody import propose_calendar
from portail.families.actions.documents import issue
from portail.families.models import CourtDecision, FamilyDocument, Request
from portail.messaging.models import LegalPage, News, PublicDocument
from portail.payments.models import Deposit
from portail.rules.attendance import Kind
from portail.rules.custody import Calendar, Home, Weeks
from tests import factories as make
from tests.core.mails import outbox_mail
from tests.walk import Address, addresses

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DECEMBER = date(2026, 12, 1)
OPENING = """
[[bookings.periods]]
code = "hiver-2027"
name = "Vacances d'hiver 2027"
services = ["vacances"]
from = 2027-02-20
until = 2027-03-07
opens = [{ label = "Toutes les familles", on = 2027-01-09, at = "09:00" }]
room = { families = 20 }
"""
FAMILIES = ("alice", "bob", "charlie")
STAFF = ("agnes", "renee", "alix", "lou", "remi")
ROLES = ("anonymous", *FAMILIES, *STAFF)


@pytest.fixture
def world(cast) -> Any:
    """`world.values`: what goes into the addresses, by parameter, or by name of the address and parameter."""
    with time_machine.travel(make.NOW, tick=False):
        world = SimpleNamespace(**vars(cast), users={name: _user(cast, name) for name in ROLES})
        _publish(world)
        _run_activities(world)
        _ask(world)
        _share(world)
        _book(world)
        _take_attendance(world)
        _wait(world)
        _bill(world)
        _hand_over(world)
        _draft(world)
        _open_accounts(world)
        world.users["newcomer"] = world.newcomer
        world.values = _values(world)
        yield world


def _user(cast: SimpleNamespace, name: str) -> Any:
    if name == "anonymous":
        return None
    found = getattr(cast, name)
    return found.user if name in FAMILIES else found


def _stored(row: Any) -> Any:
    row.file_name, row.content_type, row.size = "texte.pdf", "application/pdf", len(PDF)
    row.file.save("texte.pdf", ContentFile(PDF), save=True)
    return row


def _publish(world: SimpleNamespace) -> None:
    world.news = News.objects.create(title="Rentrée", body="Bonjour.", since=date(2026, 11, 1))
    world.public_document = _stored(PublicDocument(title="Règlement", since=date(2026, 9, 1)))
    for kind in LegalPage.Kind:
        LegalPage.objects.create(kind=kind, version=1, body="Texte.", published_at=make.NOW)
    world.mail = outbox_mail(to="alice@exemple.fr", about=world.alice.household.journal_subject)


def _run_activities(world: SimpleNamespace) -> None:
    import_calendar("B", "", (2026, 2027), actor=None, now=make.NOW)
    world.entry = CalendarEntry.objects.create(
        kind=CalendarEntry.Kind.CLOSURE, start=date(2027, 5, 7), end=date(2027, 5, 7), label="Pont"
    )
    world.regulation = Regulation.objects.create(
        version=1, text=default_text(world.commune.name, "B") + OPENING, applied_at=make.NOW
    )
    world.school_class = make.SchoolClassFactory(name="CE1")
    world.closing = Closing.objects.create(
        reason="Grève", start=date(2026, 12, 8), end=date(2026, 12, 8), created_at=make.NOW
    )
    make.SessionFactory(
        service=world.canteen, place=world.offer.place, date=date(2026, 12, 8), closing=world.closing
    )
    world.session = make.SessionFactory(service=world.canteen, place=world.offer.place)
    days = Days((world.canteen,), date(2026, 12, 7), date(2026, 12, 11), frozenset({0}))
    audience = Audience("CE1", frozenset({world.noe.pk}))
    world.group = prepare_bookings(audience, days, token=uuid4(), actor=world.agnes, now=make.NOW)


def _ask(world: SimpleNamespace) -> None:
    alice = {"author": world.alice.user, "household": world.alice.household}
    world.other_adult = make.AdultFactory(household=world.alice.household, first_name="Paul", position=1)
    world.year = make.SchoolYearFactory()
    world.contact = make.ChildContactFactory(household=world.alice.household, child=world.lea)
    world.request = make.RequestFactory(**alice)
    world.change = make.RequestFactory(
        **alice,
        kind=Request.Kind.CHANGE,
        data={
            "about": "household",
            "changes": [{"field": "street", "old": "12 rue des Lilas", "new": "3 impasse du Moulin"}],
        },
    )
    world.certificate = make.RequestFactory(**alice, kind=Request.Kind.TAX_CERTIFICATE, data={"year": 2025})
    world.quotient = make.QuotientFactory(household=world.alice.household, kind="CAF")
    world.quotient_request = make.RequestFactory(**alice, kind=Request.Kind.QUOTIENT, data={"kind": "CAF"})
    world.proof = _stored(
        FamilyDocument(
            household=world.alice.household,
            request=world.quotient_request,
            kind=FamilyDocument.Kind.PROOF,
            title="Justificatif",
            added_at=make.NOW,
        )
    )
    world.family_document = _stored(
        FamilyDocument(household=world.alice.household, title="Attestation", added_at=make.NOW)
    )
    world.invoice_paper = issue(
        world.alice.household,
        FamilyDocument.Kind.INVOICE,
        "2026000000001",
        "Facture de novembre 2026",
        PDF,
        "facture-2026000000001.pdf",
        amount=Decimal("48.30"),
        now=make.NOW,
    )


def _share(world: SimpleNamespace) -> None:
    """Bob proposes a custody calendar to Alice; a court's decision about Noé was lifted."""
    world.term = propose_calendar(
        world.lea,
        world.bob.household,
        Calendar(Weeks(Home.A), date(2026, 12, 1)),
        token=uuid4(),
        author=world.bob.user,
        now=make.NOW,
    )
    world.decision = CourtDecision.objects.create(
        child=world.noe,
        household=world.alice.household,
        document=_stored(FamilyDocument(household=world.alice.household, kind="court", added_at=make.NOW)),
        since=date(2026, 1, 5),
        created_at=make.NOW,
        lifted_at=make.NOW,
        token=uuid4(),
    )


def _book(world: SimpleNamespace) -> None:
    wish = Wish(world.lea.pk, world.session.pk, True)
    world.receipt = change_bookings(
        world.alice.household, [wish], token=uuid4(), actor=world.alice.user, now=make.NOW
    )
    world.typical_week = TypicalWeek.objects.create(
        household=world.alice.household,
        child=world.lea,
        activity=world.canteen.activity,
        since=make.NOW.date(),
        until=date(2027, 7, 3),
        kept_at=make.NOW,
    )
    world.typical_week.days.create(service=world.canteen, weekday=0)
    (world.absence,) = tell_absences(
        world.alice.household,
        [world.receipt.lines.get().booking_id],
        reason="",
        actor=world.alice.user,
        now=make.NOW,
    )
    world.kitchen_order = close_order(world.session.date, actor=world.agnes, now=make.NOW)


def _take_attendance(world: SimpleNamespace) -> None:
    """Lou keeps the list of today's canteen: Léa, whom Alice booked, and somebody without dossier."""
    Assignment.objects.create(user=world.lou, place=world.offer.place)
    world.list = make.SessionFactory(service=world.canteen, place=world.offer.place, date=make.NOW.date())
    make.BookingFactory(child=world.lea, session=world.list, household=world.alice.household)
    world.guest = uuid4()
    touches = [
        Touch(uuid4(), world.list.pk, Kind.PRESENT, make.NOW, child_id=world.lea.pk),
        Touch(uuid4(), world.list.pk, Kind.UNEXPECTED, make.NOW, child_id=world.zoe.pk),
        Touch(world.guest, world.list.pk, Kind.UNEXPECTED, make.NOW, guest=world.guest, text="Malo"),
    ]
    record(touches, actor=world.lou, now=make.NOW)


def _wait(world: SimpleNamespace) -> None:
    """A place that is offered to Noé."""
    lunch = make.SessionFactory(
        service=world.session.service, place=world.session.place, date=date(2026, 12, 18), capacity=1
    )
    world.offered = make.BookingFactory(
        child=world.noe,
        household=world.alice.household,
        session=lunch,
        state=Booking.State.OFFERED,
        offered_until=make.NOW + timedelta(days=9),
    )


def _bill(world: SimpleNamespace) -> None:
    """An invoice of Alice's with its PDF, a line, a payment and a credit note."""
    account = make.AccountFactory(household=world.alice.household)
    world.invoice = make.InvoiceFactory(account=account)
    world.invoice.document = _stored(
        FamilyDocument(household=world.alice.household, title="Facture", added_at=make.NOW)
    )
    world.invoice.save()
    world.invoice_line = make.InvoiceLineFactory(
        invoice=world.invoice, child=world.lea, service=world.canteen
    )
    make.PaymentFactory(account=account)
    world.reminders = reminders.start(
        [world.invoice.pk], days=15, token=uuid4(), actor=world.renee, now=make.NOW
    )
    world.credit_note = make.CreditNoteFactory(invoice=world.invoice, lines=[world.invoice_line])


def _hand_over(world: SimpleNamespace) -> None:
    """A cheque on its way to the Treasury."""
    world.published_run = InvoiceRun.objects.create(
        title="Novembre 2026",
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        due_on=date(2027, 1, 4),
        state=InvoiceRun.State.PUBLISHED,
        is_open=None,
        created_at=make.NOW,
        published_at=make.NOW,
    )
    world.payment = make.PaymentFactory(account=world.invoice.account)
    world.deposit = Deposit.objects.create(
        mode="cheque", day=date(2026, 11, 20), total=world.payment.amount, token=uuid4(), created_at=make.NOW
    )
    world.payment.deposit = world.deposit
    world.payment.save()


def _draft(world: SimpleNamespace) -> None:
    """A run that waits to be read, with an invoice, an anomaly, and something added by hand to the next one."""
    world.run = InvoiceRun.objects.create(
        title="Novembre 2026",
        first=date(2026, 11, 1),
        last=date(2026, 11, 30),
        due_on=date(2026, 12, 31),
        state=InvoiceRun.State.DRAFT,
        created_at=make.NOW,
        drafted_at=make.NOW,
    )
    account = world.invoice.account
    draft = make.InvoiceFactory(account=account, run=world.run, number=None, issued_on=None)
    make.InvoiceLineFactory(invoice=draft, child=world.lea, service=world.canteen)
    world.anomaly = Anomaly.objects.create(
        run=world.run, account=account, code="no_quotient", severity="warning", message="Aucun quotient."
    )
    world.fine = make.ChargeFactory(
        account=account, kind=Charge.Kind.OTHER, child=world.lea, service=None, label="Retard"
    )


def _open_accounts(world: SimpleNamespace) -> None:
    """Somebody who waits for a dossier, somebody who has not activated, and where Alice is signed in."""
    world.newcomer = make.UserFactory(username="nouveau", first_name="Nour", last_name="Leroy")
    world.link = make.RequestFactory(
        kind=Request.Kind.LINK, author=world.newcomer, household=None, message="", data={}
    )
    world.pending = make.UserFactory(username="bientot", activated_at=None, activation_sent_at=make.NOW)
    world.pending.references = {"number": "7001", "name": "MARTIN", "email": ""}
    world.pending.save()
    store = SessionStore()
    store.create()
    world.device = UserSession.objects.create(
        user=world.alice.user, session_key=store.session_key, ip="127.0.0.1", user_agent="x", data={}
    )
    world.alice.user.new_email, world.alice.user.new_email_sent_at = "alice.martin@exemple.fr", make.NOW
    world.alice.user.save()


def _values(world: SimpleNamespace) -> dict[str, Any]:
    key = keys.make(keys.Purpose.ACTIVATION, world.pending, now=make.NOW)
    return {
        "child_id": world.lea.pk,
        "first": DECEMBER,
        "number": world.receipt.number,
        "absence_id": world.absence.pk,
        "week_id": world.typical_week.pk,
        "term_id": world.term.pk,
        "decision_id": world.decision.pk,
        "secret": open_feed(world.alice.adult, actor=world.alice.user, now=make.NOW).secret,
        "key": key,
        "kind": "mentions-legales",
        "document_id": world.public_document.pk,
        "front:family_document document_id": world.family_document.pk,
        "desk:household_invoice number": world.invoice.number,
        "job_id": world.reminders.pk,
        "front:invoice number": world.invoice.number,
        "front:dispute number": world.invoice.number,
        "front:credit_note number": world.credit_note.number,
        "line_id": world.invoice_line.pk,
        "year": "2026",
        "contact_id": world.contact.pk,
        "request_id": world.request.pk,
        "session_id": world.session.pk,
        "guest": world.guest,
        "desk:gap session_id": world.list.pk,
        "desk:gap child_id": world.zoe.pk,
        "desk:gap kind": "unbooked",
        **{
            f"field:{name} session_id": world.list.pk
            for name in (
                "list",
                "mark",
                "everybody",
                "sheets",
                "unexpected",
                "child",
                "guest",
                "paper",
                "typing",
            )
        },
        "front:offer key": offer_keys.make(world.offered),
        "booking_id": world.offered.pk,
        "front:account_end_session session_id": world.device.pk,
        "digest": "0",
        "code": world.invoice_paper.code,
        "desk:booking_period code": "hiver-2027",
        **{f"front:{name} code": "hiver-2027" for name in ("opening", "room", "room_leave", "opening_book")},
        "stamp": "0",
        "size": 192,
        "name": "planning",
    } | _desk_values(world)


def _desk_values(world: SimpleNamespace) -> dict[str, Any]:
    return {
        "household_id": world.alice.household.pk,
        "adult_id": world.other_adult.pk,
        "desk:adult_unlink adult_id": world.alice.adult.pk,
        "desk:adult_password adult_id": world.alice.adult.pk,
        "user_id": world.renee.pk,
        "desk:account_resend user_id": world.pending.pk,
        "year_id": world.year.pk,
        "enrolment_id": world.lea.enrolments.get().pk,
        "desk:family_document document_id": world.family_document.pk,
        "desk:family_document_remove document_id": world.family_document.pk,
        "desk:results number": 1,
        "section": "deadlines",
        "desk:rule_value number": 1,
        "desk:rule_succeed number": 1,
        "desk:rule_model slug": "vailhauques",
        "quotient_id": world.quotient.pk,
        "desk:proof document_id": world.proof.pk,
        "desk:request_quotient request_id": world.quotient_request.pk,
        "desk:request_approve request_id": world.change.pk,
        "desk:request_link request_id": world.link.pk,
        "desk:run_post run_id": world.published_run.pk,
        "desk:run_post_file run_id": world.published_run.pk,
        "desk:run_post_file part": 1,
        "desk:certificate_approve request_id": world.certificate.pk,
        "desk:certificate_preview request_id": world.certificate.pk,
        "closing_id": world.closing.pk,
        "group_id": world.group.pk,
        "activity_id": world.canteen.activity_id,
        "service_id": world.canteen.pk,
        "offer_id": world.offer.pk,
        "school_id": world.school_class.school_id,
        "class_id": world.school_class.pk,
        "place_id": world.offer.place_id,
        "entry_id": world.entry.pk,
        "order_id": world.kitchen_order.pk,
        "noun": "ecole",
        "row_id": world.school_class.school_id,
        "news_id": world.news.pk,
        "version": 1,
        "mail_id": world.mail.pk,
        "run_id": world.run.pk,
        "invoice_id": world.invoice.pk,
        "charge_id": world.fine.pk,
        "payment_id": world.payment.pk,
        "deposit_id": world.deposit.pk,
        "movement_id": world.invoice.movement.pk,
        "desk:entry_cancel movement_id": world.payment.movement_id,
        "sheet": "csv",
        "mode": "cheque",
    }


def path_of(world: SimpleNamespace, address: Address) -> str:
    """The path of an address for the rows of this world."""
    given = {
        param: world.values.get(f"{address.name} {param}", world.values.get(param))
        for param in address.params
    }
    missing = [param for param, value in given.items() if value is None]
    assert not missing, f"say in tests/world.py what {missing} stands for in {address.name}"
    return address.path(given)


def pages(world: SimpleNamespace, client: Client) -> Iterator[tuple[str, str]]:
    """The path and the HTML of every page that this client may open; nothing stays of having opened it."""
    for address in addresses():
        path = path_of(world, address)
        if address.name.startswith("core:specimen"):
            continue
        with transaction.atomic():
            response = client.get(path)
            if response.streaming:
                b"".join(response.streaming_content)
            transaction.set_rollback(True)
        if response.status_code == 200 and response.headers["Content-Type"].startswith("text/html"):
            yield path, response.content.decode()
