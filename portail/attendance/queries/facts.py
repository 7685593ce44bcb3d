"""What differs from the bookings: booked and not come, come without being booked, fetched late. Read, never stored.

The marks say who came, the bookings who was expected, the absences what was told, the settlements what an agent
decided. Billing asks here for what to charge, the desk for what to look at.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from django.db.models import Max, QuerySet
from django.utils import timezone

from portail.accounts.models import Role
from portail.activities import queries as activities
from portail.activities.models import Session
from portail.attendance.models import Mark, Settlement
from portail.attendance.queries.marks import folded
from portail.bookings.models import Absence, Booking
from portail.families.custody import Custody, of_children
from portail.families.models import HouseholdChild
from portail.rules.attendance import Presence, State, minutes_late
from portail.rules.custody import shared_holidays

Kind = Settlement.Kind
Decision = Settlement.Decision


@dataclass(frozen=True)
class Fact:
    """Something that differs. `household_id`: who answers for it, None while that is not known.

    `told_at`: when it was known here, or decided. `minutes`: after the end of the session. `excused`: a no-show that
    somebody told of or proved afterwards. `settlement`: what an agent decided, if anybody did.
    """

    kind: Kind
    session: Session
    child_id: int
    household_id: int | None
    told_at: datetime
    booking_id: int | None = None
    absence_id: int | None = None
    minutes: int = 0
    left: time | None = None
    settlement: Settlement | None = None

    @property
    def is_charged(self) -> bool:
        """Whether the regulation's surcharge holds: nobody waived it, and somebody answers for it."""
        waived = self.settlement is not None and self.settlement.decision == Decision.WAIVED
        return not waived and self.household_id is not None


@dataclass
class _Known:
    """What is read at once of the children and sessions that the marks speak of."""

    bookings: dict[tuple[int, int], Booking]
    absences: dict[int, Absence]
    settlements: dict[tuple[str, int, int], Settlement]
    told: dict[tuple[int, int], datetime]
    homes: "_Homes"


def facts(
    first: date,
    last: date,
    *,
    children: Iterable[int] | None = None,
    sessions: QuerySet[Session] | None = None,
) -> list[Fact]:
    """All that differs on these days (both included), in the order of the days; of these children, or of all of them.

    `sessions` narrows the lists. Nine queries, two when nothing was marked. A closed session says nothing.
    """
    wanted = Session.objects.all() if sessions is None else sessions
    wanted = wanted.filter(date__gte=first, date__lte=last, closing=None)
    marks = Mark.objects.filter(session__in=wanted, child__isnull=False)
    if children is not None:
        marks = marks.filter(child__in=list(children))
    states = folded(marks)
    if not states:
        return []
    rows = Session.objects.filter(pk__in=states.keys()).select_related("service", "place")
    ordered = sorted(rows, key=lambda s: (s.date, s.service.position, s.pk))
    known = _known(ordered, states, marks)
    return [
        fact
        for session in ordered
        for who, state in sorted(states[session.pk].items(), key=lambda pair: str(pair[0]))
        if isinstance(who, int)
        for fact in _facts(session, who, state, known)
    ]


def facts_of_households(
    households: Iterable[int], first: date, last: date, *, services: Iterable[str] = ()
) -> list[Fact]:
    """Those that these households answer for. A constant number of queries."""
    ids = set(households)
    children = HouseholdChild.objects.filter(household__in=ids).values_list("child", flat=True)
    codes = list(services)
    sessions = Session.objects.filter(service__code__in=codes) if codes else None
    found = facts(first, last, children=set(children), sessions=sessions)
    return [fact for fact in found if fact.household_id in ids]


def _known(
    sessions: list[Session], states: Mapping[int, Mapping[Hashable, State]], marks: QuerySet[Mark]
) -> _Known:
    ids = [session.pk for session in sessions]
    children = {who for by_who in states.values() for who in by_who if isinstance(who, int)}
    rows = Booking.objects.filter(session__in=ids, child__in=children, state=Booking.State.BOOKED)
    bookings = {(booking.session_id, booking.child_id): booking for booking in rows}
    told = Absence.objects.filter(booking__in=bookings.values(), withdrawn_at=None).select_related("told_by")
    decided = Settlement.objects.filter(session__in=ids, child__in=children, is_current=True)
    received = marks.order_by().values_list("session", "child").annotate(Max("received_at"))
    return _Known(
        bookings,
        {absence.booking_id: absence for absence in told},
        {(row.kind, row.session_id, row.child_id): row for row in decided.select_related("absence")},
        {(session, child): at for session, child, at in received},
        _Homes.read(children, bookings, states, sessions),
    )


