"""The layout of what is paid: tariffs, surcharges, absences, quotient, billing cycle; and of the meals."""

from __future__ import annotations

from decimal import Decimal

from .absences import Outcome
from .bands import Holes, Overlaps
from .billing import DESK_MODES, Every, PaymentMode, Timing
from .days import DayKind
from .fields import WEEKDAYS, Amount, Bound, Choice, Flag, Integer, Letters, MonthDay, Text
from .layout_common import FORMULA, LIMIT, NARROWED, SCOPE
from .meals import DIETS
from .quotients import Effect as QuotientEffect
from .scopes import NUMBERS
from .surcharges import Once, Trigger
from .tables import Either, Known, ListOf, Table, Tables
from .tariffs import MODES, Counted, Part, Per, Stage

_MONEY = Amount(default=None)
_SIGNED = Amount(default=None, lowest=Decimal(-100_000))
_PRICES = ListOf(
    default=None, item=Either(kinds=(Amount(), Choice(choices={"": None}))), example="[3.75, 4.80]"
)

CAP_PERIODS = (
    *("day", "week", "month", "period", "year"),
    *("family-day", "family-month", "family-year"),
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
        "counted_from": Amount(default=None, highest=Decimal(1_000_000)),
        "counted_to": Amount(default=None, highest=Decimal(1_000_000)),
        "price_of": Text(default="", longest=40),
        "like": Known(default=()),
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
                "per": Choice(choices={p: p for p in CAP_PERIODS}),
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
        "reminders": ListOf(default=(), item=Integer(lowest=1, highest=300), example="[30, 10]"),
        "assumes": Text(default=None, longest=300),
    }
)

MEALS = Table(
    fields={
        "diets": ListOf(
            default=DIETS, item=Text(longest=40), shortest=0, example='["sans porc", "sans viande"]'
        ),
        "order": Table(fields=LIMIT),
        "email": Text(default="", longest=254),
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
