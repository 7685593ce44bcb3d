"""The whole waiting list of sessions, in its order: for whoever offers their places, and for the desk."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from portail import rules
from portail.activities.models import Session
from portail.bookings.models import Booking
from portail.bookings.queries.known import Knowledge
from portail.bookings.queries.occupancy import places_taken
from portail.bookings.queries.waiting import UNDECLARED, Waiter, in_order, known_of
from portail.bookings.standing import Facts, Law
from portail.families.models import Household


@dataclass(frozen=True)
class Waiting:
    """A child of the list: its booking (household, child and session with it) and its rank, with the reasons."""

    booking: Booking
    ranked: rules.Ranked
    because: tuple[rules.Sentence, ...]


@dataclass(frozen=True)
class Queue:
    """The list of a session. `taken`: places booked or offered; `offered`: those that wait for an answer."""

    session: Session
    rule: rules.WaitingRule
    taken: int
    waiting: tuple[Waiting, ...]
    offered: tuple[Booking, ...] = ()

    @property
    def length(self) -> rules.Sentence:
        return rules.queue_told(len(self.waiting))

    @property
    def free(self) -> int | None:
        """The places left; None without limit."""
        return None if self.session.capacity is None else self.session.capacity - self.taken


def queues(sessions: Collection[int], law: Law) -> list[Queue]:
    """The lists of these sessions, in the order of their keys, with or without anybody in them. Six queries at most."""
    ids = list(sessions)
    rows = list(Session.objects.filter(pk__in=ids).select_related("service", "place").order_by("pk"))
    taken = places_taken(rows)
    listed: dict[int, list[Booking]] = {}
    bookings = Booking.objects.filter(session__in=ids, state__in=Booking.LISTED)
    for booking in bookings.select_related(
        "household", "child", "session__service", "session__place"
    ).order_by("pk"):
        listed.setdefault(booking.session_id, []).append(booking)
    facts = [_facts(row, taken.get(row.pk, 0), law) for row in rows]
    homes = {b.household_id for found in listed.values() for b in found}
    known = known_of(homes, facts, law) if homes else None
    return [
        _queue(row, fact, listed.get(row.pk, []), known, law) for row, fact in zip(rows, facts, strict=True)
    ]


def _queue(session: Session, facts: Facts, listed: list[Booking], known: Knowledge | None, law: Law) -> Queue:
    waiting = {b.pk: b for b in listed if b.state == Booking.State.WAITING}
    ranks = in_order(facts, [_waiter(b) for b in waiting.values()], known)
    return Queue(
        session,
        facts.waiting or UNDECLARED,
        facts.taken,
        tuple(Waiting(waiting[w.booking_id], one, one.because(law.calendar.zone)) for one, w in ranks),
        tuple(b for b in listed if b.state == Booking.State.OFFERED),
    )


@dataclass(frozen=True)
class OwnPlace:
    """Where a child of a household waits: its rank, why, how many wait, how long an offer holds."""

    booking: Booking
    ranked: rules.Ranked
    because: tuple[rules.Sentence, ...]
    queue: rules.Sentence
    validity: rules.Sentence

    @property
    def month(self) -> date:
        return self.booking.session.date.replace(day=1)


def own_places(
    household: Household, children: QuerySet[Any, Any], law: Law
) -> tuple[list[OwnPlace], list[Booking]]:
    """Where these children of this household wait, and the places kept for them, by date. Seven queries at most."""
    own = Booking.objects.filter(
        household=household, child__in=children, state__in=Booking.LISTED, session__date__gte=law.today
    )
    sessions = list(own.order_by().values_list("session", flat=True))
    waiting: list[OwnPlace] = []
    offered: list[Booking] = []
    keys = set(own.values_list("pk", flat=True)) if sessions else set()
    for queue in queues(sessions, law) if sessions else ():
        offered += [
            b for b in queue.offered if b.pk in keys and b.offered_until and b.offered_until > law.now
        ]
        waiting += [
            OwnPlace(one.booking, one.ranked, one.because, queue.length, queue.rule.validity())
            for one in queue.waiting
            if one.booking.pk in keys
        ]
    waiting.sort(key=lambda one: (one.booking.session.date, one.booking.child_id, one.booking.pk))
    offered.sort(key=lambda one: (one.offered_until, one.pk))
    return waiting, offered


def _facts(session: Session, taken: int, law: Law) -> Facts:
    service = session.service
    return Facts(
        child_id=0,
        session_id=session.pk,
        service=service.code,
        date=session.date,
        start=service.starts_at,
        capacity=session.capacity,
        taken=taken,
        closed=None,
        bookable_from=None,
        waiting=rules.waiting_for(law.regulation.waiting, service.code, session.date),
    )


def _waiter(booking: Booking) -> Waiter:
    return Waiter(
        booking.pk,
        booking.household_id,
        booking.child_id,
        booking.created_at,
        booking.session.service.activity_id,
    )
