"""The price of one thing for one child, with its components and its reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from . import bands
from .scopes import NUMBERS, TAG_WORDS, Known, Scope, number
from .sentences import Sentence, Step, Value, say, step
from .tariffs import (
    CENT,
    Adjustment,
    Counted,
    Flat,
    Grid,
    Line,
    Part,
    Points,
    Share,
    Stage,
    Tariff,
    Time,
)

MISSING_TAKES_HIGHEST = frozenset({"quotient", "income"})
"""Numbers whose proof may be missing: the highest price of the same column is then due."""


class PriceUnknown(LookupError):
    """No price can be told; the sentence says what is missing."""

    def __init__(self, sentence: Sentence) -> None:
        self.sentence = sentence
        super().__init__(sentence.fr())


@dataclass(frozen=True)
class Component:
    """A part of a price, in euros; negative for an aid."""

    part: Part
    label: str
    amount: Decimal


@dataclass(frozen=True)
class Price:
    """An amount in euros, the sum of its components, and why."""

    amount: Decimal
    components: tuple[Component, ...]
    steps: tuple[Step, ...]

    def sentence(self) -> Sentence:
        """« 19,43 € : 1,85 % × quotient 1 050 »."""
        why: Sentence = self.steps[0]
        for following in self.steps[1:]:
            why = say("and_then", first=why, second=following)
        return say("price", amount=self.amount, why=why)


def price(tariffs: Sequence[Tariff], service: str, day: date, known: Known = ()) -> Price:
    """What this service costs on this day for whom it is asked, times the `quantity` known (1 if not).

    The base tariff is the narrowest that holds (the last written at equality); those that add come on top, in
    order. Raises PriceUnknown.
    """
    chosen = chosen_tariffs(tariffs, service, day, known)
    return total([price_by(tariff, service, day, known, among=tariffs) for tariff in chosen])


def chosen_tariffs(
    tariffs: Sequence[Tariff], service: str, day: date, known: Known = ()
) -> tuple[Tariff, ...]:
    """The tariffs that make the price: the base, then those that add to it. Raises PriceUnknown."""
    held = [t for t in tariffs if t.scope.holds(service, day, known)]
    base = max((t for t in reversed(held) if not t.adds), key=lambda t: t.scope.precision, default=None)
    if base is None:
        raise PriceUnknown(say("price.none", service=service, day=day))
    return base, *(t for t in held if t.adds)


def price_by(tariff: Tariff, service: str, day: date, known: Known = (), *, among: Sequence[Tariff]) -> Price:
    """What one tariff asks for, whether it holds or not; `among`: the regulation's tariffs, for one that is a share of
    another's price. Raises PriceUnknown."""
    return _price_by(tariff, _Asked(among, service, day, known))


def total(prices: Sequence[Price]) -> Price:
    """Several prices as one, with the components and the reasons of all."""
    components = tuple(c for found in prices for c in found.components)
    steps = tuple(s for found in prices for s in found.steps)
    return Price(sum((c.amount for c in components), Decimal(0)), components, steps)


@dataclass(frozen=True)
class _Asked:
    """A question: which price, on which day, for whom. `within`: the tariffs that are being answered already."""

    tariffs: Sequence[Tariff]
    service: str
    day: date
    known: Known
    within: tuple[Tariff, ...] = ()


def _price_by(tariff: Tariff, asked: _Asked) -> Price:
    components, steps = _one(tariff, dict(asked.known), asked)
    return Price(sum((c.amount for c in components), Decimal(0)), tuple(components), tuple(steps))


def _price(asked: _Asked) -> Price:
    chosen = chosen_tariffs(asked.tariffs, asked.service, asked.day, asked.known)
    return total([_price_by(tariff, asked) for tariff in chosen])


def _one(tariff: Tariff, facts: dict[str, object], asked: _Asked) -> tuple[list[Component], list[Step]]:
    column = _column(tariff, asked.service, asked.day, asked.known)
    chosen = [a for a in tariff.adjustments if a.scope.holds(asked.service, asked.day, asked.known)]
    if isinstance(tariff.function, Share):
        amount, steps = _shared(tariff, tariff.function, column, asked)
    else:
        shift = sum(a.band_shift for a in chosen)
        amount, steps = _value(tariff.function, column, facts, shift)
    amount = tariff.rounding.apply(amount, Stage.PRICE)
    if tariff.time is not None:
        amount, told = _timed(tariff, tariff.time, amount, facts)
        steps.append(told)
    if tariff.pack > 1:
        amount /= tariff.pack
        steps.append(step("price.pack", count=tariff.pack))
    quantity = number(facts.get("quantity")) or Decimal(1)
    if quantity != 1:
        amount *= quantity
        steps.append(step("price.quantity", quantity=quantity))
    amount, parts, told_adjustments = _adjusted(tariff, chosen, amount)
    steps += told_adjustments
    amount = cents(tariff.rounding.apply(amount, Stage.TOTAL))
    if tariff.cap and (already := number(facts.get("already"))) is not None:
        left = cents(max(Decimal(0), tariff.cap.amount - already))
        if left < amount:
            amount = left
            steps.append(
                step(f"price.cap.{tariff.cap.per}", most=tariff.cap.amount, already=already, amount=left)
            )
    return [Component(tariff.part, tariff.name, amount), *parts], steps


