"""The layout of a settings file: every key, what it holds, what it is when left out. Told in docs/rules/fichier.md."""

from __future__ import annotations

from decimal import Decimal

from .calendars import EntryKind
from .deadlines import BOTH, Action, Effect
from .fields import REQUIRED, Amount, Choice, Day, Flag, Hour, Integer, Moment, Text
from .french_days import SUBDIVISIONS, ZONES
from .layout_common import EVERY_SERVICE, LIMIT, NARROWED, SCOPE, WEEKDAY_LIST
from .layout_money import ABSENCE, BILLING, MEALS, QUOTIENT, SURCHARGE, TARIFF
from .layout_structure import STRUCTURE
from .quotas import KINDS
from .surcharges import Trigger
from .tables import Codes, Known, ListOf, Table, Tables
from .waiting import COUNTED_BY, TOLD_BY, Ends, Order

FORMAT = 1
PASSWORD_FLOOR = 8

_ACTIONS = {
    "book": frozenset({Action.BOOK}),
    "cancel": frozenset({Action.CANCEL}),
    "change": frozenset({Action.CHANGE}),
    "both": BOTH,
}

TIER = Table(
    fields={
        "effect": Choice(choices={e.value: e for e in Effect}),
        "label": Text(default="", longest=80),
        "quota": Integer(default=None, lowest=1, highest=100),
        "per": Choice(
            default="year", choices={p: p for p in ("week", "month", "school-period", "period", "year")}
        ),
        "proof": Text(default="", longest=80),
        "proof_within": Text(default="", longest=40),
        "not_before": Hour(default=None),
        **NARROWED,
        **LIMIT,
    }
)

DEADLINE = Table(
    fields={
        "name": Text(default="", longest=100),
        "action": Choice(default=BOTH, choices=_ACTIONS),
        **SCOPE,
        **LIMIT,
        "then": Tables(table=TIER),
    }
)

OPENING = Table(fields={"name": Text(default="", longest=100), **SCOPE, **LIMIT})

WINDOW = Table(
    fields={
        "name": Text(default="", longest=100),
        "action": Choice(default=frozenset({Action.BOOK}), choices=_ACTIONS),
        **SCOPE,
        "opens": Day(default=None),
        "opens_at": Hour(default=0),
        "closes": Day(default=None),
        "closes_at": Hour(default=None),
    }
)

PERIOD_CLASS = Table(
    fields={"label": Text(longest=80), "on": Day(), "at": Hour(default=0), **NARROWED},
)

ROOM = Table(
    fields={
        "families": Integer(lowest=1, highest=1000),
        "before": Integer(default=15, highest=120),
        "after": Integer(default=15, highest=240),
        "call": Integer(default=3, lowest=1, highest=30),
        "idle": Integer(default=5, lowest=1, highest=60),
        "order": Choice(default=True, choices={"draw": True, "arrival": False}),
    }
)

PERIOD = Table(
    fields={
        "code": Text(longest=40),
        "name": Text(longest=80),
        "services": SCOPE["services"],
        "from": Day(),
        "until": Day(),
        "assumes": SCOPE["assumes"],
        "opens": Tables(table=PERIOD_CLASS),
        "closes": Day(default=None),
        "closes_at": Hour(default=None),
        "room": ROOM,
    }
)

ENTRY = Table(
    fields={
        "kind": Choice(choices={kind.value: kind for kind in EntryKind}),
        "label": Text(longest=100),
        "start": Day(),
        "end": Day(default=None),
        "services": Codes(default=EVERY_SERVICE),
    }
)

COMMUNE = Table(
    fields={
        "name": Text(longest=100),
        "zone": Choice(default=None, choices={zone: zone for zone in ZONES}),
        "subdivision": Choice(default=None, choices={name: name for name in SUBDIVISIONS}),
        "timezone": Text(default="Europe/Paris"),
        "school_weekdays": WEEKDAY_LIST,
        "office_weekdays": WEEKDAY_LIST,
        "source": Text(default="", longest=400),
    }
)

