"""A period of the canteen that opens on Tuesday 1 December 2026 at 12:30, to those who live in the commune first."""

from datetime import UTC, datetime, timedelta

from portail.activities.models import Regulation
from portail.activities.queries import regulation
from portail.bookings.actions import rooms
from portail.bookings.models import Ticket, WaitingRoom
from tests import factories as make
from tests.bookings.sayings import PARIS

OPENS = datetime(2026, 12, 1, 12, 30, tzinfo=PARIS).astimezone(UTC)
LATER = OPENS + timedelta(days=1)
"""When it opens to the others."""
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)
TEXT = """
[[bookings.periods]]
code = "noel"
name = "Repas de Noël"
services = ["cantine"]
from = 2026-12-07
until = 2026-12-18
opens = [
  { label = "Habitants de la commune", residences = ["commune"], on = 2026-12-01, at = "12:30" },
  { label = "Toutes les familles", on = 2026-12-02, at = "12:30" },
]
room = { families = 2, before = 15, after = 10, call = 3, idle = 5 }
"""


def rush(**changes: str):
    """Apply a regulation with this period, each key of `changes` replaced by its value; the period."""
    text = TEXT
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    head = 'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
    version = Regulation.objects.count() + 1
    Regulation.objects.create(version=version, text=head + text, applied_at=make.NOW)
    return regulation().period("noel")


def room_at(now: datetime) -> WaitingRoom:
    in_force = regulation()
    period = in_force.period("noel")
    assert period is not None
    return rooms.room_of(period, in_force.calendar_with((), period.end), now=now)


def household(number: int, residence: str = "commune"):
    return make.HouseholdFactory(number=str(8000 + number), name=f"FAMILLE {number}", residence=residence)


def take(who, now: datetime, opens_at: datetime = OPENS) -> Ticket:
    return rooms.take_ticket(room_at(now), who, opens_at=opens_at, now=now)


def call(now: datetime) -> list[int]:
    """Let in who may come; the households inside, in their order."""
    rooms.let_in(room_at(now).pk, now=now)
    inside = Ticket.objects.filter(inside_until__gt=now).order_by("rank", "pk")
    return list(inside.values_list("household_id", flat=True))
