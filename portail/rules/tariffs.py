"""What a service costs: (whom it concerns) × function × unit × adjustments × rounding, explained.

Amounts are exact decimals in euros, rounded half up to the cent at the end, and wherever the tariff says. Vocabulary
and worked figures: docs/rules/tarifs.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from enum import StrEnum

from .bands import Band, Holes, Overlaps
from .scopes import EVERYTHING, Known, Scope

CENT = Decimal("0.01")


class Part(StrEnum):
    """What a component of a price pays for; tax certificates and subsidies tell them apart."""

    CARE = "care"
    MEAL = "meal"
    SUPPLEMENT = "supplement"
    PENALTY = "penalty"
    AID = "aid"
    MEMBERSHIP = "membership"


class Per(StrEnum):
    """The unit that a price is for."""

    ITEM = "item"
    SLOT = "slot"
    TIME = "time"
    HALF_DAY = "half-day"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    TERM = "term"
    PERIOD = "period"
    YEAR = "year"
    FAMILY_DAY = "family-day"
    FAMILY_MONTH = "family-month"
    FAMILY_YEAR = "family-year"


PACKAGES = frozenset(
    {Per.WEEK, Per.MONTH, Per.TERM, Per.PERIOD, Per.YEAR, Per.FAMILY_DAY, Per.FAMILY_MONTH, Per.FAMILY_YEAR}
)
"""Units that cost the same whatever the number of bookings in them: one price for all of them."""


class Counted(StrEnum):
    """How the last step of a duration counts."""

    STARTED = "started"
    ELAPSED = "elapsed"
    NEAREST = "nearest"


class Stage(StrEnum):
    """Where an amount is rounded on its way."""

    PRICE = "price"
    """The price of the unit, as the function gives it."""
    STEP = "step"
    """The price of one step of time."""
    ADJUSTMENT = "adjustment"
    """After each adjustment."""
    TOTAL = "total"


MODES = {
    "half-up": ROUND_HALF_UP,
    "half-even": ROUND_HALF_EVEN,
    "up": ROUND_CEILING,
    "down": ROUND_FLOOR,
}


@dataclass(frozen=True)
class Rounding:
    """To the nearest multiple of `step`, at these stages (and to the cent at the end, always)."""

    step: Decimal = CENT
    mode: str = "half-up"
    at: frozenset[Stage] = frozenset({Stage.TOTAL})

    def apply(self, amount: Decimal, stage: Stage) -> Decimal:
        if stage not in self.at:
            return amount
        return (amount / self.step).quantize(Decimal(1), MODES[self.mode]) * self.step


@dataclass(frozen=True)
class Flat:
    """One price for each column."""

    prices: tuple[Decimal | None, ...]


@dataclass(frozen=True)
class Grid:
    """A price by band of a number, for each column."""

    axis: str
    bands: tuple[Band, ...]
    holes: Holes = Holes.REFUSE
    overlaps: Overlaps = Overlaps.REFUSE


@dataclass(frozen=True)
class Line:
    """`percent` % of a number (quotient: taux d'effort; cost: share), plus a constant, within bounds."""

    axis: str
    percents: tuple[Decimal | None, ...]
    plus: Decimal = Decimal(0)
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    least: Decimal | None = None
    """The number counts for this at least (the national floor of resources of a crèche), at most `most`."""
    most: Decimal | None = None


@dataclass(frozen=True)
class Share:
    """`percent` % of the price of a service (another one, or this one for somebody else), plus a constant, in bounds.

    `like`: what is known of the request, changed before the other price is asked (residence = "commune").
    """

    service: str
    percents: tuple[Decimal | None, ...]
    plus: Decimal = Decimal(0)
    floor: Decimal | None = None
    ceiling: Decimal | None = None
    like: Known = ()


@dataclass(frozen=True)
class Points:
    """Straight lines between published points (number, price); constant outside them."""

    axis: str
    points: tuple[tuple[Decimal, Decimal], ...]


Function = Flat | Grid | Line | Share | Points


@dataclass(frozen=True)
class Time:
    """How a duration is billed, in minutes: `step` by `step`, a price being for `priced_per` minutes.

    A remainder of at most `last_step` minutes costs `last_price`. At least `least` and at most `most` minutes.
    """

    step: int
    priced_per: int
    counted: Counted = Counted.STARTED
    least: int = 0
    most: int | None = None
    last_step: int | None = None
    last_price: Decimal | None = None


@dataclass(frozen=True)
class Adjustment:
    """A change to a price for those whom `scope` holds, in the order of the regulation; one of its amounts is set.

    With `part`, the change is a component of its own (an aid that a third party pays, a supplement).
    """

    scope: Scope = EVERYTHING
    label: str = ""
    percent: Decimal | None = None
    amount: Decimal | None = None
    fixed: Decimal | None = None
    least: Decimal | None = None
    most: Decimal | None = None
    band_shift: int = 0
    part: Part | None = None


@dataclass(frozen=True)
class Cap:
    """No more than `amount` in a period, for a child or (`per` "family-month") for all of a family; what was already
    charged in it is known as "already"."""

    amount: Decimal
    per: str

    @property
    def is_of_the_family(self) -> bool:
        return self.per.startswith("family-")


@dataclass(frozen=True)
class Tariff:
    """A price. `adds`: it comes on top of the base price of the service instead of being it.

    `columns` tell apart who pays what in the same grid; the first that holds is taken. `pack`: the price is for so
    many units sold together.
    """

    name: str
    function: Function
    scope: Scope = EVERYTHING
    columns: tuple[Scope, ...] = (EVERYTHING,)
    part: Part = Part.CARE
    adds: bool = False
    per: Per = Per.ITEM
    time: Time | None = None
    pack: int = 1
    rounding: Rounding = Rounding()
    adjustments: tuple[Adjustment, ...] = ()
    cap: Cap | None = None
