"""The sessions of some days as they concern children and their household, in two queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce

from portail import rules
from portail.activities.models import ServicePlace, Session
from portail.bookings.models import Booking
from portail.bookings.queries.child_closings import reason_for
from portail.bookings.queries.known import Basket, Booked, Knowledge, whole_periods
from portail.bookings.queries.occupancy import hours_taken
from portail.bookings.queries.told import Teller
from portail.bookings.standing import Facts, Standing, State
from portail.families.models import HouseholdChild
from portail.rules.needs import WHOLE_BASKET
from portail.rules.peaks import Hours, least

Pair = tuple[int, int]
TAKEN = (
    "SELECT COUNT(*) FROM bookings_booking"
    " WHERE session_id = activities_session.id AND state IN ('booked', 'offered')"
)
"""Places taken in a session. Written out: having it built by the ORM took a tenth of a month page."""
TYPICAL = (
    "SELECT MAX((CASE WHEN d.id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN w.in_holidays THEN 2 ELSE 0 END))"
    " FROM bookings_typicalweek w LEFT JOIN bookings_typicalday d ON d.week_id = w.id"
    " AND d.service_id = activities_session.service_id AND d.weekday = {weekday}"
    " WHERE w.household_id = %s AND w.child_id = bookings_enrolment.child_id"
    " AND w.activity_id = bookings_enrolment.activity_id"
    " AND w.since <= activities_session.date AND w.until >= activities_session.date"
)
"""What the typical week of the household says of a session: nothing (no week is kept), or 1 when it wants it, plus 2
when it holds in the holidays too."""
_WEEKDAY = {
    "sqlite": "(CAST(strftime('%%w', activities_session.date) AS INTEGER) + 6) %% 7",
    "postgresql": "CAST(EXTRACT(ISODOW FROM activities_session.date) AS INTEGER) - 1",
}
_SERVICE = (
    *("id", "activity_id", "code", "short_name", "icon", "weekdays", "position"),
    *("hours_step", "ends_at", "starts_at"),
)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A service of a child, one object for the whole page. `label` names the child too when several are shown.
    `order` sorts the columns: child by child as in the dossier, then by service. `several`: other children are shown.
    """

    child_id: int
    child_name: str
    label: str
    service_id: int
    activity_id: int
    code: str
    short_name: str
    icon: str
    weekdays: str
    starts_at: time
    order: tuple[int, int, int]
    several: bool = False
    hours_step: int | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """A session in the planning. `wanted`: what the box shows, booked or as the person last ticked it.

    `price`: what the day costs, in euros; None when no rule tells prices, or when it is not known yet. `in_package`: it
    is part of a price for a week, a month…, told by the recap. `programme`: what the day is named, an outing for
    example. `hours`: those booked, where families choose them. `departs`: it is not as the typical week that the
    household keeps.
    """

    column: Column
    session_id: int
    date: date
    standing: Standing
    wanted: bool = False
    price: Decimal | None = None
    in_package: bool = False
    programme: str = ""
    hours: Hours | None = None
    departs: bool = False

    @property
    def is_booked(self) -> bool:
        return self.standing.state in (State.BOOKED, State.WAITING)

    @property
    def tick(self) -> str:
        """What its box posts: the session; with the child before it when several are shown (`forms.TicksForm`)."""
        return f"{self.column.child_id}-{self.session_id}" if self.column.several else str(self.session_id)


@dataclass(frozen=True, slots=True)
class Row:
    """`typical`: what the typical week of the household says of it (`TYPICAL`)."""

    column: Column
    facts: Facts
    programme: str = ""
    ends_at: time = time.max
    typical: int | None = None


def rows_between(links: Sequence[HouseholdChild], first: date, last: date, tell: Teller) -> list[Row]:
    """The sessions open to the children by their enrolments, and those booked outside them, by date.

    What the household has booked is put in the basket of `tell.facts`, when a rule looks at it.
    """
    if not links:
        return []
    own, hours, theirs = _bookings(links, first, last, tell.facts)
    makers = {
        link.child_id: _Maker(position, link, own, hours, theirs, tell, several=len(links) > 1)
        for position, link in enumerate(links)
    }
    rows = {}
    household = links[0].household_id
    for child_id, bookable_from, session_id, *values in _offered(household, makers.keys(), first, last):
        rows[child_id, session_id] = makers[child_id].row(session_id, values, bookable_from)
    for (child_id, session_id), values in _strays([pair for pair in own if pair not in rows]).items():
        rows[child_id, session_id] = makers[child_id].row(session_id, values, None)
    _count_by_hours(rows)
    return _one_a_cell(sorted(rows.values(), key=lambda row: (row.facts.date, row.column.order)))


