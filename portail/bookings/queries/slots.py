"""What gestures work on: the days that children have open in a period, and what their household did with each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.db.models import F

from portail import rules
from portail.activities.models import Service
from portail.bookings.models import Booking, ReceiptLine
from portail.bookings.queries.sessions import ENROLMENT, open_sessions
from portail.families.models import HouseholdChild

Place = tuple[int, int]
"""A child and a session, by their ids."""
_Session = tuple[int, int, date, str]
_OF_SESSION = (
    "session__service_id",
    "session__service__activity_id",
    "session__date",
    "session__service__period",
)


class Slot(NamedTuple):
    """A session open to a child. `is_booked`: by this household; `is_given_back`: it had it, and cancelled it itself
    (a closing of the service is nobody's choice). `is_holiday`: in the school holidays, of a service that runs all
    year: a typical week speaks of it only when it says so."""

    child_id: int
    session_id: int
    service_id: int
    activity_id: int
    day: date
    is_holiday: bool = False
    is_booked: bool = False
    is_given_back: bool = False


@dataclass(frozen=True)
class Line:
    """A service of the grid of a typical week: the weekdays on which it runs (0 is Monday), and for which children."""

    service: Service
    weekdays: frozenset[int]
    children: frozenset[int]

    @property
    def runs_all_year(self) -> bool:
        return self.service.period == Service.Period.ALL


def slots(links: Sequence[HouseholdChild], first: date, last: date, calendar: rules.Calendar) -> list[Slot]:
    """The days open to these children of one household between two days included, and those that it booked outside
    any enrolment, in order of date. Two queries, whatever the number of children and days."""
    if not links or last < first:
        return []
    booked, given_back = _bookings(links, first, last)
    rows = open_sessions([link.child_id for link in links], first, last).values_list(
        f"{ENROLMENT}child_id", "pk", *(name.removeprefix("session__") for name in _OF_SESSION)
    )
    open_to: dict[Place, _Session] = {(child, session): tuple(row) for child, session, *row in rows}
    found = (
        Slot(
            *pair,
            service,
            activity,
            day,
            period == Service.Period.ALL
            and day <= calendar.known_until
            and bool(calendar.school_holiday(day)),
            pair in booked,
            pair in given_back,
        )
        for pair, (service, activity, day, period) in (open_to | booked).items()
    )
    return _one_a_day(sorted(found, key=lambda slot: (slot.day, slot.child_id, slot.session_id)))


def _one_a_day(found: Iterable[Slot]) -> list[Slot]:
    """A child who changed place keeps the day booked in the old one: it hides the same service of the new place."""
    kept: dict[tuple[int, int, date], Slot] = {}
    for slot in found:
        key = (slot.child_id, slot.service_id, slot.day)
        if key not in kept or slot.is_booked:
            kept[key] = slot
    return list(kept.values())


def _bookings(
    links: Sequence[HouseholdChild], first: date, last: date
) -> tuple[dict[Place, _Session], set[Place]]:
    """What the household has, and what it gave back."""
    closed = ReceiptLine.objects.filter(
        change=ReceiptLine.Change.REMOVED, receipt__closing__isnull=False
    ).values("booking")
    rows = (
        Booking.objects.filter(
            household=links[0].household_id,
            child__in=[link.child_id for link in links],
            session__date__range=(first, last),
        )
        .exclude(state=Booking.State.CANCELLED, pk__in=closed)
        .order_by()
        .values_list("state", "child_id", "session_id", *_OF_SESSION)
    )
    booked: dict[Place, _Session] = {}
    given_back: set[Place] = set()
    for state, child, session, *row in rows:
        if state in Booking.ACTIVE:
            booked[child, session] = tuple(row)
        elif state == Booking.State.CANCELLED:
            given_back.add((child, session))
    return booked, given_back - booked.keys()


def grid(children: Iterable[int], today: date) -> list[Line]:
    """The services that these children may book by an enrolment of a year that is not over, in order. One query."""
    enrolments = "activity__enrolments__"
    rows = (
        Service.objects.filter(
            is_active=True,
            activity__is_active=True,
            offers__is_active=True,
            **{
                f"{enrolments}child__in": list(children),
                f"{enrolments}school_year__end__gte": today,
                "offers__place": F(f"{enrolments}place"),
            },
        )
        .order_by("position", "name", "pk")
        .annotate(child=F(f"{enrolments}child_id"))
    )
    services: dict[int, Service] = {}
    for_whom: dict[int, set[int]] = {}
    for service in rows:
        services.setdefault(service.pk, service)
        for_whom.setdefault(service.pk, set()).add(service.child)
    return [
        Line(service, frozenset(int(day) - 1 for day in service.weekdays), frozenset(for_whom[pk]))
        for pk, service in services.items()
    ]
