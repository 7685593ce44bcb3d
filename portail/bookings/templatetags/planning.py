"""What the planning says: sentences of the rules, and the cells of its table.

A month has up to a hundred cells: they are written here, not by a template included a hundred times.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from portail import rules
from portail.bookings import standing
from portail.bookings.queries import Cell, Day, Limit, Month, Week
from portail.bookings.standing import LOOKS, State
from portail.core.templatetags.ui import icon, money

register = template.Library()
_EXPLAINED = {State.FULL, State.CLOSED, State.OTHER_PARENT}


@register.filter
def said(text: standing.Said) -> str:
    """A sentence of the rules, or a text of ours, in the language of the page."""
    return standing.said(text)


@register.filter
def limit_told(limit: Limit) -> str:
    """The limit of a week, after the names of the services it is for when others have another."""
    told = standing.said(limit.told)
    if not limit.services:
        return told[:1].upper() + told[1:]
    return gettext("%(services)s : %(limit)s") % {"services": ", ".join(limit.services), "limit": told}


@register.filter
def looks(month: Month) -> list[standing.Look]:
    """The states of the legend; what a box says by being ticked or not has its own line there."""
    boxes = {State.FREE, State.BOOKED} if month.can_change else set()
    return [LOOKS[state] for state in month.states if state not in boxes]


@register.simple_tag
def row_head(day: Day) -> SafeString:
    """The day of a row, or the days: « lun. 7 », « lun. 21 – ven. 25 »; the month for the ear."""
    return _row_head(day.first, day.last, day.is_today, get_language())


@lru_cache(maxsize=1024)
def _row_head(first: date, last: date, is_today: bool, language: str | None) -> SafeString:
    days = date_format(first, "D j")
    if first != last:
        days = f"{days} – {date_format(last, 'D j')}"
    today = format_html("<br><small>{}</small>", gettext("aujourd'hui")) if is_today else ""
    return format_html(
        '<th scope="row">{}<span class="sr-only"> {}</span>{}</th>', days, date_format(first, "F"), today
    )


@register.simple_tag
def slot(cell: Cell | None, week: Week) -> SafeString:
    """What a cell holds: a box to tick, or its state in a word, with the reason to unfold when the week's head
    does not say it."""
    if cell is None:
        return SafeString("")
    if cell.standing.can_change:
        return _box(cell)
    state = cell.standing.state
    locked = state in (State.TOO_LATE, State.BOOKED) and not week.is_settled
    if state in _EXPLAINED or locked or cell.standing.unless:
        return _explained(cell)
    language = get_language()
    return mark_safe(  # noqa: S308 - made of escaped parts
        f'<span class="slot" data-tone="{LOOKS[state].tone}">{_word(state, cell.column.label, language)}'
        f"{_price(cell, language)}</span>"
    )


def _box(cell: Cell) -> SafeString:
    language = get_language()
    name = escape(cell.column.label)
    return mark_safe(  # noqa: S308 - made of escaped parts
        f'<label class="slot"><input type="checkbox" name="s" value="{cell.session_id}"'
        f' aria-label="{name}, {_day(cell.date, language)}"'
        f"{_data_price(cell.price)}"
        f"{' data-booked' if cell.is_booked else ''}{' checked' if cell.wanted else ''}>"
        f'<span class="slot-name">{name}</span>{_box_words(cell.is_booked, language)}{_price(cell, language)}</label>'
    )


def _data_price(price: Decimal | None) -> str:
    return "" if price is None else f' data-price="{price:.2f}"'


def _price(cell: Cell, language: str | None) -> SafeString:
    return _price_words(cell.price, cell.in_package, cell.standing.has_surcharge, language)


@lru_cache(maxsize=1024)
def _price_words(
    price: Decimal | None, in_package: bool, has_surcharge: bool, language: str | None
) -> SafeString:
    """The price of the day in small, or that it is part of a package, and that a late act costs more."""
    words = [money(price)] if price is not None else [gettext("forfait")] if in_package else []
    words += [gettext("majoré")] if has_surcharge else []
    return format_html(" <small>{}</small>", " · ".join(words)) if words else SafeString("")


def _explained(cell: Cell) -> SafeString:
    look = LOOKS[cell.standing.state]
    told = [standing.said(text) for text in (cell.standing.why, *cell.standing.unless)]
    return format_html(
        '<details class="slot" data-tone="{}"><summary>{}{}</summary><p class="slot-why">{}</p></details>',
        look.tone,
        _word(cell.standing.state, cell.column.label, get_language()),
        _price(cell, get_language()),
        ". ".join(told),
    )


@lru_cache(maxsize=1024)
def _word(state: State, name: str, language: str | None) -> SafeString:
    look = LOOKS[state]
    return format_html(
        '{}<span class="slot-name">{}</span> <small>{}</small>', icon(look.icon), name, look.word
    )


@lru_cache(maxsize=8)
def _box_words(booked: bool, language: str | None) -> SafeString:
    """The word of the box, ticked or not: the style sheet shows the one that is true now."""
    on = LOOKS[State.BOOKED].word if booked else gettext("À réserver")
    off = gettext("À annuler") if booked else LOOKS[State.FREE].word
    return format_html(" <b>{}</b><i>{}</i>", on, off)


@lru_cache(maxsize=1024)
def _day(day: date, language: str | None) -> str:
    words = rules.ENGLISH if (language or "fr").startswith("en") else rules.FRENCH
    return words.day(day)
