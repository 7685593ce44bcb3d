"""What the changes of a recap add to what is due, day by day, and what they change of the rest of the basket."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from portail import rules
from portail.bookings.models import Booking
from portail.bookings.queries.known import Asked, Basket, Booked, whole_periods
from portail.bookings.queries.prices import ZERO, Charged, Prices
from portail.bookings.queries.told import Teller
from portail.bookings.standing import Standing
from portail.rules.baskets import Priced
from portail.rules.peaks import Hours
from portail.rules.surcharges import Once


@dataclass(frozen=True, slots=True)
class Cost:
    """What one change adds to what is due, in euros (negative: takes off), and why; `amount` None: not known yet, and
    `unknown` says what it waits for."""

    amount: Decimal | None
    steps: tuple[rules.Sentence, ...] = ()
    parts: tuple[rules.Component, ...] = ()
    unknown: rules.Sentence | None = None

    def as_json(self) -> dict[str, Any]:
        """As a receipt keeps it."""
        if self.unknown is not None:
            return {"unknown": self.unknown.as_json()}
        return {
            "steps": [step.as_json() for step in self.steps],
            "parts": [[part.part.value, part.label, f"{part.amount:f}"] for part in self.parts],
        }


@dataclass(frozen=True, slots=True)
class Difference:
    """What all the changes together add to what was booked. `others`: what they change of the price of other days;
    `packages`: the packages that begin (or are no more due), each with its amount; `unknown`: how many changes have no
    price yet, not counted in `total`."""

    total: Decimal
    others: Decimal = ZERO
    packages: tuple[tuple[str, Decimal], ...] = ()
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Act:
    """A change that can be done: its place, whether it is wanted, how it stands, the booking that it would cancel, the
    hours chosen (of what is booked or of what is cancelled)."""

    place: Booked
    wanted: bool
    standing: Standing
    booking: Booking | None = None
    hours: Hours | None = None

    @property
    def counts(self) -> bool:
        """Waiting on a list costs nothing."""
        return self.wanted or self.booking is None or self.booking.state == Booking.State.BOOKED


def costs(
    acts: Sequence[Act], prices: Prices, tell: Teller
) -> tuple[list[Cost], Difference] | tuple[None, None]:
    """The cost of each act, in order, and of all together. Nothing when the regulation tells no price."""
    if not prices.are_set or not acts:
        return None, None
    before, after = _both(acts, prices, tell.household_id)
    seen: set[object] = set()
    found = [_cost(act, before, after, prices, tell, seen) for act in acts]
    touched = {act.place for act in acts}
    others = sum(
        (
            _moved(priced, after.by_place.get(place))
            for place, priced in before.by_place.items()
            if place not in touched
        ),
        ZERO,
    )
    packages = _packages(before, after)
    known = sum((cost.amount for cost in found if cost.amount is not None), ZERO)
    total = known + others + sum((amount for _, amount in packages), ZERO)
    return found, Difference(total, others, packages, sum(cost.amount is None for cost in found))


def _both(acts: Sequence[Act], prices: Prices, household_id: int) -> tuple[Charged, Charged]:
    """The basket before and after; only what changes, when no price looks at the rest."""
    removed = {act.place for act in acts if not act.wanted and act.counts}
    added = {act.place for act in acts if act.wanted}
    before, complete = set(removed), None
    hours = {act.place: act.hours for act in acts if not act.wanted and act.hours}
    hours_after = {act.place: act.hours for act in acts if act.wanted and act.hours}
    if prices.look_at_the_basket:
        days = [act.place.day for act in acts]
        basket = prices.facts.basket(household_id)
        before |= set(basket)
        hours = {**basket.hours, **hours}
        complete = whole_periods(min(days), max(days), prices.regulation)
    after = (before - removed) | added
    return (
        prices.basket(household_id, Basket(before, hours), complete=complete),
        prices.basket(household_id, Basket(after, hours | hours_after), complete=complete),
    )


def _cost(act: Act, before: Charged, after: Charged, prices: Prices, tell: Teller, seen: set[object]) -> Cost:
    if not act.counts:
        return Cost(ZERO)
    priced = (after if act.wanted else before).by_place[act.place]
    if priced.price is None:
        return Cost(None, unknown=priced.unknown)
    price, sign = priced.price, 1 if act.wanted else -1
    amount, parts = sign * price.amount, _signed(price.components, sign)
    steps: tuple[rules.Sentence, ...] = price.steps
    if act.standing.has_surcharge and (late := _surcharge(act, price, prices, tell, seen)):
        amount, parts, steps = amount + late.amount, (*parts, *late.components), (*steps, *late.steps)
    return Cost(amount, (*steps, *prices.why_quotient(tell.household_id, act.place.day)), parts)


def _signed(parts: Iterable[rules.Component], sign: int) -> tuple[rules.Component, ...]:
    return tuple(rules.Component(part.part, part.label, sign * part.amount) for part in parts)


def _surcharge(
    act: Act, price: rules.Price, prices: Prices, tell: Teller, seen: set[object]
) -> rules.Price | None:
    """The surcharge of a late act; one that is counted once for an order or a day, at its first act."""
    place = act.place
    action = rules.Action.BOOK if act.wanted else rules.Action.CANCEL
    count = tell.lates.count(place.child_id, action, place.day, "year") + 1
    asked = Asked(tell.household_id, *place, act.hours)
    found = prices.surcharge(price, action, asked, count=count)
    if found is None:
        return None
    once, late = found
    key = (action, _once(once, place))
    if key in seen and once not in (Once.ITEM, Once.SLICE):
        return None
    seen.add(key)
    return late


def _once(once: Once, place: Booked) -> object:
    month = place.day.replace(day=1)
    keys: dict[Once, object] = {
        Once.ORDER: "order",
        Once.DAY: (place.child_id, place.day),
        Once.MONTH: (place.child_id, month),
        Once.FAMILY_DAY: place.day,
        Once.FAMILY_MONTH: month,
        Once.FAMILY_YEAR: place.day.year,
    }
    return keys.get(once, place)


def _moved(was: Priced, becomes: Priced | None) -> Decimal:
    if was.amount is None or becomes is None or becomes.amount is None:
        return ZERO
    return becomes.amount - was.amount


def _packages(before: Charged, after: Charged) -> tuple[tuple[str, Decimal], ...]:
    """The packages that the change brings, takes away or makes dearer."""
    found: dict[tuple[object, ...], tuple[str, date, Decimal]] = {}
    for charged, sign in ((before, -1), (after, 1)):
        for package in charged.bill.packages:
            key = (package.name, package.child, package.start)
            _, _, amount = found.get(key, ("", date.min, ZERO))
            found[key] = (package.name, package.start, amount + sign * package.price.amount)
    return tuple((name, amount) for name, _, amount in sorted(found.values()) if amount)
