"""What the families booked: habits by child, period after period, with the receipts that prove it."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from portail import rules
from portail.accounts.models import User
from portail.activities import queries as activities
from portail.activities.actions import sessions
from portail.activities.models import Session
from portail.bookings.costs import Cost
from portail.bookings.models import Booking, Enrolment, Receipt, ReceiptLine
from portail.bookings.queries import Asked, Prices, knowledge
from portail.core.models import JournalEntry
from portail.demo.families import Family, is_week_of
from portail.demo.structure import Town
from portail.demo.timeline import Timeline, at

LONGEST_LEAD, SHORTEST_LEAD = 75, 8
"""Days before a period at which families book it."""
MISSES = 0.035
"""How often a booked day is given back."""
BATCH = 400


@dataclass
class Act:
    """Something a family did at one moment: what it added or gave back, under one receipt."""

    family: Family
    at: datetime
    added: list[Booking] = field(default_factory=list)
    removed: list[Booking] = field(default_factory=list)


@dataclass(frozen=True)
class Habit:
    """How likely each weekday (0 is Monday) is booked, and whether mornings are too."""

    days: dict[int, float]
    mornings: bool


def write(plans: list[Family], town: Town, agent: User, when: Timeline, chance: random.Random) -> None:
    """Bookings, receipts and journal of the past and of the weeks to come."""
    acts = sorted(_acts(plans, when, chance), key=lambda act: (act.at, act.family.number))
    receipts = [_receipt(act, agent, chance) for act in acts]
    lines = list(_lines(acts, receipts, when))
    Receipt.objects.bulk_create(receipts, batch_size=BATCH)
    Booking.objects.bulk_create([b for act in acts for b in act.added], batch_size=BATCH)
    ReceiptLine.objects.bulk_create(lines, batch_size=BATCH)
    JournalEntry.objects.bulk_create(map(_entry, acts, receipts), batch_size=BATCH)
    _fill(town, agent, when)


def _acts(plans: list[Family], when: Timeline, chance: random.Random) -> Iterator[Act]:
    taken: Counter[int] = Counter()
    booked: set[tuple[int, int]] = set()
    by_child = _enrolled()
    offered = _sessions(when)
    for family in plans:
        if not family.books:
            continue
        habits = {
            enrolment.pk: _habit(enrolment.activity.code, chance)
            for plan in family.children
            if plan.child
            for enrolment in by_child[plan.child.pk]
        }
        lead = chance.triangular(SHORTEST_LEAD, LONGEST_LEAD, 20)
        for period in _periods(when):
            act = Act(family, _moment(period[0], lead, chance))
            if act.at > when.now or not _is_open(act, period):
                continue
            for plan in family.children:
                for enrolment in by_child[plan.child.pk] if plan.child else []:
                    for session in _wanted(enrolment, habits[enrolment.pk], period, offered, family, chance):
                        key = (enrolment.child_id, session.pk)
                        if key in booked or _is_full(session, taken):
                            continue
                        booked.add(key)
                        taken[session.pk] += 1
                        act.added.append(_booking(enrolment, session, act))
            if act.added:
                yield act
                yield from _given_back(act, taken, when, chance)


def _enrolled() -> dict[int, list[Enrolment]]:
    found: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in Enrolment.objects.select_related("activity", "school_year").order_by("pk"):
        found[enrolment.child_id].append(enrolment)
    return found


def _sessions(when: Timeline) -> dict[tuple[int, int, int, int], list[Session]]:
    """Open sessions by activity, place, year and month."""
    found: dict[tuple[int, int, int, int], list[Session]] = defaultdict(list)
    rows = Session.objects.between(when.previous.start, when.last).filter(closing=None)
    for session in rows.select_related("service").order_by("date", "service__position", "pk"):
        day = session.date
        found[session.service.activity_id, session.place_id, day.year, day.month].append(session)
    return found


def _periods(when: Timeline) -> list[tuple[date, date]]:
    """From one school holiday to the next, and the holidays themselves: what families book at one go."""
    holidays = [
        (entry.start, entry.end)
        for entry in activities.calendar().entries
        if entry.kind is rules.EntryKind.SCHOOL_HOLIDAY and (entry.end - entry.start).days > 4
    ]
    first, last = when.previous.start, when.last
    found, day = [], first
    for start, end in sorted(holidays):
        if end < first or start > last:
            continue
        if start > day:
            found.append((day, start - timedelta(days=1)))
        found.append((max(start, first), min(end, last)))
        day = end + timedelta(days=1)
    return [period for period in [*found, (day, last)] if period[0] <= period[1]]


def _moment(first: date, lead: float, chance: random.Random) -> datetime:
    """An evening, mostly, some days or weeks before; never so late that the first week is closed already."""
    days = max(SHORTEST_LEAD, round(lead * chance.uniform(0.6, 1.3)))
    hour = chance.choices((8, 12, 18, 20, 21, 22), (1, 2, 2, 4, 4, 1))[0]
    return at(first - timedelta(days=days), hour, chance.randrange(60)) + timedelta(
        seconds=chance.randrange(60)
    )


def _is_open(act: Act, period: tuple[date, date]) -> bool:
    """Whether the dossier existed, and the year was open to families; who comes in late books the next period."""
    household = act.family.household
    assert household is not None
    return household.created_at < act.at and act.at.date() >= _opening(period[0])


def _opening(day: date) -> date:
    """15 June of the summer that begins the school year of this day."""
    year = day.year if day.month >= 9 else day.year - 1
    return date(year, 6, 15)


def _habit(code: str, chance: random.Random) -> Habit:
    """Every day, some days, now and then; a third of those in care come in the morning."""
    kind, mornings = chance.random(), code != "periscolaire" or chance.random() < 0.34
    if code in ("mercredi", "vacances"):
        return Habit(dict.fromkeys(range(5), 0.92 if kind < 0.6 else 0.4), mornings)
    if kind < 0.5:
        return Habit(dict.fromkeys((0, 1, 3, 4), 0.97), mornings)
    if kind < 0.85:
        return Habit(dict.fromkeys(chance.sample((0, 1, 3, 4), 2), 0.95), mornings)
    return Habit(dict.fromkeys((0, 1, 3, 4), 0.15), mornings)


def _wanted(
    enrolment: Enrolment,
    habit: Habit,
    period: tuple[date, date],
    offered: dict[tuple[int, int, int, int], list[Session]],
    family: Family,
    chance: random.Random,
) -> Iterator[Session]:
    """The sessions of the period that this child usually takes, on the weeks of this household."""
    for year, month in _months(period):
        for session in offered.get((enrolment.activity_id, enrolment.place_id, year, month), ()):
            day = session.date
            if (
                period[0] <= day <= period[1]
                and enrolment.school_year.holds(day)
                and is_week_of(family.number, day)
                and (habit.mornings or session.service.code != "matin")
                and chance.random() < habit.days.get(day.weekday(), 0)
            ):
                yield session


def _months(period: tuple[date, date]) -> Iterator[tuple[int, int]]:
    year, month = period[0].year, period[0].month
    while (year, month) <= (period[1].year, period[1].month):
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)


def _is_full(session: Session, taken: Counter[int]) -> bool:
    return session.capacity is not None and taken[session.pk] >= session.capacity


def _booking(enrolment: Enrolment, session: Session, act: Act) -> Booking:
    return Booking(
        child_id=enrolment.child_id, session=session, household=act.family.household, created_at=act.at
    )


def _given_back(act: Act, taken: Counter[int], when: Timeline, chance: random.Random) -> Iterator[Act]:
    """Days that the family cancelled in time, the Sunday before at the latest."""
    by_day = groupby(
        sorted(act.added, key=lambda b: (b.child_id, b.session.date)),
        key=lambda b: (b.child_id, b.session.date),
    )
    for (_, day), bookings in by_day:
        if chance.random() >= MISSES:
            continue
        monday = day - timedelta(days=day.weekday())
        moment = at(
            monday - timedelta(days=chance.randint(1, 6)),
            chance.choice((7, 12, 19, 20)),
            chance.randrange(60),
        )
        if not act.at < moment <= when.now:
            continue
        removed = list(bookings)
        for booking in removed:
            booking.state, booking.cancelled_at = Booking.State.CANCELLED, moment
            taken[booking.session_id] -= 1
        yield Act(act.family, moment, removed=removed)


def _receipt(act: Act, agent: User, chance: random.Random) -> Receipt:
    author = act.family.user or agent
    by_service = act.family.user is None
    return Receipt(
        household=act.family.household,
        token=UUID(int=chance.getrandbits(128), version=4),
        author=author,
        author_label=str(author),
        by_service=by_service,
        reason="Fiche remise au guichet" if by_service else "",
        created_at=act.at,
    )


def _lines(acts: list[Act], receipts: list[Receipt], when: Timeline) -> Iterator[ReceiptLine]:
    """A line a booking, with until when it could be changed, as the rules said; what it cost, for the last months."""
    regulation, calendar = activities.regulation(), activities.calendar()
    told: dict[tuple[str, date], str] = {}
    prices = _prices(acts, regulation, calendar, when)
    for act, receipt in zip(acts, receipts, strict=True):
        found = [
            *((b, ReceiptLine.Change.ADDED) for b in act.added),
            *((b, ReceiptLine.Change.REMOVED) for b in act.removed),
        ]
        is_recent = act.at.date() >= when.today - PRICED_FOR
        for booking, change in found:
            key = (booking.session.service.code, booking.session.date)
            if key not in told:
                told[key] = rules.modifiable(*key, regulation.deadlines, calendar)[0].fr()
            line = ReceiptLine(receipt=receipt, booking=booking, change=change, conditions=told[key])
            if is_recent:
                _price(line, prices)
            yield line


PRICED_FOR = timedelta(days=100)
"""The receipts of these last days tell their prices."""


def _prices(
    acts: list[Act], regulation: rules.Regulation, calendar: rules.Calendar, when: Timeline
) -> Prices:
    households = {act.family.household.pk: act.family.household for act in acts if act.family.household}
    facts = knowledge(
        households.values(), when.previous.start, when.last, regulation=regulation, with_baskets=False
    )
    return Prices(regulation, calendar, facts)


def _price(line: ReceiptLine, prices: Prices) -> None:
    booking, service = line.booking, line.booking.session.service
    asked = Asked(
        line.receipt.household_id,
        booking.child_id,
        service.activity_id,
        service.code,
        booking.session.date,
    )
    priced = prices.alone(asked)
    if priced.price is None:
        line.explanation = Cost(None, unknown=priced.unknown).as_json()
        return
    sign = 1 if line.change == ReceiptLine.Change.ADDED else -1
    steps = (*priced.price.steps, *prices.why_quotient(line.receipt.household_id, asked.day))
    line.price = sign * priced.price.amount
    line.explanation = Cost(line.price, steps, priced.price.components).as_json()
    line.receipt.difference = (line.receipt.difference or Decimal(0)) + line.price


def _entry(act: Act, receipt: Receipt) -> JournalEntry:
    counts = [(len(act.added), "ajout"), (len(act.removed), "retrait")]
    words = ", ".join(f"{count} {noun}{'s' if count > 1 else ''}" for count, noun in counts if count)
    return JournalEntry(
        at=act.at,
        actor=receipt.author,
        actor_label=receipt.author_label,
        channel=JournalEntry.Channel.DESK if receipt.by_service else JournalEntry.Channel.FRONT,
        verb="bookings.changed",
        subject=receipt.household.journal_subject,
        summary=f"Réservations modifiées : reçu {receipt.number} ({words})"
        + (f" par le service : {receipt.reason}" if receipt.by_service else ""),
        after={"receipt": receipt.number},
    )


FULL_IN = timedelta(days=40)
"""The sessions that are full fall within these next days."""


def _fill(town: Town, agent: User, when: Timeline) -> None:
    """Some sessions to come have no place left: evening care of one school, every other Wednesday, a holiday. Others
    have few."""
    coming = (
        Session.objects.filter(date__gt=when.today, closing=None)
        .select_related("service")
        .order_by("date", "pk")
    )
    near = coming.filter(date__lte=when.today + FULL_IN)
    evenings = near.filter(service__code="soir", place=town.cares[town.schools[1].pk])[2:12:2]
    wednesdays = near.filter(service__code="mercredi")[1:6:2]
    holidays = coming.filter(service__code="vacances")[1:3]
    full = dict.fromkeys([*evenings, *wednesdays, *holidays], 0)
    few = [
        *near.filter(service__code="soir", place=town.cares[town.schools[0].pk])[1:12:3],
        *near.filter(service__code="mercredi")[2:3],
    ]
    for session, left in (dict.fromkeys(few, 2) | full).items():
        count = session.bookings.taking_a_place().count()
        if count >= 3:
            sessions.set_capacity(session, count + left, actor=agent, now=when.now)
