"""Chosen hours, on recaps, receipts, mails and lists."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from portail.bookings.choices import steps
from portail.bookings.models import Booking, ReceiptLine
from portail.bookings.recap import Change, Recap
from portail.bookings.templatetags.recaps import is_long
from portail.core.templatetags.ui import hour
from portail.rules.peaks import Hours

register = template.Library()


@register.filter
def hours(of: Change | ReceiptLine | Booking | Hours | None) -> str:
    """« de 8 h à 10 h 30 »; nothing where no hours were chosen."""
    if isinstance(of, ReceiptLine):
        of = of.booking
    found = of.hours if isinstance(of, Change | Booking) else of
    if not found:
        return ""
    return _("de %(start)s à %(end)s") % {"start": hour(found[0]), "end": hour(found[1])}


@register.filter
def has_hours(recap: Recap) -> bool:
    """Whether hours are chosen on this page."""
    return not is_long(recap) and any(
        c.hours and c.wanted for c in (*recap.added, *recap.refused, *recap.kept)
    )


@register.inclusion_tag("bookings/hours_fields.html")
def hours_fields(change: Change) -> dict[str, Any]:
    """The two lists of a line, for the form of the page (id « recap »)."""
    every = steps(change.session.service)
    assert change.hours is not None
    pair = "{}-{}".format(*change.pair)
    return {
        "change": change,
        "pair": pair,
        "starts": every[:-1],
        "ends": every[1:],
        "start": change.hours[0],
        "end": change.hours[1],
    }