class _Maker:
    """Makes the rows of one child; its columns are made once."""

    def __init__(
        self,
        position: int,
        link: HouseholdChild,
        own: dict[Pair, str],
        hours: dict[Pair, Hours],
        theirs: set[Pair],
        tell: Teller,
        *,
        several: bool,
    ) -> None:
        self.position, self.link, self.own, self.theirs, self.tell = position, link, own, theirs, tell
        self.hours, self.several = hours, several
        self.columns: dict[int, Column] = {}

    def row(self, session_id: int, values: list[Any], bookable_from: Any) -> Row:
        day, capacity, closed, programme, typical, taken, *service = values
        column = self.columns.get(service[0]) or self._column(service)
        child_id = self.link.child_id
        own = self.own.get((child_id, session_id))
        known = self.tell.known(child_id, column.activity_id, column.code, day)
        action = rules.Action.CANCEL if own else rules.Action.BOOK
        facts = Facts(
            child_id=child_id,
            session_id=session_id,
            service=column.code,
            date=day,
            start=service[-1],
            capacity=capacity,
            taken=taken or 0,
            closed=closed,
            bookable_from=bookable_from,
            own=own,
            theirs=(child_id, session_id) in self.theirs,
            may_book=may_book(self.link, day) and self.tell.homes.may_book(child_id, day),
            away=self.tell.homes.away(child_id, day, service[-1]),
            known=known,
            first=self.tell.firsts.get((child_id, session_id)),
            late=self.tell.late(child_id, action, column.code, day, known),
            hours=self._hours(session_id, column, service),
        )
        return Row(column, facts, programme, service[-2], typical)

    def _hours(self, session_id: int, column: Column, service: list[Any]) -> Hours | None:
        """Those booked, or all the session's, where families choose them."""
        if column.hours_step is None:
            return None
        return self.hours.get((column.child_id, session_id)) or (service[-1], service[-2])

    def _column(self, service: list[Any]) -> Column:
        pk, activity_id, code, short_name, icon, weekdays, position, step, _ends_at, starts_at = service
        child = self.link.child
        order = (self.position, position, pk)
        label = f"{child.first_name} · {short_name}" if self.several else short_name
        column = Column(
            child_id=child.pk,
            child_name=child.first_name,
            label=label,
            service_id=pk,
            activity_id=activity_id,
            code=code,
            short_name=short_name,
            icon=icon,
            weekdays=weekdays,
            starts_at=starts_at,
            order=order,
            several=self.several,
            hours_step=step,
        )
        return self.columns.setdefault(pk, column)


def _count_by_hours(rows: dict[Pair, Row]) -> None:
    """Where families choose their hours, a day is full when it is at every hour. No query unless it may be so."""
    near = {
        pair: row.facts
        for pair, row in rows.items()
        if row.facts.hours and row.facts.capacity is not None and row.facts.taken >= row.facts.capacity
    }
    whole = {
        facts.session_id: (rows[pair].column.starts_at, rows[pair].ends_at) for pair, facts in near.items()
    }
    taken = hours_taken(whole)
    for pair, facts in near.items():
        fewest = least(taken.get(facts.session_id, ()), whole[facts.session_id])
        rows[pair] = replace(rows[pair], facts=replace(facts, taken=fewest))


def may_book(link: HouseholdChild, day: date) -> bool:
    """Whether this household books for the child on this day. A dossier that is closed books nothing more."""
    holds = link.since <= day and (link.until is None or day <= link.until)
    return link.can_book and holds and link.household.closed_at is None


ENDED_OFFERS = ServicePlace.objects.filter(
    service=OuterRef("service"), place=OuterRef("place"), is_active=False
)
"""The archived offer of a session's service in its place: nothing new is booked there."""


ENROLMENT = "service__activity__enrolments__"
"""From a session to the enrolments that open it, as `open_sessions` joins them."""


def _where_it_goes(first: date, last: date) -> Q:
    """Of a session joined to an enrolment: its usual place, or where it stays for a while (`Enrolment.place_on`).

    The days stand in each branch, for the index of places and days.
    """
    usual = Q(**{f"{ENROLMENT}place": F("place")}, date__gte=first, date__lte=last)
    before, after = f"{ENROLMENT}stay_from", f"{ENROLMENT}stay_until"
    away = Q(**{f"{before}__gt": F("date")}) | Q(**{f"{after}__lt": F("date")})
    there = {f"{ENROLMENT}stay_place": F("place"), f"{before}__lte": F("date"), f"{after}__gte": F("date")}
    return (
        (usual & Q(**{f"{ENROLMENT}stay_place": None}))
        | (usual & away)
        | Q(**there, date__gte=first, date__lte=last)
    )