_OF_THE_REQUEST = ("quantity", "already")
"""What is known of this request and says nothing of the price of one unit of another service."""


def _shared(tariff: Tariff, share: Share, column: int, asked: _Asked) -> tuple[Decimal, list[Step]]:
    """A share of the price of a service, for whom it is asked or for somebody else."""
    if tariff in asked.within:
        raise PriceUnknown(say("price.circle", name=tariff.name))
    facts = {name: value for name, value in asked.known if name not in _OF_THE_REQUEST}
    other = replace(
        asked,
        service=share.service,
        known=tuple(sorted({**facts, **dict(share.like)}.items())),
        within=(*asked.within, tariff),
    )
    found, percent = _price(other), _published(share.percents, column)
    raw = found.amount * percent / 100 + share.plus
    told: dict[str, Value] = {"service": share.service, "amount": raw}
    if percent == 100 and not share.plus:
        steps = [*found.steps, step("price.same", **told)]
    else:
        code = "price.share_plus" if share.plus else "price.share"
        plus: dict[str, Value] = {"plus": share.plus} if share.plus else {}
        steps = [*found.steps, step(code, percent=percent, of=found.amount, **told, **plus)]
    return _bounded(raw, share.floor, share.ceiling, steps)


def _bounded(
    amount: Decimal, floor: Decimal | None, ceiling: Decimal | None, steps: list[Step]
) -> tuple[Decimal, list[Step]]:
    if ceiling is not None and amount > ceiling:
        return ceiling, [*steps, step("price.ceiling", amount=ceiling)]
    if floor is not None and amount < floor:
        return floor, [*steps, step("price.floor", amount=floor)]
    return amount, steps


def _column(tariff: Tariff, service: str, day: date, known: Known) -> int:
    """Which column of the tariff is for whom it is asked."""
    for index, scope in enumerate(tariff.columns):
        if scope.holds(service, day, known):
            return index
    needed = sorted({name for scope in tariff.columns for name in _names(scope)})
    raise PriceUnknown(say("price.no_column", name=tariff.name, needed=", ".join(needed)))


def _names(scope: Scope) -> list[str]:
    return [TAG_WORDS[name] for name, _ in scope.tags] + [NUMBERS[span.name] for span in scope.spans]


def _value(
    function: Flat | Grid | Line | Points, column: int, facts: dict[str, object], shift: int
) -> tuple[Decimal, list[Step]]:
    if isinstance(function, Flat):
        amount = _published(function.prices, column)
        return amount, [step("price.flat", amount=amount)]
    value = number(facts.get(function.axis))
    if value is None:
        return _highest(function, column)
    if isinstance(function, Grid):
        return _by_band(function, column, value, shift)
    if isinstance(function, Points):
        amount = _interpolated(function.points, value)
        return amount, [step("price.points", axis=say(f"axis.{function.axis}"), value=value, amount=amount)]
    return _linear(function, column, value)


def _published(prices: tuple[Decimal | None, ...], column: int) -> Decimal:
    found = prices[0] if len(prices) == 1 else prices[column]
    if found is None:
        raise PriceUnknown(say("price.not_published"))
    return found


def _highest(function: Grid | Line | Points, column: int) -> tuple[Decimal, list[Step]]:
    """Without proof, the highest price of the column; another number cannot be done without."""
    axis = say(f"axis.{function.axis}")
    candidates: list[Decimal] = []
    if function.axis in MISSING_TAKES_HIGHEST:
        if isinstance(function, Grid):
            rows = [band.prices for band in function.bands]
            candidates = [p for row in rows if (p := row[0] if len(row) == 1 else row[column]) is not None]
        elif isinstance(function, Points):
            candidates = [amount for _, amount in function.points]
        elif function.ceiling is not None:
            candidates = [function.ceiling]
        elif function.most is not None:
            candidates = [function.most * _published(function.percents, column) / 100 + function.plus]
    if not candidates:
        raise PriceUnknown(say("price.missing", axis=axis))
    return max(candidates), [step("price.highest", axis=axis, amount=max(candidates))]


def _by_band(grid: Grid, column: int, value: Decimal, shift: int) -> tuple[Decimal, list[Step]]:
    axis = say(f"axis.{grid.axis}")
    index = bands.find(grid.bands, value, grid.holes, grid.overlaps)
    if index is None:
        raise PriceUnknown(say("price.no_band", axis=axis, value=_shown(grid.axis, value)))
    index = min(max(index + shift, 0), len(grid.bands) - 1)
    band = grid.bands[index]
    amount = _published(band.prices, column)
    shown = _shown(grid.axis, value)
    told = [step("price.band", axis=axis, value=shown, band=band_words(grid.axis, band), amount=amount)]
    return amount, told + ([step("price.band_shift", count=shift)] if shift else [])


