"""What templates say the same way everywhere: icons, dates in words, hours, amounts."""

from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache

from django import template
from django.core.paginator import Page
from django.templatetags.static import static
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from portail.core.phones import shown
from portail.core.text import elides
from portail.rules import ENGLISH

register = template.Library()

NO_BREAK = "\N{NO-BREAK SPACE}"
TONE_ICONS = {"ok": "check", "warn": "warning", "bad": "cross", "info": "info", "calm": "clock"}
MESSAGE_TONES = {"success": "ok", "warning": "warn", "error": "bad", "info": "info", "debug": "info"}
TONE_WORDS = {
    "ok": _("C'est fait"),
    "warn": _("À savoir"),
    "bad": _("À corriger"),
    "info": _("Information"),
    "calm": _("Information"),
}


@register.simple_tag
@lru_cache(maxsize=256)
def icon(name: str) -> SafeString:
    """`{% icon "check" %}`: a drawing of icons.svg, hidden from screen readers: a word is beside it."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"/></svg>', static("portail/icons.svg"), name
    )


@register.simple_tag
def tone_icon(tone: str) -> SafeString:
    """The icon that always goes with a tone (ok, warn, bad, info, calm)."""
    return icon(TONE_ICONS.get(tone, "info"))


@register.filter
def tone_of(message: object) -> str:
    """The tone of a message of django.contrib.messages."""
    return MESSAGE_TONES.get(getattr(message, "level_tag", ""), "info")


@register.filter
def tone_word(tone: str) -> str:
    """The word that always goes with a tone: colour is never alone."""
    return str(TONE_WORDS.get(tone, TONE_WORDS["info"]))


@register.filter
def page_numbers(page: Page) -> Iterator[int | str]:
    """The numbers to show of a long list: the ends, the neighbours, an ellipsis between."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)


@register.filter
def in_words(value: date | None, form: str = "") -> str:
    """« jeudi 3 décembre », with the year when it is not this one.

    `form`: "year" always gives the year, "day" leaves the weekday out, "date" does both.
    A datetime is told in local time, without its hour. None gives the empty text.
    """
    if value is None:
        return ""
    day = timezone.localdate(value) if isinstance(value, datetime) and timezone.is_aware(value) else value
    with_year = form in ("year", "date") or day.year != timezone.localdate().year
    return _day(day, weekday=form not in ("day", "date"), year=with_year)


@register.filter
def hour(value: datetime | time | None) -> str:
    """« 21 h », « 7 h 30 » in French; « 9 pm », « 7:30 am » in English. Datetimes in local time."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    if _is_french():
        return f"{value.hour}{NO_BREAK}h" + (f"{NO_BREAK}{value.minute:02d}" if value.minute else "")
    return ENGLISH.hour(value.hour * 60 + value.minute).replace(" ", NO_BREAK)


@register.filter
def moment(value: datetime | None) -> str:
    """« jeudi 3 décembre à 21 h », in local time."""
    if value is None:
        return ""
    return gettext("%(day)s à %(hour)s") % {"day": in_words(value), "hour": hour(value)}


@register.filter
def of_name(name: str) -> str:
    """« de Léa », « d'Awa »: a first name that something belongs to."""
    return (gettext("d'%(name)s") if elides(name) else gettext("de %(name)s")) % {"name": name}


@register.filter
def phone(value: str) -> str:
    """« 06 12 34 56 78 »: a telephone as the country writes it."""
    return shown(value) if value else ""


@register.filter
def file_size(octets: int) -> str:
    """« 17 ko », « 1,2 Mo »: what people read on their phone, thousands of octets."""
    value = max(1, round(octets / 1000))
    if value < 1000:
        return f"{value}{NO_BREAK}" + gettext("ko")
    return f"{formats.number_format(octets / 1_000_000, decimal_pos=1)}{NO_BREAK}" + gettext("Mo")


@register.filter
def money(value: Decimal | None, sign: str = "") -> str:
    """« 1 234,50 € », unbreakable; "+" as second argument also writes the plus of what is added. Euros."""
    if value is None:
        return ""
    absolute = formats.number_format(abs(value), decimal_pos=2, use_l10n=True, force_grouping=True)
    mark = "−" if value < 0 else ("+" if sign == "+" and value > 0 else "")
    spaced = f"{mark}{NO_BREAK}" if mark else ""
    if _is_french():
        return f"{spaced}{absolute}{NO_BREAK}€".replace(" ", NO_BREAK)
    return f"{mark}€{absolute}"


def _day(day: date, *, weekday: bool, year: bool) -> str:
    if _is_french():
        number = "1er" if day.day == 1 else str(day.day)
        parts = [formats.date_format(day, "l") if weekday else "", number, formats.date_format(day, "F")]
    else:
        parts = [
            formats.date_format(day, "l") if weekday else "",
            str(day.day),
            formats.date_format(day, "F"),
        ]
    return " ".join([part for part in parts if part] + ([str(day.year)] if year else []))


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")
