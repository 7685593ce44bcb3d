"""Where a limit falls: an anchor, moved back, snapped, shifted off the days that do not suit, at an hour.

One vocabulary for deadlines and openings. Told field by field in docs/rules/delais.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from .calendars import Calendar, EntryKind, NoSuchDay
from .days import DayKind, counts, last_day, months_before, move
from .sentences import DAY_MINUTES, Sentence, Step, say, step

_ONE_DAY = timedelta(days=1)


class Anchor(StrEnum):
    """The date a limit is counted from."""

    DAY = "day"
    """The day of the service."""
    WEEK = "week"
    """The Monday of its week."""
    MONTH = "month"
    """The first of its month."""
    SCHOOL_PERIOD = "school-period"
    """The first day after the holidays that came before."""
    SCHOOL_YEAR = "school-year"
    """The first day after the summer holidays that came before (the 1st of September, when none are known)."""
    HOLIDAYS = "holidays"
    """The first day of the school holidays it belongs to."""
    PERIOD = "period"
    """The first day of the commune's own period it belongs to (calendar entries of kind "period")."""
    BOOKING = "booking"
    """The first day of what is booked together (a stay's departure, the first day of a request)."""

    @property
    def is_a_period(self) -> bool:
        """Whether it exists only on some days, in holidays or periods."""
        return self in (Anchor.HOLIDAYS, Anchor.PERIOD)


class Unit(StrEnum):
    """What a limit is moved back by."""

    MINUTES = "minutes"
    """By the clock on the wall, before the service begins."""
    HOURS = "hours"
    """Hours by the clock on the wall, before the service begins."""
    WORKING_HOURS = "working-hours"
    """Slices of 24 hours, each a working day."""
    DAYS = "days"
    WORKING_DAYS = "working-days"
    BUSINESS_DAYS = "business-days"
    SERVICE_DAYS = "service-days"
    SCHOOL_DAYS = "school-days"
    OFFICE_DAYS = "office-days"
    CLEAR_DAYS = "clear-days"
    """« Jours francs »: neither the day of the limit nor that of the service counts."""
    WEEKS = "weeks"
    MONTHS = "months"


HOURLY = frozenset({Unit.MINUTES, Unit.HOURS, Unit.WORKING_HOURS})


_PERIODS = {Anchor.HOLIDAYS: EntryKind.SCHOOL_HOLIDAY, Anchor.PERIOD: EntryKind.PERIOD}


class Bad(StrEnum):
    """Days on which a limit should not fall."""

    WEEKEND = "week-end"
    PUBLIC_HOLIDAY = "public-holiday"
    SCHOOL_HOLIDAY = "school-holiday"
    CLOSURE = "closure"


@dataclass(frozen=True)
class Asked:
    """What a limit is asked for: a service on a local day, its hour, the first day of what is booked together."""

    service: str
    day: date
    start: time | None = None
    first: date | None = None


@dataclass(frozen=True)
class When:
    """How a local day is found: `on`, or anchor, offset, and a day of the week or of the month at or before it."""

    anchor: Anchor = Anchor.DAY
    before: int = 0
    unit: Unit = Unit.DAYS
    weekday: int | None = None
    on: date | None = None
    month_day: int | None = None
    nth: int | None = None
    """With `weekday`: the first, second… of that weekday in the month that is reached (5: the last)."""


@dataclass(frozen=True)
class Shift:
    """Where a limit goes when it falls on a bad day: the previous (or next) day of a kind, at its own hour if any."""

    off: frozenset[Bad]
    kind: DayKind = DayKind.WORKING
    forward: bool = False
    at: int | None = None


@dataclass(frozen=True)
class Cutoff:
    """The moment of a limit (local, aware). `inclusive`: the very moment is still in time."""

    at: datetime
    inclusive: bool
    steps: tuple[Step, ...]
    reason: Sentence

    def is_past(self, now: datetime) -> bool:
        """Compared as instants: two local hours of one zone would compare by the clock on the wall."""
        now, at = now.astimezone(UTC), self.at.astimezone(UTC)
        return now > at if self.inclusive else now >= at

    def limit(self) -> Sentence:
        """« jusqu'au dimanche 6 décembre à 21 h » or « avant le … »."""
        strict = not self.inclusive and self.at.time() != time(0)
        return say("limit.before" if strict else "limit.until", moment=self.at)


