"""What several groups of a settings file share: whom a rule speaks of, and the moment that limits it."""

from __future__ import annotations

from .calendars import ANY_SERVICE
from .days import DayKind
from .fields import WEEKDAYS, Choice, Day, Field, Flag, Hour, Integer, Text
from .limits import Anchor, Bad, Unit
from .scopes import NUMBERS, TAGS
from .tables import Codes, Either, ListOf, Range, Table, Tables

EVERY_SERVICE = (ANY_SERVICE,)
WORDS = ListOf(default=None, item=Text(longest=60), example='["commune"]')
WEEKDAY_LIST = ListOf(default=None, item=Choice(choices=WEEKDAYS), example='["lundi", "jeudi"]')

NARROWED: dict[str, Field] = {
    **dict.fromkeys(TAGS, WORDS),
    **{name: Range(default=None, name=name) for name in NUMBERS},
}
"""Whom a rule speaks of, beyond services and days."""

SCOPE: dict[str, Field] = {
    "services": Codes(default=EVERY_SERVICE),
    "from": Day(default=None),
    "until": Day(default=None),
    "weekdays": WEEKDAY_LIST,
    **NARROWED,
    "assumes": Text(default=None, longest=300),
}

FORMULA: dict[str, Field] = {
    "anchor": Choice(default=Anchor.DAY, choices={a.value: a for a in Anchor}),
    "before": Integer(default=0, highest=1440),
    "unit": Choice(default=Unit.DAYS, choices={u.value: u for u in Unit}),
    "weekday": Choice(default=None, choices=WEEKDAYS),
    "nth": Integer(default=None, lowest=1, highest=5),
    "month_day": Integer(default=None, lowest=1, highest=31),
    "on": Day(default=None),
    "at": Hour(default=None),
    "inclusive": Flag(default=True),
    "never": Flag(default=False),
    "shift": Table(
        fields={
            "on": ListOf(item=Choice(choices={b.value: b for b in Bad}), example='["week-end"]'),
            "to": Choice(default=False, choices={"previous": False, "next": True}),
            "days": Choice(default=DayKind.WORKING, choices={k.value: k for k in DayKind}),
            "at": Hour(default=None),
        }
    ),
}
"""A limit without exceptions."""


class TableRow(Text):
    """A line of a table by weekday: "vendredi 11:00", "jamais"."""


LIMIT: dict[str, Field] = {
    **FORMULA,
    "table": Table(
        fields=dict.fromkeys(
            WEEKDAYS, Either(default=None, kinds=(TableRow(longest=30), Table(default=None, fields=FORMULA)))
        )
    ),
    "dates": Tables(table=Table(fields={"from": Day(), "until": Day(), **FORMULA})),
    "earliest_of": Tables(table=Table(fields=FORMULA)),
    "latest_of": Tables(table=Table(fields=FORMULA)),
}
"""A limit, its table by weekday, its printed dates, those it is the earliest or the latest of."""
