"""Prices by the regulation's tariffs, each worked out once for all who are alike."""

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from portail import rules
from portail.billing.queries.dues import explained
from portail.rules.periods import start_of
from portail.rules.pricing import Price, PriceUnknown, chosen_tariffs, price_by, total
from portail.rules.tariffs import PACKAGES, Per

FAMILY = frozenset({Per.FAMILY_DAY, Per.FAMILY_MONTH, Per.FAMILY_YEAR})


@dataclass(frozen=True)
class Priced:
    """A price with its explanation in JSON, made once."""

    price: Price

    @cached_property
    def explanation(self) -> dict[str, Any]:
        return explained(self.price)

    @cached_property
    def codes(self) -> frozenset[str]:
        return frozenset(step.code for step in self.price.steps)


@dataclass(frozen=True)
class Answer:
    """What a booking costs by itself, and the packages it belongs to. `item` is None when all is in packages."""

    item: Priced | None
    packages: tuple[tuple[rules.Tariff, Priced], ...] = ()
    capped: tuple[rules.Tariff, ...] = ()


class Pricer:
    """The prices of one regulation. Alike bookings are priced once: same service, same facts, and same weekday when
    a rule looks at it."""

    def __init__(self, regulation: rules.Regulation) -> None:
        self.tariffs = regulation.tariffs
        self._turns = _turns(regulation.tariffs)
        self._by_weekday = any(scope.weekdays is not None for scope in _scopes(regulation.tariffs))
        self._found: dict[tuple[object, ...], Answer | PriceUnknown] = {}

    @property
    def caps(self) -> frozenset[str]:
        """The periods over which some tariff is capped."""
        return frozenset(t.cap.per for t in self.tariffs if t.cap)

    def of(self, service: str, day: date, known: rules.Known) -> Answer:
        """Raises PriceUnknown."""
        weekday = day.weekday() if self._by_weekday else None
        key = (service, weekday, bisect_right(self._turns, day), known)
        found = self._found.get(key)
        if found is None:
            try:
                found = self._answer(service, day, known)
            except PriceUnknown as unknown:
                found = unknown
            self._found[key] = found
        if isinstance(found, Answer):
            return found
        if found.sentence.code == "price.none":
            raise PriceUnknown(rules.say("price.none", service=service, day=day))  # it names its own day
        raise found

    def _answer(self, service: str, day: date, known: rules.Known) -> Answer:
        chosen = chosen_tariffs(self.tariffs, service, day, known)
        items = [t for t in chosen if t.per not in PACKAGES]
        packages = tuple(
            (t, Priced(price_by(t, service, day, known, among=self.tariffs)))
            for t in chosen
            if t.per in PACKAGES
        )
        capped = tuple(items) if any(t.cap for t in items) else ()
        item = (
            Priced(total([price_by(t, service, day, known, among=self.tariffs) for t in items]))
            if items
            else None
        )
        return Answer(item, packages, capped)

    def named(self, name: str) -> rules.Tariff | None:
        return next((t for t in self.tariffs if t.name == name), None)

    def forget(self) -> None:
        """Let go of what was worked out: the next families are not like these."""
        self._found.clear()


def _scopes(tariffs: tuple[rules.Tariff, ...]) -> list[rules.Scope]:
    """All that narrows a price: tariffs, their columns and their adjustments."""
    return [scope for t in tariffs for scope in (t.scope, *t.columns, *(a.scope for a in t.adjustments))]


def _turns(tariffs: tuple[rules.Tariff, ...]) -> list[date]:
    """The days on which some price begins or stops holding."""
    scopes = _scopes(tariffs)
    starts = {s.valid_from for s in scopes if s.valid_from}
    ends = {s.valid_until + timedelta(days=1) for s in scopes if s.valid_until and s.valid_until < date.max}
    return sorted(starts | ends)


def after(per: str, start: date, calendar: rules.Calendar) -> date:
    """The last day of the period that begins on `start`."""
    day = start
    while start_of(per, day + timedelta(days=1), calendar) == start and (day - start).days < 380:
        day += timedelta(days=1)
    return day


def cap_key(
    tariff: rules.Tariff, household_id: int, child_id: int, day: date, calendar: rules.Calendar
) -> tuple[object, ...]:
    """What the cap of a tariff is counted over: a child of a household (or all of them) and a period."""
    per = tariff.cap.per if tariff.cap else ""
    who = household_id, None if tariff.cap and tariff.cap.is_of_the_family else child_id
    return who, tariff.name, per, start_of(per, day, calendar) if per else None
