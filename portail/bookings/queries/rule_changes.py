"""What another regulation would change for the bookings that families already have."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import NamedTuple

from portail import rules
from portail.activities import queries
from portail.bookings.queries.known import Asked, Knowledge, knowledge
from portail.bookings.queries.touched import coming
from portail.bookings.standing import PORTAL
from portail.core.text import many
from portail.families.models import Household


class Row(NamedTuple):
    """A booking to come, as the rules look at it."""

    household_id: int
    child_id: int
    activity_id: int
    code: str
    name: str
    day: date
    start: time


ROW = (
    "household_id",
    "child_id",
    "session__service__activity_id",
    "session__service__code",
    "session__service__name",
    "session__date",
    "session__service__starts_at",
)


class Question(NamedTuple):
    """Whether a booking may be cancelled: the same for all those that the rules cannot tell apart."""

    code: str
    day: date
    start: time
    known: rules.Known


@dataclass(frozen=True)
class Moved:
    """The bookings of a service whose deadline changes: how many, over which days, and one of them in words.

    `closed`: how many could still be cancelled and could no more; `opened`: the contrary.
    """

    service: str
    bookings: int
    days: int
    example: date
    before: str
    after: str
    closed: int
    opened: int

    def fr(self) -> str:
        """« Cantine : la limite change pour 12 réservations à venir (4 jours)… »."""
        told = (
            f"{self.service} : la limite change pour {many(self.bookings, 'réservation')} à venir "
            f"({many(self.days, 'jour')}). Par exemple {rules.FRENCH.year(self.example)} : "
            f"{self.before} devient {self.after}."
        )
        if self.closed:
            told += f" Ne pourraient plus être annulées sur le portail : {self.closed}."
        if self.opened:
            told += f" Pourraient de nouveau être annulées : {self.opened}."
        return told


def moved_deadlines(new: rules.Regulation, *, now: datetime) -> tuple[Moved, ...]:
    """The deadlines that move for bookings to come, service by service. Nothing when no deadline is written otherwise.

    Raises CalendarUnknown when a booked day is past the last year known.
    """
    old = queries.regulation()
    if _decides_alike(old, new):
        return ()
    old_calendar, calendar = queries.calendar(old), queries.calendar(new)
    rows = [Row(*row) for row in coming(calendar.today(now)).order_by().values_list(*ROW)]
    if not rows:
        return ()
    asked = _questions(rows, old.decides_by | new.decides_by, new)
    questions = list(dict.fromkeys(asked))
    before = _answers(questions, old, old_calendar, now)
    after = _answers(questions, new, calendar, now)
    groups: dict[str, list[Question]] = {}
    for row, question in zip(rows, asked, strict=True):
        if _differ(before[question], after[question]):
            groups.setdefault(row.name, []).append(question)
    return tuple(_moved(name, groups[name], before, after) for name in sorted(groups))


def _decides_alike(old: rules.Regulation, new: rules.Regulation) -> bool:
    return (old.deadlines, old.calendar, old.commune, old.services) == (
        new.deadlines,
        new.calendar,
        new.commune,
        new.services,
    )


def _questions(rows: list[Row], wanted: frozenset[str], new: rules.Regulation) -> list[Question]:
    """The question that each booking asks, with what either regulation looks at."""
    days = [row.day for row in rows]
    households = Household.objects.filter(pk__in={row.household_id for row in rows}).only(
        "pk", "residence", "work"
    )
    facts = knowledge(households, min(days), max(days), regulation=new, wanted=wanted)
    return [Question(row.code, row.day, row.start, _known(facts, row)) for row in rows]


def _known(facts: Knowledge, row: Row) -> rules.Known:
    asked = Asked(row.household_id, row.child_id, row.activity_id, row.code, row.day)
    return facts.of(asked, channel=PORTAL)


def _answers(
    questions: Iterable[Question], regulation: rules.Regulation, calendar: rules.Calendar, now: datetime
) -> dict[Question, rules.Decision]:
    asked = list(questions)
    sessions = (
        (rules.Action.CANCEL, rules.SessionFacts(q.code, q.day, q.start, known=q.known)) for q in asked
    )
    decisions = rules.decide_many(sessions, regulation.deadlines, calendar, now=now)
    return dict(zip(asked, decisions, strict=True))


def _differ(before: rules.Decision, after: rules.Decision) -> bool:
    return (before.deadline, before.refusal, before.effect) != (after.deadline, after.refusal, after.effect)


def _moved(
    name: str,
    moved: list[Question],
    before: dict[Question, rules.Decision],
    after: dict[Question, rules.Decision],
) -> Moved:
    allowed = [(before[question].is_allowed, after[question].is_allowed) for question in moved]
    telling = [question for question in moved if before[question].is_allowed] or moved
    example = min(telling, key=lambda question: question.day)
    return Moved(
        service=name,
        bookings=len(moved),
        days=len({question.day for question in moved}),
        example=example.day,
        before=before[example].sentence().fr(),
        after=after[example].sentence().fr(),
        closed=allowed.count((True, False)),
        opened=allowed.count((False, True)),
    )
