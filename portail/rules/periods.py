"""The stretches of days that prices, caps and quotas are counted over."""

from __future__ import annotations

from datetime import date, timedelta

from .calendars import Calendar, CalendarUnknown


def start_of(per: str, day: date, calendar: Calendar) -> date:
    """The first day of the week, month, term (September, January, April), school period or year that holds this day.

    `per` is a unit, the period of a cap or of a quota; of a family ("family-month") or not.
    """
    match per.removeprefix("family-"):
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "term":
            return day.replace(month=next(month for month in (9, 4, 1) if day.month >= month), day=1)
        case "period" | "school-period":
            try:
                return calendar.school_period_start(day)
            except CalendarUnknown:
                return calendar.school_year_start(day)
        case "year":
            return calendar.school_year_start(day)
        case _:
            return day
