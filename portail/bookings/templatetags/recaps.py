"""A recap, a receipt or a mail of many changes, told by child and by month."""

from collections.abc import Iterable, Sequence
from datetime import date

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portail.bookings import summary
from portail.bookings.models import ReceiptLine
from portail.bookings.recap import Change, Recap
from portail.core.templatetags.ui import money

register = template.Library()


@register.filter
def is_long(recap: Recap) -> bool:
    """Whether a recap is told by month rather than day by day."""
    return len(recap.changes) + len(recap.refused) > summary.LONG


@register.filter
def are_many(changes: Sequence[object]) -> bool:
    return len(changes) > summary.LONG


@register.filter
def by_child(changes: Iterable[Change] | Iterable[ReceiptLine]) -> list[summary.OfChild]:
    return summary.by_child(changes)


@register.filter
def refusals(refused: Sequence[Change]) -> list[summary.Refused]:
    return summary.refusals(refused)


@register.filter
def counted(part: summary.OfChild | summary.OfMonth) -> str:
    """« 8 ajouts, 2 retraits »."""
    words = []
    if part.added:
        words.append(ngettext("%(number)s ajout", "%(number)s ajouts", part.added) % {"number": part.added})
    if part.removed:
        words.append(
            ngettext("%(number)s retrait", "%(number)s retraits", part.removed) % {"number": part.removed}
        )
    return ", ".join(words)


@register.filter
def amount_of(part: summary.OfChild | summary.OfMonth) -> str:
    """« + 24,30 € »; « prix à venir » when none is known yet; empty where no rule tells prices."""
    if part.amount is not None:
        return money(part.amount, "+")
    return _("prix à venir") if getattr(part, "unknown", 0) else ""


@register.filter
def numbers(days: Iterable[date]) -> str:
    """« 7, 8, 10 »: the days of a month that is named beside them."""
    return ", ".join(str(day.day) for day in days)
