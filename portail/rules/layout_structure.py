"""The layout of the structure of the commune: schools, places, activities, services and where they are offered."""

from __future__ import annotations

from dataclasses import replace

from .calendars import RunsIn
from .fields import Choice, Flag, Hour, Integer, Text
from .layout_common import WEEKDAY_LIST
from .structure import ICONS, SHORT
from .tables import Table, Tables

_NAME, _ADDRESS, _ACTIVE = Text(longest=120), Text(default="", longest=250), Flag(default=True)
_WAS = Text(default="", longest=120)
_ICON = Choice(default="calendar", choices={icon: icon for icon in ICONS})
_POSITION = Integer(default=None, highest=32_767)

SCHOOL = Table(fields={"name": _NAME, "address": _ADDRESS, "active": _ACTIVE, "was": _WAS})

PLACE = Table(
    fields={
        "name": _NAME,
        "school": Text(default="", longest=120),
        "address": _ADDRESS,
        "active": _ACTIVE,
        "was": _WAS,
    }
)

ACTIVITY = Table(
    fields={
        "code": Text(longest=40),
        "name": _NAME,
        "icon": _ICON,
        "position": _POSITION,
        "active": _ACTIVE,
    }
)

OFFER = Table(
    fields={
        "place": Text(longest=120),
        "capacity": Integer(default=None, highest=100_000),
        "active": _ACTIVE,
    }
)

SERVICE = Table(
    fields={
        "code": Text(longest=40),
        "name": _NAME,
        "weekdays": replace(WEEKDAY_LIST),
        "runs_in": Choice(default=RunsIn.SCHOOL, choices={r.value: r for r in RunsIn}),
        "start": Hour(default=None),
        "end": Hour(default=None),
        "activity": Text(default=None, longest=40),
        "short_name": Text(default=None, longest=SHORT),
        "icon": _ICON,
        "position": _POSITION,
        "meal": Flag(default=False),
        "hours_step": Integer(default=None, lowest=5, highest=240),
        "active": _ACTIVE,
        "places": Tables(default=None, table=OFFER),
    }
)
"""With `activity`, a service that families book; without, only the days on which something runs."""

STRUCTURE = {
    "schools": Tables(default=None, table=SCHOOL),
    "places": Tables(default=None, table=PLACE),
    "activities": Tables(default=None, table=ACTIVITY),
    "services": Tables(default=None, table=SERVICE),
}
