"""What the planning says: sentences of the rules, and the rows of its table.

A month of three children has up to three hundred cells: they are written here, not by a template included as often, and
each says no more than it must. On the page of one child a box has its name and its words in full; where several
children are shown its name is that of its column and its row, and the legend says what a tick means.
"""

from datetime import date
from decimal import Decimal
from functools import lru_cache

from django import template
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext, ngettext

from portail import rules
from portail.bookings import standing
from portail.bookings.queries import Cell, Day, Limit, Planning, Week
from portail.bookings.spans import Span
from portail.bookings.standing import LOOKS, State
from portail.core.templatetags.ui import hour, icon, in_words, money

register = template.Library()
_EXPLAINED = {State.FULL, State.CLOSED, State.OTHER_PARENT, State.OTHER_HOME}


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
def looks(month: Planning) -> list[standing.Look]:
    """The states of the legend; what a box says by being ticked or not has its own line there."""
    boxes = {State.FREE, State.BOOKED} if month.can_change else set()
    return [LOOKS[state] for state in month.states if state not in boxes]


@register.filter
def span_name(span: Span) -> str:
    """« décembre 2026 »; « semaine du 7 décembre »."""
    if span.is_week:
        return gettext("semaine du %(day)s") % {"day": in_words(span.first, "day")}
    return date_format(span.first, "F Y")


@register.simple_tag
def column_heads(month: Planning) -> SafeString:
    """The heads of the columns; with the child's name, seen or only heard, when several children are shown."""
    heads, before = [], 0
    for number, column in enumerate(month.columns):
        if month.several:
            start = mark_safe(' class="child-start"') if column.child_id != before else ""
            child, before = format_html("<small>{} · </small>", column.child_name), column.child_id
            head = '<th scope="col" id="c{}"{}>{}{}</th>'
            heads.append(format_html(head, number, start, child, column.short_name))
        else:
            heads.append(format_html('<th scope="col">{} {}</th>', icon(column.icon), column.label))
    return mark_safe("".join(heads))  # noqa: S308 - made of escaped parts


@register.simple_tag
def day_row(day: Day, week: Week, month: Planning) -> SafeString:
    """A row of the table: the day, and a cell for each column; or why nothing opens."""
    language = get_language()
    head = _row_head(day.first, day.last, day.is_today, month.several, language)
    if day.closed:
        why = format_html(
            '<td colspan="{}">{} {}</td>',
            len(month.columns),
            icon("home" if day.is_away else "sun"),
            standing.said(day.closed),
        )
        return mark_safe(f'<tr class="planning-off">{head}{why}</tr>')  # noqa: S308 - made of escaped parts
    cells = _cells_of_several(day, week, month) if month.several else _cells_of_one(day, week)
    today = ' class="planning-today"' if day.is_today else ""
    today += f' data-d="{day.first.weekday()}"'
    return mark_safe(f"<tr{today}>{head}{''.join(cells)}</tr>")  # noqa: S308 - made of escaped parts


ON_PAPER = (State.BOOKED, State.WAITING, State.OTHER_PARENT, State.OTHER_HOME, State.CLOSED)
"""The states that a sheet draws; the cells of the others stay empty: nothing is booked."""


@register.filter
def paper_looks(month: Planning) -> list[standing.Look]:
    """The legend of a sheet."""
    return [LOOKS[state] for state in ON_PAPER if state in month.states]


@register.simple_tag
def paper_row(day: Day, month: Planning) -> SafeString:
    """A row of the sheet: the day, and what is booked in each column; or why nothing opens."""
    head = _row_head(day.first, day.last, False, False, get_language())
    if day.closed:
        why = format_html('<td colspan="{}">{}</td>', len(month.columns), standing.said(day.closed))
        return format_html('<tr data-tone="calm">{}{}</tr>', head, why)
    cells = "".join(_paper_cell(cell) for cell in day.cells)
    return mark_safe(f"<tr>{head}{cells}</tr>")  # noqa: S308 - made of escaped parts


