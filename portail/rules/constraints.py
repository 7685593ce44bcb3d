"""What a basket must respect: days a week or a period, composed weeks, services that go, or do not go, together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .calendars import Calendar
from .scopes import EVERYTHING, Known, Scope
from .sentences import Sentence, Value, say


@dataclass(frozen=True)
class Constraint:
    """Holds for the bookings of `scope`'s services, grouped by `per` ("week", "month", "period").

    `least`, `most`: days in each group that has any (`least_with_holiday` in a week with a public holiday). `counts`:
    the only numbers of days allowed. `whole`: every day of the group that is open, or none. `needs`, `excludes`,
    `linked`: services to book, not to book, always to book together, the same day.
    """

    name: str
    scope: Scope = EVERYTHING
    per: str = "week"
    least: int | None = None
    least_with_holiday: int | None = None
    most: int | None = None
    counts: frozenset[int] = frozenset()
    counted: str = "days"
    """What is counted: "days", or "bookings" (two half-days of one day are two)."""
    whole: bool = False
    needs: frozenset[str] = frozenset()
    excludes: frozenset[str] = frozenset()
    linked: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Violation:
    """What a basket does not respect, and the bookings it is about."""

    constraint: str
    told: Sentence
    days: tuple[date, ...]


def violations(
    constraints: Sequence[Constraint],
    basket: Iterable[tuple[str, date]],
    calendar: Calendar,
    known: Known = (),
) -> tuple[Violation, ...]:
    """Everything that one child's bookings (service, day), old and new together, do not respect."""
    wanted = sorted(set(basket), key=lambda pair: (pair[1], pair[0]))
    found: list[Violation] = []
    for constraint in constraints:
        mine = [(s, d) for s, d in wanted if constraint.scope.holds(s, d, known)]
        found += _by_day(constraint, mine, set(wanted), calendar)
        groups: dict[date, list[tuple[str, date]]] = {}
        for service, day in mine:
            groups.setdefault(group_of(constraint.per, day, calendar), []).append((service, day))
        for start, pairs in groups.items():
            days = sorted({day for _, day in pairs})
            count = len(days) if constraint.counted == "days" else len(pairs)
            told = _by_group(constraint, start, pairs[0][0], days, calendar, count)
            found += [Violation(constraint.name, told, tuple(days))] if told else []
    return tuple(found)


def group_of(per: str, day: date, calendar: Calendar) -> date:
    """The first day of the week, month or school period in which this day is counted."""
    if per == "month":
        return day.replace(day=1)
    if per == "period":
        return calendar.school_period_start(day)
    return day - timedelta(days=day.weekday())


def _by_day(
    constraint: Constraint,
    mine: list[tuple[str, date]],
    wanted: set[tuple[str, date]],
    calendar: Calendar,
) -> Iterable[Violation]:
    for service, day in mine:
        together = {other for other, when in wanted if when == day}
        if constraint.needs and not constraint.needs & together:
            yield _one(constraint, "basket.needs", day, service, constraint.needs, calendar)
        if constraint.excludes & together:
            yield _one(constraint, "basket.excludes", day, service, constraint.excludes & together, calendar)
        if constraint.linked - together:
            yield _one(constraint, "basket.linked", day, service, constraint.linked - together, calendar)


def _one(
    constraint: Constraint,
    code: str,
    day: date,
    service: str,
    others: frozenset[str] | set[str],
    calendar: Calendar,
) -> Violation:
    named = ", ".join(sorted(_name(other, calendar) for other in others))
    told = say(code, name=constraint.name, day=day, service=_name(service, calendar), others=named)
    return Violation(constraint.name, told, (day,))


def _name(code: str, calendar: Calendar) -> str:
    """What families call a service, when the calendar knows it."""
    known = calendar.service(code)
    return known.name if known and known.name else code


def _by_group(
    constraint: Constraint, start: date, service: str, days: list[date], calendar: Calendar, count: int
) -> Sentence | None:
    noun = "" if constraint.counted == "days" else f".{constraint.counted}"
    named: dict[str, Value] = {"name": constraint.name, "group": say(f"basket.{constraint.per}", start=start)}
    least = constraint.least
    if least and constraint.least_with_holiday is not None and constraint.per == "week":
        holiday = any(calendar.is_public_holiday(start + timedelta(days=n)) for n in range(7))
        least = constraint.least_with_holiday if holiday else least
    if least and count < least:
        return say(f"basket.least{noun}", **named, least=least, count=count)
    if constraint.most is not None and count > constraint.most:
        return say(f"basket.most{noun}", **named, most=constraint.most, count=count)
    if constraint.counts and count not in constraint.counts:
        allowed = ", ".join(str(n) for n in sorted(constraint.counts))
        return say(f"basket.counts{noun}", **named, allowed=allowed, count=count)
    if constraint.whole:
        missing = [
            d for d in _days(constraint.per, start) if calendar.is_service_day(d, service) and d not in days
        ]
        if missing:
            return say("basket.whole", **named, missing=_listed(missing))
    return None


def _listed(days: list[date]) -> Sentence:
    """« jeudi 3 décembre, vendredi 4 décembre », whatever the language."""
    told = say("basket.day", day=days[0])
    for day in days[1:]:
        told = say("basket.list", first=told, second=say("basket.day", day=day))
    return told


def _days(per: str, start: date) -> list[date]:
    if per == "month":
        days = [start + timedelta(days=n) for n in range(31)]
        return [day for day in days if day.month == start.month]
    return [start + timedelta(days=n) for n in range(7)]