@dataclass
class _Homes:
    """Who answers for a child who was not booked: by the calendar of custody, or the only household that is billed."""

    links: dict[int, list[HouseholdChild]] = field(default_factory=dict)
    custody: dict[int, Custody] = field(default_factory=dict)
    holidays: tuple = ()

    @classmethod
    def read(
        cls,
        children: set[int],
        bookings: Mapping[tuple[int, int], Booking],
        states: Mapping[int, Mapping[Hashable, State]],
        sessions: list[Session],
    ) -> "_Homes":
        unbooked = {
            who
            for session in sessions
            for who, state in states[session.pk].items()
            if isinstance(who, int) and state.came and (session.pk, who) not in bookings
        }
        if not unbooked:
            return cls()
        links: dict[int, list[HouseholdChild]] = {}
        for link in HouseholdChild.objects.filter(child__in=unbooked, is_billed=True).order_by("pk"):
            links.setdefault(link.child_id, []).append(link)
        shared = [child for child, found in links.items() if len(found) > 1]
        if not shared:
            return cls(links)
        return cls(links, of_children(shared), shared_holidays(activities.calendar().entries))

    def of(self, child: int, session: Session) -> int | None:
        day = session.date
        there = [
            link.household_id
            for link in self.links.get(child, ())
            if link.since <= day and (link.until is None or day <= link.until)
        ]
        if len(there) < 2:
            return there[0] if there else None
        known = self.custody.get(child)
        holder = known.holder(day, self.holidays, at=session.service.starts_at) if known else None
        return holder if holder in there else None


def _facts(session: Session, child: int, state: State, known: _Known) -> Iterable[Fact]:
    booking = known.bookings.get((session.pk, child))
    unbooked = known.settlements.get((Kind.UNBOOKED, session.pk, child))
    by_agent = unbooked is not None and booking is not None and unbooked.booking_id == booking.pk
    told_at = known.told[session.pk, child]
    if state.presence is Presence.ABSENT and booking is not None:
        absence = known.absences.get(booking.pk)
        settlement = known.settlements.get((Kind.NO_SHOW, session.pk, child))
        if not _is_excused(absence, session, settlement):
            yield _fact(Kind.NO_SHOW, session, child, booking, told_at, settlement, absence=absence)
    if not state.came:
        return
    if booking is None or by_agent:
        home = _home(unbooked, booking) or known.homes.of(child, session)
        yield _fact(Kind.UNBOOKED, session, child, booking, told_at, unbooked, home=home)
    late = minutes_late(state.left, session.service.ends_at)
    if late:
        settlement = known.settlements.get((Kind.LATE_PICK_UP, session.pk, child))
        home = booking.household_id if booking else _home(settlement, None) or known.homes.of(child, session)
        yield _fact(
            Kind.LATE_PICK_UP,
            session,
            child,
            booking,
            told_at,
            settlement,
            home=home,
            minutes=late,
            left=state.left,
        )


def _fact(
    kind: Kind,
    session: Session,
    child: int,
    booking: Booking | None,
    told_at: datetime,
    settlement: Settlement | None,
    *,
    home: int | None = None,
    absence: Absence | None = None,
    minutes: int = 0,
    left: time | None = None,
) -> Fact:
    return Fact(
        kind,
        session,
        child,
        household_id=booking.household_id if booking else home,
        told_at=max(told_at, settlement.at) if settlement else told_at,
        booking_id=booking.pk if booking else None,
        absence_id=absence.pk if absence else None,
        minutes=minutes,
        left=left,
        settlement=settlement,
    )


def _home(settlement: Settlement | None, booking: Booking | None) -> int | None:
    if booking is not None:
        return booking.household_id
    return settlement.household_id if settlement else None


def _is_excused(absence: Absence | None, session: Session, settlement: Settlement | None) -> bool:
    """Told before it began, told by the service, or proved: then it is an absence, which its own rules price. What a
    family tells afterwards without proof excuses nothing by itself; a decision of the desk stays shown as settled."""
    if absence is None or settlement is not None:
        return False
    start = timezone.make_aware(datetime.combine(session.date, session.service.starts_at))
    by_service = absence.told_by is not None and absence.told_by.role != Role.FAMILY
    return absence.told_at < start or by_service or absence.proved_at is not None
