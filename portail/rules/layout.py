"""The layout of a settings file: every key, what it holds, what it is when left out. Told in docs/rules/fichier.md."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from .absences import Outcome
from .bands import Holes, Overlaps
from .billing import DESK_MODES, Every, PaymentMode, Timing
from .calendars import ANY_SERVICE, EntryKind, RunsIn
from .days import DayKind
from .deadlines import BOTH, Action, Effect
from .fields import (
    REQUIRED,
    WEEKDAYS,
    Amount,
    Bound,
    Choice,
    Codes,
    Day,
    Either,
    Field,
    Flag,
    Hour,
    Integer,
    Known,
    Letters,
    ListOf,
    Moment,
    MonthDay,
    Range,
    Table,
    Tables,
    Text,
)
from .french_days import SUBDIVISIONS, ZONES
from .limits import Anchor, Bad, Unit
from .quotients import Effect as QuotientEffect
from .scopes import NUMBERS, TAGS
from .surcharges import Once, Trigger
from .tariffs import MODES, Counted, Part, Per, Stage

FORMAT = 1
PASSWORD_FLOOR = 8

_ANY = (ANY_SERVICE,)
WORDS = ListOf(default=None, item=Text(longest=60), example='["commune"]')
WEEKDAY_LIST = ListOf(default=None, item=Choice(choices=WEEKDAYS), example='["lundi", "jeudi"]')

NARROWED: dict[str, Field] = {
    **dict.fromkeys(TAGS, WORDS),
    **{name: Range(default=None, name=name) for name in NUMBERS},
}
"""Whom a rule speaks of, beyond services and days."""

SCOPE: dict[str, Field] = {
    "services": Codes(default=_ANY),
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
}
"""A limit, its table by weekday and its printed dates."""

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

SERVICE = Table(
    fields={
        "code": Text(longest=40),
        "name": Text(longest=120),
        "weekdays": replace(WEEKDAY_LIST),
        "runs_in": Choice(default=RunsIn.SCHOOL, choices={r.value: r for r in RunsIn}),
        "start": Hour(default=None),
    }
)

ENTRY = Table(
    fields={
        "kind": Choice(choices={kind.value: kind for kind in EntryKind}),
        "label": Text(longest=100),
        "start": Day(),
        "end": Day(default=None),
        "services": Codes(default=_ANY),
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

_MONEY = Amount(default=None)
_SIGNED = Amount(default=None, lowest=Decimal(-100_000))
_PRICES = ListOf(
    default=None, item=Either(kinds=(Amount(), Choice(choices={"": None}))), example="[3.75, 4.80]"
)

BAND = Table(
    fields={
        "label": Text(default="", longest=40),
        "min": Bound(default=None),
        "max": Bound(default=None),
        "above": Bound(default=None),
        "below": Bound(default=None),
        "price": _MONEY,
        "prices": _PRICES,
    }
)

ADJUST = Table(
    fields={
        "label": Text(default="", longest=80),
        **NARROWED,
        "percent": Amount(default=None, lowest=Decimal(-100), highest=Decimal(1000)),
        "amount": _SIGNED,
        "fixed": _MONEY,
        "at_least": _MONEY,
        "at_most": _MONEY,
        "bands": Integer(default=0, lowest=-20, highest=20),
        "part": Choice(default=None, choices={p.value: p for p in Part}),
    }
)

TARIFF = Table(
    fields={
        "name": Text(longest=100),
        **SCOPE,
        "part": Choice(default=Part.CARE, choices={p.value: p for p in Part}),
        "adds": Flag(default=False),
        "columns": Tables(table=Table(fields=NARROWED)),
        "price": _MONEY,
        "prices": _PRICES,
        "by": Choice(default="quotient", choices={name: name for name in NUMBERS}),
        "bands": Tables(table=BAND),
        "holes": Choice(default=Holes.REFUSE, choices={h.value: h for h in Holes}),
        "overlaps": Choice(default=Overlaps.REFUSE, choices={o.value: o for o in Overlaps}),
        "percent": Amount(default=None, highest=Decimal(1000)),
        "percents": _PRICES,
        "plus": _SIGNED,
        "floor": _MONEY,
        "ceiling": _MONEY,
        "points": ListOf(
            default=None,
            shortest=2,
            item=ListOf(item=Amount(highest=Decimal(1_000_000)), shortest=2, example="[400, 1.00]"),
            example="[[400, 1.00], [1200, 5.00]]",
        ),
        "unit": Choice(default=Per.ITEM, choices={p.value: p for p in Per}),
        "step": Integer(default=None, lowest=1, highest=1440),
        "priced_per": Integer(default=None, lowest=1, highest=1440),
        "counted": Choice(default=Counted.STARTED, choices={c.value: c for c in Counted}),
        "least_minutes": Integer(default=0, highest=1440),
        "most_minutes": Integer(default=None, lowest=1, highest=1440),
        "last_step": Integer(default=None, lowest=1, highest=1440),
        "last_price": _MONEY,
        "pack": Integer(default=1, lowest=1, highest=1000),
        "round": Table(
            fields={
                "to": Amount(default=Decimal("0.01"), lowest=Decimal("0.001"), highest=Decimal(10)),
                "mode": Choice(default="half-up", choices={m: m for m in MODES}),
                "at": ListOf(
                    default=(Stage.TOTAL,),
                    item=Choice(choices={s.value: s for s in Stage}),
                    example='["price", "total"]',
                ),
            }
        ),
        "adjust": Tables(table=ADJUST),
        "cap": Table(
            fields={
                "amount": Amount(),
                "per": Choice(choices={p: p for p in ("day", "week", "month", "period", "year")}),
            }
        ),
    }
)

SURCHARGE = Table(
    fields={
        "name": Text(longest=100),
        "trigger": Choice(choices={t.value: t for t in Trigger}),
        **SCOPE,
        "fixed": _MONEY,
        "amount": _SIGNED,
        "percent": Amount(default=None, highest=Decimal(1000)),
        "factor": Amount(default=None, highest=Decimal(10)),
        "once": Choice(default=Once.ITEM, choices={o.value: o for o in Once}),
        "slice_minutes": Integer(default=15, lowest=1, highest=240),
        "grace": Integer(default=0, highest=240),
        "from_count": Integer(default=1, lowest=1, highest=100),
        "reset": Choice(default="year", choices={p: p for p in ("week", "month", "school-period", "year")}),
        "at_most": _MONEY,
        "refused": Flag(default=False),
    }
)

ABSENCE = Table(
    fields={
        "name": Text(longest=100),
        **SCOPE,
        "outcome": Choice(default=Outcome.NOT_BILLED, choices={o.value: o for o in Outcome}),
        "proof": Text(default="", longest=80),
        "proof_hours": Integer(default=None, lowest=1, highest=2000),
        "notice": Table(fields=FORMULA),
        "billed_days": ListOf(default=(), item=Integer(lowest=1, highest=60), example="[1, 2]"),
        "billed_until": Choice(default=None, choices=WEEKDAYS),
        "least": Integer(default=1, lowest=1, highest=60),
        "least_days": Choice(default=DayKind.SERVICE, choices={k.value: k for k in DayKind}),
        "kept": Amount(default=Decimal(0), highest=Decimal(100)),
    }
)

QUOTIENT = Table(
    fields={
        "kinds": ListOf(default=(), item=Text(longest=40), example='["CAF", "avis d\'imposition"]'),
        "renewal": MonthDay(default=None),
        "valid_months": Integer(default=None, lowest=1, highest=60),
        "effect": Choice(default=QuotientEffect.AT_ONCE, choices={e.value: e for e in QuotientEffect}),
        "missing": Amount(default=None),
        "assumes": Text(default=None, longest=300),
    }
)

BILLING = Table(
    fields={
        "every": Choice(default=Every.MONTH, choices={e.value: e for e in Every}),
        "timing": Choice(default=Timing.AFTER, choices={t.value: t for t in Timing}),
        "issued_on": Integer(default=5, lowest=1, highest=28),
        "due_days": Integer(default=30, highest=365),
        "due_month_day": Integer(default=None, lowest=1, highest=31),
        "minimum": Amount(default=Decimal(0), highest=Decimal(1000)),
        "payment_modes": ListOf(
            default=DESK_MODES,
            item=Choice(choices={m.value: m for m in PaymentMode}),
            example='["cash", "cheque", "transfer"]',
        ),
        "series": Letters(default="F", longest=6),
        "credit_series": Letters(default="A", longest=6),
        "reminders": ListOf(default=(), item=Integer(lowest=1, highest=365), example="[15, 30]"),
        "invoice_note": Text(default="", longest=600),
        "balance_note": Text(default="", longest=300),
        "assumes": Text(default=None, longest=300),
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
        "counts": ListOf(default=(), item=Integer(lowest=1, highest=31), example="[4, 5]"),
        "whole": Flag(default=False),
        "needs": Codes(default=()),
        "excludes": Codes(default=()),
        "linked": Codes(default=()),
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
    }
)

FILE = Table(
    fields={
        "format": Integer(lowest=1, highest=FORMAT),
        "commune": COMMUNE,
        "accounts": Table(
            fields={"password_min_length": Integer(default=12, lowest=PASSWORD_FLOOR, highest=64)}
        ),
        "services": Tables(table=SERVICE),
        "deadlines": Tables(table=DEADLINE),
        "bookings": Table(fields={"openings": Tables(table=OPENING), "windows": Tables(table=WINDOW)}),
        "calendar": Tables(table=ENTRY),
        "tariffs": Tables(table=TARIFF),
        "surcharges": Tables(table=SURCHARGE),
        "absences": Tables(table=ABSENCE),
        "quotient": QUOTIENT,
        "billing": BILLING,
        "constraints": Tables(table=CONSTRAINT),
        "examples": Tables(table=EXAMPLE),
    }
)
assert FILE.fields["commune"].default is not REQUIRED
