"""What is added to a price when something went wrong: unbooked, late, absent, fetched late, unpaid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from .pricing import Component, Price, cents
from .scopes import EVERYTHING, Known, Scope, number
from .sentences import Step, step
from .tariffs import Part


class Trigger(StrEnum):
    """What went wrong."""

    UNBOOKED = "unbooked"
    LATE_BOOKING = "late-booking"
    LATE_CANCEL = "late-cancel"
    NO_SHOW = "no-show"
    LATE_PICK_UP = "late-pick-up"
    LATE_FILE = "late-file"
    UNPAID = "unpaid"


class Once(StrEnum):
    """What a surcharge is counted by: the caller charges it once for each."""

    ITEM = "item"
    SLICE = "slice"
    """Each started slice of `slice_minutes`."""
    ORDER = "order"
    DAY = "day"
    MONTH = "month"
    FAMILY_DAY = "family-day"
    FAMILY_MONTH = "family-month"
    FAMILY_YEAR = "family-year"


@dataclass(frozen=True)
class Surcharge:
    """One of `fixed` (a price instead of the usual one), `amount` (+ EUR), `percent` (+ %), `factor` (×) is set.

    From the `from_count`-th time in the `reset` period, after `grace` minutes (of two that hold, the longer grace), at
    most `most` euros; with `refused` the child is no longer accepted from then on.
    """

    name: str
    trigger: Trigger
    scope: Scope = EVERYTHING
    fixed: Decimal | None = None
    amount: Decimal | None = None
    percent: Decimal | None = None
    factor: Decimal | None = None
    once: Once = Once.ITEM
    slice_minutes: int = 15
    grace: int = 0
    from_count: int = 1
    reset: str = "year"
    most: Decimal | None = None
    refused: bool = False


@dataclass(frozen=True)
class Charged:
    """The price with its penalty, or a refusal to accept the child any longer. `once`: what it is counted by."""

    price: Price
    once: Once
    refused: bool = False


def surcharge(
    rules: Sequence[Surcharge],
    trigger: Trigger,
    service: str,
    day: date,
    known: Known = (),
    *,
    base: Price | None = None,
) -> Charged | None:
    """What is due when something went wrong, or None. `count` (the n-th time, 1 if not known) and `minutes` late are
    known of the request; `base` is the usual price, kept as it is among the components."""
    facts = dict(known)
    count = number(facts.get("count")) or Decimal(1)
    late = number(facts.get("minutes")) or Decimal(0)
    held = [
        rule
        for rule in rules
        if rule.trigger is trigger
        and rule.scope.holds(service, day, known)
        and count >= rule.from_count
        and (late > rule.grace or rule.trigger is not Trigger.LATE_PICK_UP)
    ]
    rule = max(held, key=lambda r: (r.from_count, r.scope.precision, r.grace), default=None)
    if rule is None:
        return None
    usual = base.amount if base else Decimal(0)
    penalty, steps = _penalty(rule, usual, late)
    components = (*(base.components if base else ()), Component(Part.PENALTY, rule.name, penalty))
    told = (*(base.steps if base else ()), *steps)
    return Charged(Price(usual + penalty, components, told), rule.once, rule.refused)


def _penalty(rule: Surcharge, usual: Decimal, late: Decimal) -> tuple[Decimal, list[Step]]:
    if rule.fixed is not None:
        penalty = rule.fixed - usual
    elif rule.factor is not None:
        penalty = usual * (rule.factor - 1)
    else:
        penalty = (rule.amount or Decimal(0)) + usual * (rule.percent or Decimal(0)) / 100
    steps: list[Step] = []
    if rule.once is Once.SLICE:
        whole, rest = divmod(late, rule.slice_minutes)
        slices = whole + (rest > 0)
        penalty *= slices
        steps.append(step("surcharge.slices", count=slices, minutes=rule.slice_minutes, late=late))
    if rule.most is not None and penalty > rule.most:
        penalty = rule.most
        steps.append(step("price.ceiling", amount=rule.most))
    penalty = cents(penalty)
    return penalty, [step("surcharge", label=rule.name, amount=penalty), *steps]
