"""Waiting rooms as they stand: which are open, who is inside, how many are ahead."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import Count, Q
from django.db.models.expressions import RawSQL

from portail import rules
from portail.bookings.models import Enrolment, Ticket, WaitingRoom
from portail.bookings.queries.known import Asked, Knowledge, knowledge
from portail.bookings.standing import Law
from portail.families.models import Household
from portail.rules.needs import of_scopes

State = Ticket.State
OF_THE_HOUSEHOLD = frozenset({"residence", "channel"})
"""What is known without looking at the children."""
MEASURED = timedelta(minutes=3)
"""How far back the pace of entries is measured."""


def behind_rooms(law: Law, household_id: int, first: date, last: date) -> Law:
    """The law, with the periods that this household may not book yet because it has to take its turn; and its ticket in
    those where it is inside. No query when no period meets these days, two at most."""
    if law.as_service:
        return law
    periods = open_rooms(law.regulation, law.calendar, law.now, first, last)
    if not periods:
        return law
    inside = dict(
        Ticket.objects.filter(
            room__period__in=[period.code for period in periods],
            household=household_id,
            inside_until__gt=law.now,
        ).values_list("room__period", "pk")
    )
    waits = tuple(period for period in periods if period.code not in inside)
    return replace(law, waits=waits, tickets=tuple(inside.values()))


def open_rooms(
    regulation: rules.Regulation, calendar: rules.Calendar, now: datetime, first: date, last: date
) -> list[rules.BookingPeriod]:
    """The periods with days between these two whose waiting room is open. One query when there are such periods that
    are not closed, none otherwise."""
    periods = [p for p in regulation.periods if p.meets(first, last) and now < p.closes(calendar)]
    if not periods:
        return []
    rooms = {room.period: room for room in WaitingRoom.objects.filter(period__in=[p.code for p in periods])}
    return [period for period in periods if is_open(period, rooms.get(period.code), calendar, now)]


def is_open(
    period: rules.BookingPeriod, room: WaitingRoom | None, calendar: rules.Calendar, now: datetime
) -> bool:
    """Whether the period is booked by turns at `now`. `room`: its row, None while nobody has come."""
    if room is not None and room.mode != WaitingRoom.Mode.AUTO:
        return room.mode == WaitingRoom.Mode.OPEN
    rush = period.rush(calendar, now)
    return rush is not None and (room is None or room.ended is None or room.ended < rush)


def opening_of(
    household: Household, period: rules.BookingPeriod, regulation: rules.Regulation
) -> rules.OpeningRule | None:
    """When the period opens to this household: to the first class that one of its children is of; None: to none.

    No query when the classes only look at where the family lives, one otherwise.
    """
    wanted = of_scopes(rule.scope for rule in period.openings)
    facts = knowledge(
        [household], period.start, period.end, regulation=regulation, wanted=wanted, with_baskets=False
    )
    return period.opening_for(_known(household, period, facts))


def _known(household: Household, period: rules.BookingPeriod, facts: Knowledge) -> Iterable[rules.Known]:
    service = period.scope.services[0]
    if facts.wanted <= OF_THE_HOUSEHOLD:
        yield facts.of(Asked(household.pk, 0, 0, service, period.start), channel="portail")
        return
    for child_id, child in facts.families[household.pk].children.items():
        for activity_id in {enrolment.activity_id for enrolment in child.enrolments} or {0}:
            asked = Asked(household.pk, child_id, activity_id, service, period.start)
            yield facts.of(asked, channel="portail")


def concerned(household_id: int, periods: Sequence[rules.BookingPeriod]) -> list[rules.BookingPeriod]:
    """Those of these periods in which a child of the household is enrolled for a service. One query."""
    codes = {code for period in periods for code in period.scope.services if code != rules.ANY_SERVICE}
    if not periods:
        return []
    enrolled = list(
        Enrolment.objects.filter(child__household_links__household=household_id)
        .filter(Q(activity__services__code__in=codes) if codes else Q())
        .values_list("activity__services__code", "school_year__start", "school_year__end")
    )
    return [
        period
        for period in periods
        if any(period.names(code) and period.meets(start, end) for code, start, end in enrolled)
    ]


@dataclass(frozen=True)
class Place:
    """Where a ticket stands. `ahead`: those called before it; `entered`: those called in the last minutes."""

    ticket: Ticket
    ahead: int
    entered: int
    now: datetime

    @property
    def room(self) -> WaitingRoom:
        return self.ticket.room

    @property
    def is_inside(self) -> bool:
        until = self.ticket.inside_until
        return until is not None and until > self.now

    @property
    def waits_for_opening(self) -> bool:
        return self.now < self.ticket.opens_at

    @property
    def seconds(self) -> int | None:
        """How long it should still wait at the pace of the last minutes; None while nothing tells the pace."""
        if self.waits_for_opening or self.room.is_paused or self.entered < 5:
            return None
        since = max(self.now - MEASURED, self.ticket.opens_at)
        elapsed = (self.now - since).total_seconds()
        return round(self.ahead * elapsed / self.entered) if elapsed >= 20 else None

    @property
    def pause(self) -> int:
        """Seconds before asking again: little when the turn is near, and not all at the same second."""
        if self.waits_for_opening:
            left = int((self.ticket.opens_at - self.now).total_seconds()) + 1
            return left + self.ticket.pk % 10 if left <= 30 else min(left - 15, 60)
        told = self.seconds
        nearly = 4 if self.ahead <= 2 * self.room.families else 15
        return (nearly if told is None else min(45, max(4, told // 5))) + self.ticket.pk % 3


_OTHERS = "SELECT COUNT(*) FROM bookings_ticket other WHERE other.room_id = bookings_ticket.room_id"
AHEAD = f"{_OTHERS} AND other.state = 'waiting' AND other.rank < bookings_ticket.rank"
ENTERED = f"{_OTHERS} AND other.called_at > %s"
"""Written out: having them built by the ORM took half of the answer's time."""


def place_of(ticket_id: int, now: datetime) -> Place | None:
    """A ticket, its room, and how many are ahead, in one query."""
    since = connection.ops.adapt_datetimefield_value(now - MEASURED)
    found = (
        Ticket.objects.filter(pk=ticket_id)
        .select_related("room")
        .annotate(ahead=RawSQL(AHEAD, ()), entered=RawSQL(ENTERED, (since,)))  # noqa: S611 - constants
        .order_by()
        .first()
    )
    return Place(found, found.ahead, found.entered, now) if found else None


def counts(room: WaitingRoom | None) -> dict[str, int]:
    """How many tickets of the room are in each state."""
    found = dict.fromkeys(State.values, 0)
    if room is not None:
        rows = room.tickets.order_by().values_list("state")
        found |= dict(rows.annotate(Count("pk")))
    return found


def instants(period: rules.BookingPeriod, calendar: rules.Calendar) -> list[datetime]:
    return [moment.astimezone(UTC) for _, moment in period.moments(calendar)]
