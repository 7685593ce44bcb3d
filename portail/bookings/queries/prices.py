"""What places cost: one alone, as the planning shows it; a whole basket, as the recap, the receipt and the invoice do.

Always by `rules.baskets`, from what `queries.known` tells: the price that is shown is the price that is due. A price
that cannot be known yet is never guessed: it says what it waits for.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.bookings.queries.known import Asked, Basket, Booked, Knowledge
from portail.bookings.standing import Said, said_lazy
from portail.rules.baskets import Bill, Place, Priced, price_basket
from portail.rules.needs import WHOLE_BASKET
from portail.rules.scopes import Scope
from portail.rules.surcharges import Once, Trigger, surcharge

ZERO = Decimal("0.00")
_KNOWN_AFTERWARDS = frozenset(f"axis.{name}" for name in ("minutes", "arrives", "leaves", "count", "cost"))


@dataclass(frozen=True, slots=True)
class Charged:
    """A basket priced: `bill`, and each of its places by what it is."""

    bill: Bill
    by_place: dict[Booked, Priced]


class Prices:
    """The prices of some households under one regulation. What was priced once is remembered."""

    def __init__(
        self, regulation: rules.Regulation, calendar: rules.Calendar, facts: Knowledge, *, channel: str = ""
    ) -> None:
        self.regulation, self.calendar, self.facts, self.channel = regulation, calendar, facts, channel
        self._alone: dict[tuple[object, ...], Priced] = {}
        scopes = list(_scopes(regulation))
        self._turns = sorted({turn for scope in scopes for turn in _turns(scope)})
        self._by_weekday = any(scope.weekdays is not None for scope in scopes)

    @property
    def are_set(self) -> bool:
        """Whether the regulation tells prices at all; when it does not, no screen speaks of them."""
        return bool(self.regulation.tariffs)

    @property
    def look_at_the_basket(self) -> bool:
        """Whether a place may change the price of another (siblings, caps, packages)."""
        return bool(self.regulation.prices_by & WHOLE_BASKET)

    def alone(self, asked: Asked) -> Priced:
        """What one place costs, with what is booked beside it, packages and caps apart."""
        known = self.facts.of(asked, channel=self.channel, only=self.regulation.prices_by)
        weekday = asked.day.weekday() if self._by_weekday else None
        key = (asked.service, bisect_right(self._turns, asked.day), weekday, known)
        if key not in self._alone:
            place = Place(asked.child_id, asked.service, asked.day, known)
            (self._alone[key],) = price_basket(self.regulation.tariffs, [place], self.calendar).places
        return self._alone[key]

    def basket(
        self, household_id: int, places: Iterable[Booked], *, complete: tuple[date, date] | None = None
    ) -> Charged:
        """What these places of a household cost together; a Basket when hours were chosen.

        `complete`: the days of which `places` holds all that the household has (`known.whole_periods`).
        """
        basket = places if isinstance(places, Basket) else Basket(places)
        order = sorted(basket, key=lambda place: (place.day, place.child_id, place.service))
        asked = [
            Place(place.child_id, place.service, place.day, self._known(household_id, place, basket))
            for place in order
        ]
        bill = price_basket(self.regulation.tariffs, asked, self.calendar, complete=complete)
        return Charged(bill, dict(zip(order, bill.places, strict=True)))

    def _known(self, household_id: int, place: Booked, basket: Basket) -> rules.Known:
        asked = Asked(household_id, *place, basket.hours.get(place))
        return self.facts.of(asked, channel=self.channel, basket=basket, only=self.regulation.prices_by)

    def surcharge(
        self, price: rules.Price, action: rules.Action, asked: Asked, *, count: int = 1
    ) -> tuple[Once, rules.Price] | None:
        """What is added because it is asked after its deadline, alone, and what it is counted by; None without a rule.

        `price`: the usual one; `count`: the how-many-th of its period.
        """
        trigger = Trigger.LATE_BOOKING if action is rules.Action.BOOK else Trigger.LATE_CANCEL
        facts = self.facts.of(asked, channel=self.channel, only=self.regulation.prices_by, count=count)
        found = surcharge(self.regulation.surcharges, trigger, asked.service, asked.day, facts, base=price)
        if found is None:
            return None
        parts = found.price.components[len(price.components) :]
        steps = found.price.steps[len(price.steps) :]
        return found.once, rules.Price(found.price.amount - price.amount, parts, steps)

    def why_quotient(self, household_id: int, day: date) -> tuple[rules.Sentence, ...]:
        """The quotient that counted and until when, when prices depend on it."""
        if "quotient" not in self.regulation.prices_by:
            return ()
        return (self.facts.quotient(household_id, day).reason,)


def _scopes(regulation: rules.Regulation) -> Iterator[Scope]:
    for tariff in regulation.tariffs:
        yield tariff.scope
        yield from tariff.columns
        yield from (change.scope for change in tariff.adjustments)


def _turns(scope: Scope) -> Iterator[date]:
    """The days from which a rule holds, or does no more."""
    if scope.valid_from:
        yield scope.valid_from
    if scope.valid_until:
        yield scope.valid_until + timedelta(days=1)


def unknown_told(missing: rules.Sentence) -> Said:
    """Why a price is not known yet, to a family, and when it will be."""
    values: dict[str, Any] = dict(missing.params)
    if missing.code == "price.missing":
        axis = values["axis"]
        if axis.code in _KNOWN_AFTERWARDS:
            return format_lazy(
                _("Le prix sera connu après l'accueil : il dépend de « {what} »"), what=said_lazy(axis)
            )
        return format_lazy(
            _("Le prix sera connu quand votre dossier sera complété : il dépend de « {what} »"),
            what=said_lazy(axis),
        )
    if missing.code == "price.no_column":
        return format_lazy(
            _("Le prix sera connu quand votre dossier sera complété : il dépend de « {what} »"),
            what=values["needed"],
        )
    return _("Le prix n'est pas encore fixé : le service vous le dira")
