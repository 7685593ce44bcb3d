"""Boxes of a planning ticked together: a service, a weekday, a week. Nothing is written; the page comes back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portail.bookings.queries.plannings import Planning
from portail.bookings.queries.sessions import Cell

COLUMN, WEEKDAY, WEEK = "c", "w", "s"
EVERY = (
    _("Tous les lundis"),
    _("Tous les mardis"),
    _("Tous les mercredis"),
    _("Tous les jeudis"),
    _("Tous les vendredis"),
    _("Tous les samedis"),
    _("Tous les dimanches"),
)


class Choice(NamedTuple):
    """A button: what it posts as `tick`, its words, and where the script finds its boxes in the form."""

    value: str
    label: Promise | str
    boxes: str


def choices(shown: Planning) -> list[Choice]:
    """The services and the weekdays that have a box; the week itself when one alone is shown."""
    open_cells = [cell for cell in shown.cells if cell.standing.can_change]
    columns = {cell.column for cell in open_cells}
    found = [
        Choice(f"{COLUMN}{n}", column.label, f"tr>:nth-child({n + 2})")
        for n, column in enumerate(shown.columns)
        if column in columns
    ]
    if shown.span.is_week:
        return [Choice(f"{WEEK}{shown.first:%Y-%m-%d}", _("Toute la semaine"), "tbody"), *found]
    weekdays = sorted({cell.date.weekday() for cell in open_cells})
    return found + [Choice(f"{WEEKDAY}{day}", EVERY[day], f"[data-d='{day}']") for day in weekdays]


def ticked(shown: Planning, tick: str) -> Planning:
    """The same planning with these boxes ticked, or unticked when they all were; the same when `tick` says nothing."""
    is_chosen = _chosen(shown, tick)
    chosen = [cell for cell in shown.cells if cell.standing.can_change and is_chosen(cell)]
    wanted = not all(cell.wanted for cell in chosen)
    return shown.with_cells({id(cell): replace(cell, wanted=wanted) for cell in chosen})


def _chosen(shown: Planning, tick: str) -> Callable[[Cell], bool]:
    kind, value = tick[:1], tick[1:]
    if kind == COLUMN and value.isdecimal() and int(value[:4]) < len(shown.columns):
        column = shown.columns[int(value[:4])]
        return lambda cell: cell.column is column
    if kind == WEEKDAY and value in tuple("0123456"):
        return lambda cell: cell.date.weekday() == int(value)
    if kind == WEEK:
        return lambda cell: f"{_monday(cell.date):%Y-%m-%d}" == value
    return lambda cell: False


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