@dataclass(frozen=True)
class Limit:
    """A limit, or none possible: formula, table by weekday of the service, printed dates; each overrides the last.

    `several`: the earliest of these limits is the limit (the latest with `latest`), instead of a formula.

    `at` is in minutes since midnight (1440: 24:00). Without it the limit is the end of its day, or its beginning when
    not inclusive. `never`: nothing is possible.
    """

    when: When = When()
    at: int | None = None
    inclusive: bool = True
    shift: Shift | None = None
    never: bool = False
    table: tuple[tuple[int, Limit], ...] = ()
    dates: tuple[tuple[date, date, Limit], ...] = ()
    several: tuple[Limit, ...] = ()
    latest: bool = False

    def covers(self, day: date, service: str = "", calendar: Calendar | None = None) -> bool:
        """Whether the limit speaks of this day: printed dates do, a table of its weekdays, a limit counted from
        the holidays or a period of the days in them, anything else of every day."""
        if any(start <= day <= end for start, end, _ in self.dates):
            return True
        if self.table:
            return any(weekday == day.weekday() for weekday, _ in self.table)
        if self.several:
            return any(limit.covers(day, service, calendar) for limit in self.several)
        kind = _PERIODS.get(self.when.anchor)
        return kind is None or calendar is None or calendar.find(kind, day, service) is not None

    def chosen(self, day: date) -> Limit:
        """The limit that holds for a service on this day: printed dates, then the table, then the formula."""
        for start, end, limit in self.dates:
            if start <= day <= end:
                return limit
        for weekday, limit in self.table:
            if weekday == day.weekday():
                return limit
        return self

    def every(self) -> tuple[Limit, ...]:
        """The limit, those of its table and of its dates, those it is the earliest of."""
        tabled = (*(limit for _, limit in self.table), *(limit for *_, limit in self.dates))
        return (self, *tabled, *self.several)

    def minutes(self) -> int:
        if self.at is not None:
            return self.at
        return DAY_MINUTES if self.inclusive else 0


Placed = tuple[datetime, bool, tuple[Step, ...]]
"""A local moment, whether it is inclusive, and the steps that lead to it."""


def place(limit: Limit, asked: Asked, calendar: Calendar) -> Placed:
    """Where a limit without table nor dates falls.

    Raises CalendarUnknown past the last year known, NoSuchDay when the anchor does not exist (a day outside any
    holidays for a limit counted from the holidays).
    """
    if limit.several:
        return _extreme(limit, asked, calendar)
    return _place_one(limit, asked, calendar)


def _extreme(limit: Limit, asked: Asked, calendar: Calendar) -> Placed:
    """The earliest, or the latest, of several limits; those that do not speak of this day are left out."""
    placed = [
        _place_one(one, asked, calendar)
        for one in limit.several
        if one.covers(asked.day, asked.service, calendar)
    ]
    if not placed:
        raise NoSuchDay("Aucune des limites ne vaut pour ce jour.")
    choose = max if limit.latest else min
    at, inclusive, steps = choose(placed, key=lambda one: (one[0].astimezone(UTC), one[1]))
    return at, inclusive, (*steps, step("step.latest" if limit.latest else "step.earliest"))


def _place_one(limit: Limit, asked: Asked, calendar: Calendar) -> Placed:
    when, minutes = limit.when, limit.minutes()
    day, steps = _anchored(when, asked, calendar)
    if when.unit in HOURLY:
        start = asked.start or time(0)
        day, minutes = _hours_back(day, start, when, calendar, asked.service)
        steps.append(step("step.back", span=span(when), result=day))
    elif when.before:
        day = _back(day, when, calendar, asked.service)
        steps.append(step("step.back", span=span(when), result=day))
    if when.weekday is not None and when.nth is not None:
        day = _nth(day, when.weekday, when.nth)
        steps.append(step("step.nth", nth=when.nth, weekday=when.weekday, result=day))
    elif when.weekday is not None:
        day -= timedelta(days=(day.weekday() - when.weekday) % 7)
        steps.append(step("step.snap", weekday=when.weekday, result=day))
    if when.month_day is not None:
        day = _month_day(day, when.month_day)
        steps.append(step("step.month_day", number=when.month_day, result=day))
    if limit.shift and (bad := _why_bad(limit.shift, day, calendar)):
        day = _shifted(limit.shift, day, calendar, asked.service)
        minutes = minutes if limit.shift.at is None else limit.shift.at
        steps.append(step("step.shift", why=bad, result=day))
    inclusive = limit.inclusive and (limit.at is not None or when.unit in HOURLY)
    told_until = inclusive or minutes == DAY_MINUTES
    steps.append(step("step.hour" if told_until else "step.hour.strict", hour=minutes))
    return calendar.local(day, minutes), inclusive, tuple(steps)