CONSTRAINT = Table(
    fields={
        "name": Text(longest=100),
        **SCOPE,
        "per": Choice(default="week", choices={p: p for p in ("week", "month", "period")}),
        "least": Integer(default=None, lowest=1, highest=31),
        "least_with_holiday": Integer(default=None, highest=31),
        "most": Integer(default=None, lowest=1, highest=31),
        "counted": Choice(default="days", choices={"days": "days", "bookings": "bookings"}),
        "counts": ListOf(default=(), item=Integer(lowest=1, highest=31), example="[4, 5]"),
        "whole": Flag(default=False),
        "needs": Codes(default=()),
        "excludes": Codes(default=()),
        "linked": Codes(default=()),
    }
)

QUOTA = Table(
    fields={
        "name": Text(longest=100),
        "most": Integer(lowest=0, highest=10_000),
        **{key: SCOPE[key] for key in ("services", "from", "until", "weekdays", *KINDS, "age", "assumes")},
    }
)

CRITERION = Table(
    fields={
        "label": Text(longest=80),
        "points": Integer(lowest=1, highest=1000),
        **{key: NARROWED[key] for key in (*TOLD_BY, *COUNTED_BY)},
    }
)

WAITING = Table(
    fields={
        "name": Text(longest=100),
        **{key: SCOPE[key] for key in ("services", "from", "until", "weekdays", "assumes")},
        "order": Choice(default=Order.DATE, choices={one.value: one for one in Order}),
        "valid_hours": Integer(default=48, lowest=1, highest=720),
        "ends": Choice(default=Ends.DEADLINE, choices={one.value: one for one in Ends}),
        "most": Integer(default=None, lowest=1, highest=1000),
        "most_days": Integer(default=None, lowest=1, highest=366),
        "criteria": Tables(table=CRITERION),
    }
)

EXAMPLE = Table(
    fields={
        "service": Text(longest=40),
        "day": Day(default=None),
        "known": Known(default=()),
        "source": Text(default="", longest=200),
        "action": Choice(default=Action.BOOK, choices={a.value: a for a in Action}),
        "asked": Moment(default=None),
        "allowed": Flag(default=True),
        "until": Moment(default=None),
        "opens": Moment(default=None),
        "never": Flag(default=False),
        "trigger": Choice(default=None, choices={t.value: t for t in Trigger}),
        "price": Amount(default=None, lowest=Decimal(-1000)),
        "absent": ListOf(default=(), item=Day(), example="[2027-01-12, 2027-01-14]"),
        "told": Moment(default=None),
        "proved": Moment(default=None),
        "due": ListOf(default=(), item=Amount(highest=Decimal(1)), example="[1, 0]"),
    }
)

FILE = Table(
    fields={
        "format": Integer(lowest=1, highest=FORMAT),
        "commune": COMMUNE,
        "accounts": Table(
            fields={"password_min_length": Integer(default=12, lowest=PASSWORD_FLOOR, highest=64)}
        ),
        **STRUCTURE,
        "deadlines": Tables(table=DEADLINE),
        "bookings": Table(
            fields={
                "openings": Tables(table=OPENING),
                "windows": Tables(table=WINDOW),
                "periods": Tables(table=PERIOD),
            }
        ),
        "calendar": Tables(table=ENTRY),
        "tariffs": Tables(table=TARIFF),
        "surcharges": Tables(table=SURCHARGE),
        "absences": Tables(table=ABSENCE),
        "quotient": QUOTIENT,
        "meals": MEALS,
        "billing": BILLING,
        "constraints": Tables(table=CONSTRAINT),
        "quotas": Tables(table=QUOTA),
        "waiting": Tables(table=WAITING),
        "examples": Tables(table=EXAMPLE),
    }
)
assert FILE.fields["commune"].default is not REQUIRED
