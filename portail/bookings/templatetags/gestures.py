"""The weekdays of a typical week, in words."""

from collections.abc import Iterable

from django import template

from portail.bookings.gesture_forms import weekday_name as _name

register = template.Library()


@register.filter
def weekday_name(weekday: int) -> str:
    """« lundi » (0 is Monday)."""
    return _name(weekday)


@register.filter
def weekday_short(weekday: int) -> str:
    """« lun. »."""
    return f"{_name(weekday)[:3]}."


@register.filter
def weekday_list(weekdays: Iterable[int]) -> str:
    """« lundi, mardi »."""
    return ", ".join(_name(weekday) for weekday in weekdays)
