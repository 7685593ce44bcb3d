"""Which of two homes has a child: alternate weeks, days by parity, halves of the holidays, exchanged days.

Everything is read on the calendar and the clock of the wall, without any length of time: the changes of hour move
nothing. Told in docs/rules/garde.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from .calendars import Entry, EntryKind
from .sentences import Sentence, say

NOON = time(12)
"""The hour at which a day is looked at when no hour is asked: whom the day is counted to."""
MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)
_A_WEEK = timedelta(days=7)
SHARED_FROM = 7
"""Holidays of fewer days, a bridge, are not shared in halves: they follow the usual weeks."""


class Home(StrEnum):
    """One of the two homes of a child."""

    A = "a"
    B = "b"

    @property
    def other(self) -> Home:
        return Home.B if self is Home.A else Home.A


@dataclass(frozen=True, slots=True)
class Answer:
    """Who has the child (None: nothing says it), and why."""

    home: Home | None
    because: Sentence


@dataclass(frozen=True, slots=True)
class Weeks:
    """One week in two: the weeks that begin in an even ISO week are with `even`, the others with the other home.

    A week begins with the hand-over, on `weekday` (0 is Monday) at `at`. After an ISO week 53 comes the week 1, odd
    too: the same home then has both.
    """

    even: Home
    weekday: int = 0
    at: time = MIDNIGHT

    def __post_init__(self) -> None:
        if not 0 <= self.weekday <= 6:
            raise ValueError(f"weekday: {self.weekday}")

    def on(self, day: date, at: time) -> Answer:
        since = (day.weekday() - self.weekday) % 7
        began = day - timedelta(days=since)
        if since == 0 and at < self.at:
            began -= _A_WEEK
        number = began.isocalendar().week
        home = self.even if number % 2 == 0 else self.even.other
        code = "custody.week.even" if number % 2 == 0 else "custody.week.odd"
        return Answer(home, say(code, number=number))


@dataclass(frozen=True, slots=True)
class Weekdays:
    """Some days of the week, those of even and of odd ISO weeks apart: seven homes each, from Monday on; None: not
    said."""

    even: tuple[Home | None, ...]
    odd: tuple[Home | None, ...]

    def __post_init__(self) -> None:
        if len(self.even) != 7 or len(self.odd) != 7:
            raise ValueError("a week has seven days")

    def on(self, day: date, at: time) -> Answer:
        is_even = day.isocalendar().week % 2 == 0
        home = (self.even if is_even else self.odd)[day.weekday()]
        if home is None:
            return NOBODY
        code = "custody.weekday" if self.even == self.odd else _by(is_even, "custody.weekday.even")
        return Answer(home, say(code, weekday=day.weekday()))


@dataclass(frozen=True, slots=True)
class Calendar:
    """The usual days from `since` to `until` (None: without end).

    `holidays`: the home that has the first half of the school holidays that begin in an even year, and the second of
    those of odd years; None: they are like other weeks.
    """

    usual: Weeks | Weekdays
    since: date
    until: date | None = None
    holidays: Home | None = None

    def speaks_of(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def on(self, day: date, at: time, holidays: Sequence[Entry]) -> Answer:
        if self.holidays is not None:
            for entry in holidays:
                if entry.start <= day <= entry.end:
                    return _half(entry, day, self.holidays)
        return self.usual.on(day, at)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Whole days, both ends included, that the child spends in a home."""

    home: Home
    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("the end comes before the beginning")


@dataclass(frozen=True, slots=True)
class Exchange:
    """Days that the homes agreed to have otherwise."""

    stretches: tuple[Stretch, ...]

    def of(self, day: date) -> Stretch | None:
        return next((s for s in self.stretches if s.first <= day <= s.last), None)


Term = Calendar | Exchange


def who_has(terms: Sequence[Term], day: date, holidays: Sequence[Entry] = (), *, at: time = NOON) -> Answer:
    """Which home has the child on this local day, at this hour of the clock, and why.

    `terms` stand in the order in which they were decided: the last that speaks of the day holds. A new calendar
    therefore also replaces the exchanges agreed before it. `holidays` are those of `shared_holidays`.
    """
    for term in reversed(terms):
        if isinstance(term, Exchange):
            if found := term.of(day):
                return Answer(found.home, say("custody.exchange"))
        elif term.speaks_of(day):
            return term.on(day, at, holidays)
    return NOBODY


def hand_over(
    terms: Sequence[Term], day: date, holidays: Sequence[Entry] = ()
) -> tuple[Home | None, Home | None, time] | None:
    """The home before, the home after and the hour, when the child changes home in the course of this day."""
    hours = {term.usual.at for term in terms if isinstance(term, Calendar) and isinstance(term.usual, Weeks)}
    for hour in sorted(hours - {MIDNIGHT}):
        before = who_has(terms, day, holidays, at=_just_before(hour)).home
        after = who_has(terms, day, holidays, at=hour).home
        if before != after:
            return before, after, hour
    return None


def shared_holidays(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """The school holidays that are long enough to be shared, out of a calendar's entries."""
    return tuple(
        entry
        for entry in entries
        if entry.kind is EntryKind.SCHOOL_HOLIDAY and (entry.end - entry.start).days + 1 >= SHARED_FROM
    )


def _half(entry: Entry, day: date, first_of_even: Home) -> Answer:
    """The holidays are of the year in which they begin; the middle day of an odd number is of the first half."""
    length = (entry.end - entry.start).days + 1
    is_first = (day - entry.start).days < (length + 1) // 2
    is_even = entry.start.year % 2 == 0
    home = first_of_even if is_first == is_even else first_of_even.other
    code = "custody.half.first.even" if is_first else "custody.half.second.even"
    return Answer(home, say(_by(is_even, code), label=entry.label))


def _by(is_even: bool, code: str) -> str:
    return code if is_even else code.replace(".even", ".odd")


def _just_before(hour: time) -> time:
    minutes = hour.hour * 60 + hour.minute - 1
    return time(*divmod(minutes, 60))


NOBODY = Answer(None, say("custody.nobody"))
