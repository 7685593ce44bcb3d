"""A moment that comes nearer: told by the server, counted further by the page's script."""

import math
from datetime import datetime

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

register = template.Library()
LONG = 48


def left_words(seconds: float) -> str:
    """« dans 3 jours », « dans 2 h 14 », « dans 14 min »; days from 48 hours on. The script counts alike."""
    return _pick(_words().split("|"), seconds)


def _words() -> str:
    return _("dans {d} jours|dans {h} h {m}|dans {m} min|dans moins d'une minute|maintenant")


def _pick(forms: list[str], seconds: float) -> str:
    days, hours, minutes, soon, now = forms
    left = math.ceil(seconds)
    whole_hours, rest = divmod(left // 60, 60)
    if left <= 0:
        return now
    if left < 60:
        return soon
    if not whole_hours:
        return minutes.format(m=rest)
    if whole_hours < LONG:
        return hours.format(h=whole_hours, m=f"{rest:02d}")
    return days.format(d=whole_hours // 24)


@register.simple_tag
def countdown(moment: datetime, now: datetime) -> SafeString:
    """« dans 2 h 14 », which goes on by itself where scripts run."""
    left = (moment - now).total_seconds()
    return format_html(
        '<time class="strong nowrap" datetime="{}" data-left="{}" data-words="{}">{}</time>',
        moment.isoformat(timespec="seconds"),
        max(0, math.ceil(left)),
        _words(),
        left_words(left),
    )