def _anchored(when: When, asked: Asked, calendar: Calendar) -> tuple[date, list[Step]]:
    if when.on is not None:
        return when.on, [step("step.on", result=when.on)]
    day = asked.day
    match when.anchor:
        case Anchor.WEEK:
            day -= timedelta(days=day.weekday())
        case Anchor.MONTH:
            day = day.replace(day=1)
        case Anchor.SCHOOL_PERIOD:
            day = calendar.school_period_start(day)
        case Anchor.SCHOOL_YEAR:
            day = calendar.school_year_start(day)
        case Anchor.HOLIDAYS:
            day = calendar.start_of(EntryKind.SCHOOL_HOLIDAY, day)
        case Anchor.PERIOD:
            day = calendar.start_of(EntryKind.PERIOD, day, asked.service)
        case Anchor.BOOKING:
            day = asked.first or day
    return day, [step(f"step.anchor.{when.anchor}", result=day)]


def _back(day: date, when: When, calendar: Calendar, service: str) -> date:
    match when.unit:
        case Unit.WEEKS:
            return day - timedelta(weeks=when.before)
        case Unit.MONTHS:
            return months_before(day, when.before)
        case Unit.CLEAR_DAYS:
            return day - timedelta(days=when.before + 1)
        case unit:
            return move(day, -when.before, DayKind(unit.value), calendar, service)


def _hours_back(day: date, start: time, when: When, calendar: Calendar, service: str) -> tuple[date, int]:
    """By the clock on the wall: 48 hours before noon is noon, whatever the change of hour in between."""
    if when.unit is Unit.WORKING_HOURS:
        day = move(day, -(when.before // 24), DayKind.WORKING, calendar, service)
        return day, start.hour * 60 + start.minute
    wall = datetime.combine(day, start) - timedelta(**{when.unit.value: when.before})
    return wall.date(), wall.hour * 60 + wall.minute


def _month_day(day: date, number: int) -> date:
    """The day of the month with this number (or the month's last), at this date or before."""
    here = day.replace(day=min(number, last_day(day.year, day.month)))
    if here <= day:
        return here
    earlier = day.replace(day=1) - _ONE_DAY
    return earlier.replace(day=min(number, last_day(earlier.year, earlier.month)))


def _nth(day: date, weekday: int, nth: int) -> date:
    """The nth of a weekday in the month of a day; the last one when there are fewer."""
    first = day.replace(day=1)
    first += timedelta(days=(weekday - first.weekday()) % 7)
    found = first + timedelta(weeks=nth - 1)
    return found if found.month == first.month else found - timedelta(weeks=1)


def _why_bad(shift: Shift, day: date, calendar: Calendar) -> Sentence | None:
    """Why the limit should not fall on this day, or None."""
    if Bad.PUBLIC_HOLIDAY in shift.off and (label := calendar.public_holiday(day)):
        return say("bad.named", label=label)
    if Bad.CLOSURE in shift.off and (label := calendar.closure(day)):
        return say("bad.named", label=label)
    if Bad.SCHOOL_HOLIDAY in shift.off and (label := calendar.school_holiday(day)):
        return say("bad.named", label=label)
    if Bad.WEEKEND in shift.off and day.weekday() >= 5:
        return say("bad.weekend")
    return None


def _shifted(shift: Shift, day: date, calendar: Calendar, service: str) -> date:
    """The nearest day of the kind that is not bad itself."""
    step_count = 1 if shift.forward else -1
    for _ in range(400):
        day = move(day, step_count, shift.kind, calendar, service)
        if not _why_bad(shift, day, calendar):
            return day
    raise NoSuchDay("Aucun jour ne convient pour cette limite.")


def span(when: When) -> Sentence:
    """« deux jours ouvrés », « une semaine »."""
    if when.before == 1:
        return say(f"span.{when.unit}.one")
    return say(f"span.{when.unit}", count=when.before)


__all__ = [
    "Anchor",
    "Asked",
    "Bad",
    "Cutoff",
    "Limit",
    "Shift",
    "Unit",
    "When",
    "counts",
    "place",
    "span",
]
