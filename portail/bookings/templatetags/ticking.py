"""The buttons that tick several boxes of a planning at once."""

from django import template

from portail.bookings import ticking
from portail.bookings.queries.plannings import Planning, Week

register = template.Library()


@register.filter
def tick_choices(month: Planning) -> list[ticking.Choice]:
    return ticking.choices(month)


@register.filter
def has_boxes(week: Week) -> bool:
    """Whether more than one box of the week may be ticked."""
    boxes = [cell for day in week.days for cell in day.cells if cell is not None and cell.standing.can_change]
    return len(boxes) > 1
