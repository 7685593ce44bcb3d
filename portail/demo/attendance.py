"""What the leaders saw: the lists of the last two weeks, as they are kept on the ground, and half of this morning's."""

import random
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import Session
from portail.attendance.actions import settlements
from portail.attendance.actions.assignments import assign
from portail.attendance.actions.marks import Touch, record
from portail.attendance.models import Mark, Settlement
from portail.attendance.queries.facts import facts
from portail.bookings.models import Absence, Booking
from portail.core.models import JournalEntry
from portail.demo import accounts
from portail.demo.structure import Town
from portail.demo.timeline import Timeline, at
from portail.families.models import Child
from portail.rules.attendance import Kind

WEEKS = timedelta(days=14)
NO_SHOW, LATE = 0.012, 0.02
"""How often a child does not come without a word, and how often it is fetched after the hour."""
BATCH = 500


def write(town: Town, agent: User, when: Timeline, chance: random.Random) -> None:
    """Who keeps which lists, what was marked, and a gap that an agent has settled."""
    leader = User.objects.get(username=accounts.LEADER.username)
    assert town.centre is not None
    first = town.schools[0].pk
    places = (town.canteens[first], town.cares[first], town.centre)
    assign(leader, {(place.pk, None) for place in places}, actor=agent, now=when.now)
    sessions = list(
        Session.objects.between(when.today - WEEKS, when.today - timedelta(days=1))
        .filter(closing=None)
        .select_related("service", "place")
        .order_by("date", "service__position", "pk")
    )
    marks = list(_marks(sessions, leader, chance))
    Mark.objects.bulk_create(marks, batch_size=BATCH)
    JournalEntry.objects.bulk_create(_journal(sessions, leader), batch_size=BATCH)
    _unexpected(sessions, leader, chance)
    _settled(sessions, agent, when, chance)
    _this_morning(town, leader, when, chance)


def _marks(sessions: list[Session], leader: User, chance: random.Random) -> Iterator[Mark]:
    booked = Booking.objects.filter(session__in=sessions, state=Booking.State.BOOKED)
    absent = set(
        Absence.objects.filter(booking__in=booked, withdrawn_at=None).values_list("booking", flat=True)
    )
    by_session: dict[int, list[int]] = {}
    for pk, where, child in booked.order_by("pk").values_list("pk", "session", "child"):
        if pk not in absent:
            by_session.setdefault(where, []).append(child)
    for session in sessions:
        for number, child in enumerate(by_session.get(session.pk, ())):
            yield from _of_a_child(session, child, number, leader, chance)


def _of_a_child(
    session: Session, child: int, number: int, leader: User, chance: random.Random
) -> Iterator[Mark]:
    service = session.service
    start = _moment(session.date, service.starts_at) + timedelta(seconds=5 * number)
    if chance.random() < NO_SHOW:
        yield _mark(session, child, Kind.ABSENT, start, leader, chance)
    elif service.code in ("cantine", "matin"):
        yield _mark(session, child, Kind.PRESENT, start, leader, chance)
    else:
        yield _mark(session, child, Kind.ARRIVED, start, leader, chance)
        minutes = chance.randrange(4, 38) if chance.random() < LATE else -chance.randrange(2, 55)
        end = _moment(session.date, service.ends_at) + timedelta(minutes=minutes)
        yield _mark(session, child, Kind.LEFT, end, leader, chance)


def _mark(
    session: Session, child: int, kind: Kind, moment: datetime, leader: User, chance: random.Random
) -> Mark:
    return Mark(
        token=UUID(int=chance.getrandbits(128), version=4),
        session=session,
        child_id=child,
        kind=kind,
        at=moment,
        hour=moment.time().replace(second=0) if kind in (Kind.ARRIVED, Kind.LEFT) else None,
        received_at=moment,
        author=leader,
        author_label=str(leader),
        device="Tablette",
    )


def _moment(day: date, hour: time) -> datetime:
    return at(day, hour.hour, hour.minute)


def _journal(sessions: list[Session], leader: User) -> Iterator[JournalEntry]:
    for session in sessions:
        yield JournalEntry(
            at=_moment(session.date, session.service.starts_at),
            actor=leader,
            actor_label=str(leader),
            channel=JournalEntry.Channel.DESK,
            verb="attendance.marked",
            subject=f"session:{session.pk}",
            summary="Pointage de la liste",
        )


def _unexpected(sessions: list[Session], leader: User, chance: random.Random) -> None:
    """Two children at table without a booking, the other day."""
    meals = [session for session in sessions if session.service.code == "cantine"][-2:]
    for session in meals:
        school = session.place.school
        free = Child.objects.filter(schoolings__school=school, enrolments__place=session.place)
        child = free.exclude(bookings__session=session).distinct().order_by("pk").first()
        if child is None:
            continue
        moment = _moment(session.date, session.service.starts_at)
        Mark.objects.bulk_create([_mark(session, child.pk, Kind.UNEXPECTED, moment, leader, chance)])


def _settled(sessions: list[Session], agent: User, when: Timeline, chance: random.Random) -> None:
    """The first child fetched late: its family had warned."""
    if not sessions:
        return
    late = Settlement.Kind.LATE_PICK_UP
    found = next((f for f in facts(sessions[0].date, sessions[-1].date) if f.kind == late), None)
    if found is not None:
        settlements.settle(
            found.session,
            Child.objects.get(pk=found.child_id),
            late,
            settlements.Choice(Settlement.Decision.WAIVED, "Train supprimé, la famille avait appelé"),
            token=UUID(int=chance.getrandbits(128), version=4),
            seen=None,
            actor=agent,
            now=when.now,
        )


def _this_morning(town: Town, leader: User, when: Timeline, chance: random.Random) -> None:
    """The first list of the day of this leader, once it has begun: its end is still to be marked."""
    kept = (town.canteens[town.schools[0].pk], town.cares[town.schools[0].pk], town.centre)
    today = Session.objects.filter(date=when.today, closing=None, place__in=kept)
    session = today.select_related("service").order_by("service__starts_at", "pk").first()
    if session is None or _moment(when.today, session.service.starts_at) > timezone.now():
        return
    children = (
        session.bookings.filter(state=Booking.State.BOOKED).order_by("pk").values_list("child", flat=True)
    )
    start = _moment(when.today, session.service.starts_at)
    touches = [
        Touch(
            UUID(int=chance.getrandbits(128), version=4),
            session.pk,
            Kind.ARRIVED,
            start + timedelta(minutes=number),
            child_id=child,
        )
        for number, child in enumerate(children[: max(1, len(children) * 2 // 3)])
    ]
    record(touches, actor=leader, now=start + timedelta(minutes=len(touches)), device="Tablette")