def open_sessions(children: Any, first: date, last: date) -> QuerySet[Session]:
    """The sessions that the enrolments of these children open to them, a row for each child, in no order."""
    return Session.objects.filter(
        ~Exists(ENDED_OFFERS),
        Q(**{f"{ENROLMENT}since": None}) | Q(**{f"{ENROLMENT}since__lte": F("date")}),
        Q(**{f"{ENROLMENT}until": None}) | Q(**{f"{ENROLMENT}until__gte": F("date")}),
        _where_it_goes(first, last),
        **{
            "service__is_active": True,
            "service__activity__is_active": True,
            "place__is_active": True,
            f"{ENROLMENT}child__in": children,
            f"{ENROLMENT}school_year__start__lte": F("date"),
            f"{ENROLMENT}school_year__end__gte": F("date"),
        },
    ).order_by()


def _offered(household: int, children: Any, first: date, last: date) -> QuerySet:
    """(child, opening of the year, session, date, places, closing, programme, typical week, taken, service…) of every
    enrolment."""
    typical = TYPICAL.format(weekday=_WEEKDAY[connection.vendor])
    return open_sessions(children, first, last).values_list(
        f"{ENROLMENT}child_id",
        f"{ENROLMENT}school_year__bookable_from",
        "pk",
        "date",
        "capacity",
        Coalesce("closing__reason", reason_for(f"{ENROLMENT}child")),
        "programme",
        RawSQL(typical, (household,)),  # noqa: S611 - a constant
        RawSQL(TAKEN, ()),  # noqa: S611 - a constant
        *(f"service__{name}" for name in _SERVICE),
    )


def _bookings(
    links: Sequence[HouseholdChild], first: date, last: date, facts: Knowledge
) -> tuple[dict[Pair, str], dict[Pair, Hours], set[Pair]]:
    """The children's bookings: this household's with their state and their hours, and where the other has one."""
    household, children = links[0].household_id, {link.child_id for link in links}
    looks_wide = bool(facts.wanted & WHOLE_BASKET)
    start, end = whole_periods(first, last, facts.regulation) if looks_wide else (first, last)
    active = Booking.objects.active().filter(session__date__gte=start, session__date__lte=end).order_by()
    columns = ["household_id", "state", "child_id", "session_id", "session__date", "starts_at", "ends_at"]
    if looks_wide:  # brothers and sisters too
        active = active.filter(Q(child__in=children) | Q(household=household))
        columns += ["session__service__activity_id", "session__service__code"]
    else:
        active = active.filter(child__in=children)
    own: dict[Pair, str] = {}
    hours: dict[Pair, Hours] = {}
    theirs: set[Pair] = set()
    basket: list[Booked] = []
    for household_id, state, child_id, session_id, day, arrives, leaves, *service in active.values_list(
        *columns
    ):
        if household_id == household and service and state == Booking.State.BOOKED:
            activity_id, code = service
            basket.append(Booked(child_id, activity_id, code, day))
        if child_id not in children or not first <= day <= last:
            continue
        if household_id == household:
            own[child_id, session_id] = state
            if arrives:
                hours[child_id, session_id] = (arrives, leaves)
        else:
            theirs.add((child_id, session_id))
    if looks_wide:
        facts.baskets[household] = Basket(basket)
    return own, hours, theirs


def _strays(pairs: Sequence[Pair]) -> dict[Pair, list[Any]]:
    """What a row needs of sessions booked outside any enrolment (the child has moved since); mostly none, no query."""
    if not pairs:
        return {}
    sessions = Session.objects.filter(pk__in={session for _, session in pairs}).order_by()
    columns = ("date", "capacity", "closing__reason", "programme", *(f"service__{name}" for name in _SERVICE))
    found = {pk: values for pk, *values in sessions.values_list("pk", *columns)}
    return {pair: [*found[pair[1]][:4], None, 0, *found[pair[1]][4:]] for pair in pairs}


def _one_a_cell(rows: list[Row]) -> list[Row]:
    """A child who changed place keeps the day booked in the old one: it hides the same service of the new place."""
    kept: dict[tuple[Column, date], Row] = {}
    for row in rows:
        key = (row.column, row.facts.date)
        if key not in kept or row.facts.own:
            kept[key] = row
    return list(kept.values())