def _shown(axis: str, value: Decimal | None) -> Decimal | Sentence | None:
    """Hours are told as hours, other numbers as they are."""
    if value is None or axis not in ("arrives", "leaves"):
        return value
    return say("clock", minutes=int(value))


def band_words(axis: str, band: bands.Band) -> Sentence:
    """« de 623 à 1 000 », « plus de 2 000 »."""
    if band.label:
        return say("band.named", label=band.label)
    span = band.span
    low, high = (_shown(axis, span.least), _shown(axis, span.most))
    over, under = (_shown(axis, span.above), _shown(axis, span.below))
    start = "from" if low is not None else "over" if over is not None else ""
    end = "to" if high is not None else "under" if under is not None else ""
    ends = {"low": low if low is not None else over, "high": high if high is not None else under}
    return say(
        "band." + ("_".join(word for word in (start, end) if word) or "all"),
        **{name: value for name, value in ends.items() if value is not None},
    )


def _linear(line: Line, column: int, value: Decimal) -> tuple[Decimal, list[Step]]:
    percent = _published(line.percents, column)
    held = value if line.least is None else max(value, line.least)
    held = held if line.most is None else min(held, line.most)
    axis = say(f"axis.{line.axis}")
    steps = [step("price.line_held", axis=axis, value=value, held=held)] if held != value else []
    raw = held * percent / 100 + line.plus
    code = "price.line_plus" if line.plus else "price.line"
    steps.append(step(code, percent=percent, axis=axis, value=held, plus=line.plus, amount=raw))
    return _bounded(raw, line.floor, line.ceiling, steps)


def _interpolated(points: tuple[tuple[Decimal, Decimal], ...], value: Decimal) -> Decimal:
    if value <= points[0][0]:
        return points[0][1]
    for (left, low), (right, high) in pairwise(points):
        if value <= right:
            return low + (high - low) * (value - left) / (right - left)
    return points[-1][1]


def _timed(tariff: Tariff, time: Time, amount: Decimal, facts: dict[str, object]) -> tuple[Decimal, Step]:
    """The price of a duration, from the price of `priced_per` minutes."""
    minutes = number(facts.get("minutes"))
    if minutes is None:
        raise PriceUnknown(say("price.missing", axis=say("axis.minutes")))
    billed = max(minutes, Decimal(time.least))
    billed = billed if time.most is None else min(billed, Decimal(time.most))
    one = tariff.rounding.apply(amount * time.step / time.priced_per, Stage.STEP)
    whole, rest = divmod(billed, time.step)
    if time.last_step and time.last_price is not None and 0 < rest <= time.last_step:
        total = whole * one + time.last_price
        return total, step(
            "price.time_rest", count=whole, minutes=time.step, rest=time.last_step, amount=total
        )
    if time.counted is Counted.STARTED:
        whole += rest > 0
    elif time.counted is Counted.NEAREST:
        whole += rest * 2 >= time.step
    return whole * one, step("price.time", count=whole, minutes=time.step, one=one, amount=whole * one)


def _adjusted(
    tariff: Tariff, chosen: list[Adjustment], amount: Decimal
) -> tuple[Decimal, list[Component], list[Step]]:
    """The amount after each adjustment, the components that are apart, and what was done."""
    parts: list[Component] = []
    steps: list[Step] = []
    for adjustment in chosen:
        before = amount + sum((c.amount for c in parts), Decimal(0))
        after = tariff.rounding.apply(_change(adjustment, before), Stage.ADJUSTMENT)
        if after == before:
            continue
        steps.append(
            step("price.adjusted", label=adjustment.label or tariff.name, change=after - before, amount=after)
        )
        if adjustment.part is None:
            amount += after - before
        else:
            parts.append(Component(adjustment.part, adjustment.label, cents(after - before)))
    return amount, parts, steps


def _change(adjustment: Adjustment, amount: Decimal) -> Decimal:
    if adjustment.fixed is not None:
        amount = adjustment.fixed
    if adjustment.percent is not None:
        amount += amount * adjustment.percent / 100
    if adjustment.amount is not None:
        amount += adjustment.amount
    if adjustment.most is not None:
        amount = min(amount, adjustment.most)
    if adjustment.least is not None:
        amount = max(amount, adjustment.least)
    return amount


def cents(amount: Decimal) -> Decimal:
    """Rounded half up to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def scaled(found: Price, factor: Decimal, told: Step) -> Price:
    """A share of a price (an absence that is partly kept), component by component."""
    components = tuple(replace(c, amount=cents(c.amount * factor)) for c in found.components)
    return Price(sum((c.amount for c in components), Decimal(0)), components, (*found.steps, told))
