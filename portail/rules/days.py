"""Kinds of days a delay is counted in: calendar days, working days, days of the service, of school, of the office."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from .calendars import Calendar, NoSuchDay

_ONE_DAY = timedelta(days=1)
_LONGEST_SEARCH = 400


class DayKind(StrEnum):
    """Which days count."""

    DAYS = "days"
    WORKING = "working-days"
    """« Jours ouvrés »: Monday to Friday, public holidays and closures excepted."""
    BUSINESS = "business-days"
    """« Jours ouvrables »: Monday to Saturday, public holidays and closures excepted."""
    SERVICE = "service-days"
    """Days on which the service asked runs."""
    SCHOOL = "school-days"
    OFFICE = "office-days"
    """Days on which the town hall is open."""


def counts(kind: DayKind, day: date, calendar: Calendar, service: str) -> bool:
    """Whether a day is of the kind. Raises CalendarUnknown when the calendar cannot tell."""
    match kind:
        case DayKind.DAYS:
            return True
        case DayKind.WORKING:
            return day.weekday() < 5 and calendar.closed_reason(day) is None
        case DayKind.BUSINESS:
            return day.weekday() < 6 and calendar.closed_reason(day) is None
        case DayKind.SCHOOL:
            return calendar.is_school_day(day)
        case DayKind.OFFICE:
            return calendar.is_open_day(day, calendar.office_weekdays)
        case DayKind.SERVICE:
            return calendar.is_service_day(day, service)


def move(day: date, count: int, kind: DayKind, calendar: Calendar, service: str) -> date:
    """`count` days of the kind before (negative) or after. Raises NoSuchDay when there are not that many."""
    if kind is DayKind.DAYS:
        return day + count * _ONE_DAY
    direction, left = (1 if count > 0 else -1) * _ONE_DAY, abs(count)
    for _ in range(_LONGEST_SEARCH * max(1, left // 100)):
        if not left:
            return day
        day += direction
        left -= counts(kind, day, calendar, service)
    raise NoSuchDay(f"Il n'y a pas assez de jours de cette nature autour du {day:%d/%m/%Y}.")


def months_before(day: date, count: int) -> date:
    """The same day `count` months earlier, or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(year, month + 1, min(day.day, last_day(year, month + 1)))


def last_day(year: int, month: int) -> int:
    """The number of days of a month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - _ONE_DAY).day
