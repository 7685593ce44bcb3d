"""Every mail about money, quotients and absences, written once: for the test that looks for French in them."""

from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from portail.activities.models import Regulation, Session
from portail.activities.queries import text_in_force
from portail.billing.actions import certificates, credits, editions, reminders
from portail.bookings.actions import offers
from portail.bookings.actions.absences import tell_absences
from portail.bookings.models import Booking
from portail.core import jobs
from portail.families.actions import quotients, renewals
from portail.families.actions.custody import propose_calendar
from portail.payments.actions import corrections, taking
from portail.payments.models import Mode
from portail.rules.custody import Calendar, Home, Weeks
from tests import factories as make
from tests.billing import issued
from tests.bookings.sayings import IN_TIME

LATE = datetime(2027, 1, 20, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
FEBRUARY = datetime(2027, 2, 1, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))
LIST = '\n[[waiting]]\nname = "Cantine"\nservices = ["cantine"]\nvalid_hours = 24\n'
WHY = "Pièce manquante"


def about_money(cast) -> None:
    """An invoice and its credit note, a payment cancelled, another, a refund, a reminder, a tax certificate."""
    household, renee = cast.alice.household, cast.renee
    household.invoices_by_mail = True
    household.save()
    cast.lea.birth_date = date(2022, 5, 12)
    cast.lea.save()
    first = issued.invoice(household, amount="48.30")
    line = issued.line(first, cast.lea, parts={"care": "48.30"})
    editions.edit(first, now=IN_TIME)
    handed = taking.Handed(
        mode=Mode.CHEQUE,
        amount=Decimal("60.00"),
        received_on=IN_TIME.date(),
        bank="LBP",
        reference="0001234",
    )
    bounced = taking.take(household, handed, token=uuid4(), actor=renee, now=IN_TIME)
    corrections.cancel(bounced.movement, WHY, actor=renee, now=IN_TIME)
    taking.take(household, handed, token=uuid4(), actor=renee, now=IN_TIME)
    corrections.refund(
        household,
        Mode.TRANSFER,
        Decimal("5.00"),
        WHY,
        token=uuid4(),
        actor=renee,
        now=IN_TIME,
    )
    jobs.finish(certificates.start_for_all(2026, actor=renee, now=IN_TIME), lambda: IN_TIME)
    second = issued.invoice(household, 2026000000002, "20.00")
    issued.line(second, cast.noe, "20.00")
    job = reminders.start([second.pk], days=15, token=uuid4(), actor=renee, now=LATE)
    jobs.finish(job, lambda: LATE)
    credits.credit(first, [line], WHY, token=uuid4(), actor=renee, now=IN_TIME)


def about_quotients(cast) -> None:
    """One that is entered, and February's reminder to those who have none."""
    given = quotients.Given(Decimal("742"), "CAF", date(2026, 11, 2), date(2026, 11, 3))
    quotients.enter(cast.alice.household, given, token=uuid4(), actor=cast.agnes, now=IN_TIME)
    assert renewals.remind(cast.bob.household.pk, date(2027, 3, 1), 30, now=FEBRUARY)


def about_absences(cast) -> None:
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 12, 15))
    booking = make.BookingFactory(child=cast.lea, session=session, household=cast.alice.household)
    tell_absences(cast.alice.household, [booking.pk], reason="maladie", actor=cast.alice.user, now=IN_TIME)


def add_rules(text: str) -> None:
    """Apply the rules in force with some more."""
    version = Regulation.objects.count() + 1
    Regulation.objects.create(version=version, text=text_in_force() + text, applied_at=make.NOW)


def an_offer(cast):
    """A place of a full day that another family gives back, offered to Noé who waited for it."""
    add_rules(LIST)
    lunch = make.SessionFactory(
        service=cast.canteen, place=cast.offer.place, date=date(2027, 1, 12), capacity=1
    )
    taken = make.BookingFactory(child=cast.zoe, session=lunch, household=cast.charlie.household)
    waits = make.BookingFactory(
        child=cast.noe, session=lunch, household=cast.alice.household, state=Booking.State.WAITING
    )
    taken.state, taken.cancelled_at = Booking.State.CANCELLED, IN_TIME
    taken.save()
    with transaction.atomic():
        Session.objects.locked([lunch.pk]).get()
        assert offers.promote([lunch.pk], now=IN_TIME)
    waits.refresh_from_db()
    return waits


def a_proposal(cast):
    """Bob proposes to Alice a custody calendar for Léa."""
    return propose_calendar(
        cast.lea,
        cast.bob.household,
        Calendar(Weeks(Home.A), date(2026, 12, 7)),
        token=uuid4(),
        author=cast.bob.user,
        now=IN_TIME,
    )