def _paper_cell(cell: Cell | None) -> str:
    if cell is None:
        return '<td data-tone="calm"></td>'
    star = "*" if cell.programme else ""
    if cell.standing.state not in ON_PAPER:
        return f"<td>{star}</td>"
    look = LOOKS[cell.standing.state]
    return f'<td>{icon(look.icon)}<span class="sr-only">{escape(look.word)}</span>{star}</td>'


def _cells_of_one(day: Day, week: Week) -> list[str]:
    return [f"<td>{_slot(cell, week)}</td>" for cell in day.cells]


def _cells_of_several(day: Day, week: Week, month: Planning) -> list[str]:
    """A child's first column is marked; its first cell tells the name, for the list that has no heads."""
    found, before, named = [], 0, 0
    for number, (column, cell) in enumerate(zip(month.columns, day.cells, strict=True)):
        start = ' class="child-start"' if column.child_id != before else ""
        before = column.child_id
        if cell is None:
            found.append(f"<td{start}></td>")
            continue
        name = f' data-child="{escape(column.child_name)}"' if column.child_id != named else ""
        named = column.child_id
        found.append(f"<td{start}{name}>{_slot(cell, week, number)}</td>")
    return found


@lru_cache(maxsize=1024)
def _row_head(first: date, last: date, is_today: bool, several: bool, language: str | None) -> SafeString:
    """« lun. 7 », « lun. 21 – ven. 25 »; the month for the ear."""
    days = date_format(first, "D j")
    if first != last:
        days = format_html("{} –<br>{}", days, date_format(last, "D j"))
    today = format_html("<br><small>{}</small>", gettext("aujourd'hui")) if is_today else ""
    return format_html(
        '<th scope="row"{}>{}<span class="sr-only"> {}</span>{}</th>',
        format_html(' id="d{}"', first.day) if several else "",
        days,
        date_format(first, "F"),
        today,
    )


def _slot(cell: Cell | None, week: Week, number: int | None = None) -> SafeString:
    """What a cell holds: a box to tick, or its state in a word, with the reason to unfold when the week's head
    does not say it. `number`: that of its column, when several children are shown."""
    if cell is None:
        return SafeString("")
    state = cell.standing.state
    if state is State.OFFERED:
        return _explained(cell)  # answered on its own page, by the family alone
    if cell.standing.can_wait or cell.standing.can_change:
        boxes = [_box(cell, number)] if cell.standing.can_change else []
        boxes += [_wait_box(cell)] if cell.standing.can_wait else []
        return mark_safe(" ".join(boxes))  # noqa: S308 - made of escaped parts
    locked = state in (State.TOO_LATE, State.BOOKED) and not week.is_settled
    if state in _EXPLAINED or locked or cell.standing.unless:
        return _explained(cell)
    language = get_language()
    return mark_safe(  # noqa: S308 - made of escaped parts
        f'<span class="slot" data-tone="{LOOKS[state].tone}">{_word(state, cell.column.short_name, language)}'
        f"{_price(cell, language)}{_notes(cell, language)}</span>"
    )


def _box(cell: Cell, number: int | None) -> SafeString:
    language = get_language()
    words = _words(cell, language, number)
    return mark_safe(  # noqa: S308 - made of escaped parts
        f'<label class="slot"><input type="checkbox" name="s" value="{cell.tick}" {_called(cell, number, language)}'
        f"{_data_price(cell.price)}"
        f"{' data-booked' if cell.is_booked else ''}{' checked' if cell.wanted else ''}>"
        f"<span>{escape(cell.column.short_name)}</span>{words}"
        f"{_price(cell, language)}{_notes(cell, language)}</label>"
    )


