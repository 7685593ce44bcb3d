"""A month or a week of the calendar: what a page shows at once, and its name in an address."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

A_WEEK = timedelta(days=7)
NAME = re.compile(r"([0-9]{4})-(S?)([0-9]{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """A month, or a week from Monday to Sunday. `first`: its first day."""

    first: date
    is_week: bool = False

    @property
    def last(self) -> date:
        if self.is_week:
            return self.first + timedelta(days=6)
        return self.first.replace(day=calendar.monthrange(self.first.year, self.first.month)[1])

    @property
    def name(self) -> str:
        """« 2026-12 »; « 2026-S50 », as weeks are numbered in France (ISO 8601)."""
        if self.is_week:
            year, week, _ = self.first.isocalendar()
            return f"{year:04d}-S{week:02d}"
        return f"{self.first.year:04d}-{self.first.month:02d}"

    @property
    def month(self) -> "Span":
        """The month that holds most of it."""
        return month_of(self.first + timedelta(days=3)) if self.is_week else self

    def after(self, count: int) -> "Span":
        """The same kind of span, `count` further on (before it, when negative). Raises ValueError or OverflowError
        beyond the calendar."""
        if self.is_week:
            return Span(self.first + count * A_WEEK, True)
        years, index = divmod(self.first.month - 1 + count, 12)
        return Span(date(self.first.year + years, index + 1, 1))

    def week_of(self, day: date) -> "Span":
        """The week of `day` when the span holds it, else the first week that is mostly in the span."""
        if self.first <= day <= self.last:
            return week_of(day)
        return week_of(self.first + timedelta(days=(3 - self.first.weekday()) % 7))


def month_of(day: date) -> Span:
    return Span(day.replace(day=1))


def week_of(day: date) -> Span:
    return Span(day - timedelta(days=day.weekday()), True)


def read(name: str) -> Span:
    """The span of a name. Raises ValueError when there is none."""
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(f"{name!r} names no month nor week")
    year, is_week, number = int(found[1]), bool(found[2]), int(found[3])
    if not is_week:
        return Span(date(year, number, 1))
    monday = date.fromisocalendar(year, number, 1)
    if monday > date.max - A_WEEK:
        raise ValueError(f"{name!r} ends after the calendar does")
    return Span(monday, True)


def name_of(value: Span | date) -> str:
    """The name of a span, or of the month of a day."""
    return value.name if isinstance(value, Span) else month_of(value).name
