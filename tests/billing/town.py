"""A small town whose families book: the regulation with its prices, sessions, and quick ways to book and to publish."""

from datetime import date, timedelta
from decimal import Decimal

from portail.activities.actions.regulation import apply_regulation
from portail.activities.models import Session
from portail.billing.actions import runs
from portail.billing.models import InvoiceRun
from portail.bookings.models import Absence, Booking
from portail.core import jobs
from tests import factories as make
from tests.factories import NOW

HEAD = """
format = 1

[commune]
name = "Valmont-sur-Orne"
zone = "B"
"""
PRICES = """
[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
bands = [
  { below = 600, price = 2.00 },
  { min = 600, below = 1000, price = 3.50 },
  { min = 1000, price = 5.00 },
]

[[absences]]
name = "Maladie"
services = ["cantine"]
reasons = ["maladie"]
proof = "certificat médical"
billed_days = [1]
"""


def regulate(text: str = PRICES) -> None:
    apply_regulation(HEAD + text, "", actor=None, now=NOW)


def sessions(first: date, count: int, *, service=None, place=None) -> list[Session]:
    """So many sessions of a service, one each weekday but Wednesday."""
    service, place = service or make.ServiceFactory(), place or make.PlaceFactory()
    found, day = [], first
    while len(found) < count:
        if day.weekday() in (0, 1, 3, 4):
            found.append(make.SessionFactory(service=service, place=place, date=day))
        day += timedelta(days=1)
    return found


def family(name: str = "MARTIN", quotient: str | None = "742"):
    """A household with a child and its quotient."""
    household = make.HouseholdFactory(name=name)
    child = make.ChildFactory(first_name="Léa", last_name=name)
    make.HouseholdChildFactory(household=household, child=child)
    if quotient is not None:
        make.QuotientFactory(
            household=household,
            value=Decimal(quotient),
            proved_on=date(2026, 2, 1),
            received_on=date(2026, 2, 1),
        )
    return household, child


def book(household, child, sessions) -> list[Booking]:
    return [make.BookingFactory(household=household, child=child, session=s) for s in sessions]


SEPTEMBER = date(2026, 9, 1), date(2026, 9, 30)
OCTOBER = date(2026, 10, 1), date(2026, 10, 31)


def work(now=NOW) -> None:
    """Let the worker do all that is asked, at once."""
    while jobs.run_due(lambda: now):
        pass


def drafted(first: date, last: date, *, now=NOW, **more) -> InvoiceRun:
    run = runs.start(first, last, due_on=date(2026, 12, 31), actor=None, now=now, **more)
    work(now)
    run.refresh_from_db()
    return run


def published(first: date, last: date, *, now=NOW, **more) -> InvoiceRun:
    run = drafted(first, last, now=now, **more)
    runs.publish(run, actor=None, now=now)
    work(now)
    run.refresh_from_db()
    assert run.state == InvoiceRun.State.PUBLISHED
    return run


def cancel(booking: Booking, at=NOW) -> None:
    booking.state, booking.cancelled_at = Booking.State.CANCELLED, at
    booking.save()


def absent(booking: Booking, reason: str = "maladie", *, proved: bool = True) -> Absence:
    return Absence.objects.create(
        booking=booking, reason=reason, told_at=NOW, proved_at=NOW if proved else None
    )