def _words(cell: Cell, language: str | None, number: int | None) -> SafeString | str:
    """What the box says, ticked or not: of a waiting list the rank, of a full day that it would go beyond."""
    if cell.standing.state is State.WAITING:
        return format_html("<b>{}</b><i>{}</i>", standing.said(cell.standing.why), gettext("À quitter"))
    if cell.standing.is_over:
        return format_html("<b>{}</b><i>{}</i>", gettext("Au-delà des places"), LOOKS[State.FULL].word)
    return _box_words(cell.is_booked, language) if number is None else ""


def _wait_box(cell: Cell) -> SafeString:
    """A full day: a box to wait for it."""
    name = gettext("Liste d'attente : %(service)s, %(day)s")
    return format_html(
        '<label class="slot slot-full"><input type="checkbox" name="w" value="{}" aria-label="{}"{}>'
        '<span class="slot-name">{}</span> <b>{}</b><i>{}</i></label>',
        cell.tick,
        name % {"service": cell.column.label, "day": _day(cell.date, get_language())},
        SafeString(" checked" if cell.wanted else ""),
        cell.column.short_name,
        gettext("Liste d'attente"),
        LOOKS[State.FULL].word,
    )


def _called(cell: Cell, number: int | None, language: str | None) -> str:
    """The name of a box: in full, or that of its column and its row when they say it all."""
    notes = [cell.programme] if cell.programme else []
    if cell.hours:
        notes.append(" – ".join(map(hour, cell.hours)))
    if cell.standing.left is not None:
        notes.append(_left(cell.standing.left, language))
    if number is not None and not notes:
        return f'aria-labelledby="c{number} d{cell.date.day}"'
    return f'aria-label="{escape(", ".join([cell.column.label, _day(cell.date, language), *notes]))}"'


def _notes(cell: Cell, language: str | None) -> str:
    """Under what a cell says: what the day is named, and that few places are left."""
    named = f'<em data-tone="info">{escape(cell.programme)}</em>' if cell.programme else ""
    if cell.hours:
        named += f"<em>{' – '.join(map(hour, cell.hours))}</em>"
    left = cell.standing.left
    return f"{named}<em>{_left(left, language)}</em>" if left is not None else named


@lru_cache(maxsize=64)
def _left(count: int, language: str | None) -> str:
    return ngettext("plus qu'une place", "plus que %(count)s places", count) % {"count": count}


def _data_price(price: Decimal | None) -> str:
    return "" if price is None else f' data-price="{price:.2f}"'


def _price(cell: Cell, language: str | None) -> SafeString:
    return _price_words(cell.price, cell.in_package, cell.standing.has_surcharge, cell.departs, language)


@lru_cache(maxsize=1024)
def _price_words(
    price: Decimal | None, in_package: bool, has_surcharge: bool, departs: bool, language: str | None
) -> SafeString:
    """The price of the day in small, or that it is part of a package; that a late act costs more; that the typical week
    is otherwise."""
    words = [money(price)] if price is not None else [gettext("forfait")] if in_package else []
    words += [gettext("majoré")] if has_surcharge else []
    words += [gettext("hors semaine type")] if departs else []
    return format_html(" <small>{}</small>", " · ".join(words)) if words else SafeString("")


def _explained(cell: Cell) -> SafeString:
    look = LOOKS[cell.standing.state]
    told = [standing.said(text) for text in (cell.standing.why, *cell.standing.unless)]
    return format_html(
        '<details class="slot" data-tone="{}"><summary>{}{}{}</summary><p class="slot-why">{}</p></details>',
        look.tone,
        _word(cell.standing.state, cell.column.short_name, get_language()),
        _price(cell, get_language()),
        mark_safe(_notes(cell, get_language())),  # noqa: S308 - made of escaped parts
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
    return format_html("<b>{}</b><i>{}</i>", on, off)


@lru_cache(maxsize=1024)
def _day(day: date, language: str | None) -> str:
    words = rules.ENGLISH if (language or "fr").startswith("en") else rules.FRENCH
    return words.day(day)
