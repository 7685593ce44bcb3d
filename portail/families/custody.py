"""Which household has a child on a day, read at once for many: the planning, the writing and the desk ask here.

known = of_children([child.pk])
known[child.pk].away(household.pk, day, holidays, at=service.starts_at)
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import CharField, DateTimeField, IntegerField, JSONField, QuerySet, Value

from portail import rules
from portail.families.models import CourtDecision, CustodyTerm
from portail.rules.custody import NOON, Answer, Calendar, Exchange, Home, Term, hand_over, who_has
from portail.rules.custody_text import read_calendar, read_exchange

Holidays = Sequence[rules.Entry]
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Ban:
    """What a court forbids to a household, from `since` to `until`: to book for the child."""

    household_id: int
    since: date
    until: date | None

    def holds(self, household_id: int, day: date) -> bool:
        in_time = self.since <= day and (self.until is None or day <= self.until)
        return household_id == self.household_id and in_time


@dataclass(slots=True)
class Custody:
    """What was decided about one child. `homes`: the households "a" and "b" of the last decision; `terms`: in the order
    in which they were decided, those between other households left out."""

    homes: tuple[int, int] | None = None
    terms: list[Term] = field(default_factory=list)
    bans: list[Ban] = field(default_factory=list)

    def answer(self, day: date, holidays: Holidays, *, at: time = NOON) -> Answer:
        return who_has(self.terms, day, holidays, at=at)

    def household(self, home: Home | None) -> int | None:
        if home is None or self.homes is None:
            return None
        return self.homes[0] if home is Home.A else self.homes[1]

    def holder(self, day: date, holidays: Holidays, *, at: time = NOON) -> int | None:
        """The household that has the child; None: nothing says it."""
        return self.household(self.answer(day, holidays, at=at).home)

    def away(
        self, household_id: int, day: date, holidays: Holidays, *, at: time = NOON
    ) -> rules.Sentence | None:
        """Why this is a day of the other household; None when it is not."""
        if not self.terms:
            return None
        found = self.answer(day, holidays, at=at)
        holder = self.household(found.home)
        if holder is None or holder == household_id:
            return None
        return rules.say("refused.other_home", reason=found.because)

    def is_forbidden(self, household_id: int, day: date) -> bool:
        """Whether a court forbids this household to book for this day."""
        return any(ban.holds(household_id, day) for ban in self.bans)


UNSHARED = Custody()
"""A child of whom nothing was ever decided."""


def of_children(children: Iterable[int]) -> dict[int, Custody]:
    """What is in force for these children. One query; none without children. Who is not there has nothing decided."""
    wanted = list(children)
    found: dict[int, Custody] = {}
    if not wanted:
        return found
    rows = list(_terms(wanted).union(_bans(wanted), all=True))
    for _, child_id, household_id, _, since, until, *_ in (row for row in rows if row[0] == BAN):
        found.setdefault(child_id, Custody()).bans.append(Ban(household_id, since, until))
    decided = sorted((row for row in rows if row[0] != BAN), key=lambda row: row[-2:])
    for kind, child_id, first, second, since, until, terms, *_ in decided:
        custody = found.setdefault(child_id, Custody())
        if custody.homes != (first, second):
            custody.homes, custody.terms = (first, second), []
        custody.terms.append(_term(kind, terms, since, until))
    return found


BAN = "ban"


def _terms(children: list[int]) -> QuerySet[Any, tuple[Any, ...]]:
    """(kind, child, first, second, since, until, terms, when, key), in no order."""
    rows = CustodyTerm.objects.in_force().filter(child__in=children).order_by()
    return rows.values_list(
        *("kind", "child_id", "first_id", "second_id", "since", "until", "terms", "decided_at", "pk")
    )


def _bans(children: list[int]) -> QuerySet[Any, tuple[Any, ...]]:
    """The same columns, those of a term that a ban has not left empty."""
    rows = CourtDecision.objects.filter(child__in=children, forbids_booking=True, lifted_at=None).order_by()
    return rows.values_list(
        Value(BAN, CharField()),
        *("child_id", "household_id"),
        Value(None, IntegerField()),
        *("since", "until"),
        Value(None, JSONField()),
        Value(None, DateTimeField()),
        "pk",
    )


def _term(kind: str, terms: dict[str, Any], since: date, until: date | None) -> Term:
    if kind == CustodyTerm.Kind.EXCHANGE:
        return read_exchange(terms)
    return read_calendar(terms, since=since, until=until)


def term_of(row: CustodyTerm) -> Calendar | Exchange:
    """A term, in force or not, as the rules read it."""
    found = _term(row.kind, row.terms, row.since, row.until)
    assert isinstance(found, Calendar | Exchange)
    return found


def with_term(known: Custody, row: CustodyTerm) -> Custody:
    """What would hold if this term were decided now: to show it before anybody says yes."""
    terms = known.terms if known.homes == row.homes else []
    return Custody(row.homes, [*terms, term_of(row)], known.bans)


# --- a few weeks to look at


@dataclass(frozen=True, slots=True)
class Day:
    """Who has the child at noon, and, when it changes home that day, to whom it goes and at what hour."""

    date: date
    holder: int | None
    because: rules.Sentence
    then: int | None = None
    at: time | None = None
    holiday: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """Days of a week that follow each other in the same home; alone, a day on which the child changes home."""

    first: Day
    last: Day

    @property
    def length(self) -> int:
        return (self.last.date - self.first.date).days + 1


@dataclass(frozen=True)
class Week:
    """Seven days from a Monday on."""

    days: tuple[Day, ...]

    @property
    def runs(self) -> list[Run]:
        found: list[Run] = []
        for day in self.days:
            before = found[-1].last if found else None
            if before and day.at is None and before.at is None and before.holder == day.holder:
                found[-1] = Run(found[-1].first, day)
            else:
                found.append(Run(day, day))
        return found

    @property
    def number(self) -> int:
        """Of ISO 8601, as printed in calendars."""
        return self.days[0].date.isocalendar().week

    @cached_property
    def holidays(self) -> str:
        """The school holidays that touch the week."""
        return next((day.holiday for day in self.days if day.holiday), "")


def weeks(known: Custody, first: date, count: int, holidays: Holidays) -> list[Week]:
    """`count` weeks from the Monday of `first` on; of the last there are, at the end of time."""
    first = min(first, date.max - (count + 1) * WEEK)
    monday = first - timedelta(days=first.weekday())
    return [
        Week(tuple(_day(known, monday + n * WEEK + timedelta(days=m), holidays) for m in range(7)))
        for n in range(count)
    ]


def _day(known: Custody, day: date, holidays: Holidays) -> Day:
    found = known.answer(day, holidays)
    holiday = next((entry.label for entry in holidays if entry.start <= day <= entry.end), "")
    changed = hand_over(known.terms, day, holidays)
    if changed is None:
        return Day(day, known.household(found.home), found.because, holiday=holiday)
    before, after, at = changed
    return Day(day, known.household(before), found.because, known.household(after), at, holiday)
