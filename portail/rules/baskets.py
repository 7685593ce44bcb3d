"""What several bookings of one family cost together: packages paid once, caps.

The price of one booking depends on the others as soon as a tariff is for a week, a month or a family, or has a cap.
These are priced in order of date, so that the same basket always costs the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from .calendars import Calendar
from .days import last_day
from .periods import start_of
from .pricing import Price, PriceUnknown, chosen_tariffs, price_by, total
from .scopes import Known
from .sentences import Sentence, say, step
from .tariffs import PACKAGES, Per, Tariff

FAMILY = frozenset({Per.FAMILY_DAY, Per.FAMILY_MONTH, Per.FAMILY_YEAR})


@dataclass(frozen=True, slots=True)
class Place:
    """A booking to price: whose it is, what, when, and what is known of it (`scopes.know`)."""

    child: Hashable
    service: str
    day: date
    known: Known = ()


@dataclass(frozen=True, slots=True)
class Priced:
    """What a booking costs by itself: `price`, or `unknown`, the sentence that says what is missing.

    `package`: it is part of a package, whose price is not counted here.
    """

    place: Place
    price: Price | None
    unknown: Sentence | None = None
    package: Package | None = None

    @property
    def amount(self) -> Decimal | None:
        return self.price.amount if self.price else None


@dataclass(frozen=True, slots=True)
class Package:
    """A price for all that is booked of a tariff in a stretch of days that begins on `start` (by `per`).

    `child` is None when it is the family's. `first`: its first booking, by whose facts it was priced.
    """

    name: str
    per: Per
    child: Hashable | None
    start: date
    first: Place
    price: Price


@dataclass(frozen=True, slots=True)
class Bill:
    """A basket priced: each booking in the order it was given, and the packages."""

    places: tuple[Priced, ...]
    packages: tuple[Package, ...] = ()

    @property
    def total(self) -> Decimal:
        """All that is known of it, in euros."""
        own = sum((priced.amount for priced in self.places if priced.amount is not None), Decimal(0))
        return own + sum((package.price.amount for package in self.packages), Decimal(0))

    @property
    def is_whole(self) -> bool:
        """Whether every price is known."""
        return all(priced.unknown is None for priced in self.places)


def price_basket(
    tariffs: Sequence[Tariff],
    places: Iterable[Place],
    calendar: Calendar,
    *,
    complete: tuple[date, date] | None = None,
) -> Bill:
    """What one family's bookings cost together.

    `complete`: the days, both included, of which all that the family has is in `places`. A cap whose period is not
    within them is left to the invoice, and the steps say so. Caps are counted for each child. Never raises
    PriceUnknown: a booking without a price tells why.
    """
    places = list(places)
    till = _Till(tariffs, calendar, complete)
    order = sorted(range(len(places)), key=lambda n: (places[n].day, str(places[n].child), places[n].service))
    found = {number: till.ring(places[number]) for number in order}
    return Bill(tuple(found[number] for number in range(len(places))), tuple(till.packages.values()))


class _Till:
    """Prices bookings one after the other, remembering what was counted."""

    def __init__(
        self, tariffs: Sequence[Tariff], calendar: Calendar, complete: tuple[date, date] | None
    ) -> None:
        self.tariffs, self.calendar, self.complete = tariffs, calendar, complete
        self.packages: dict[tuple[object, ...], Package] = {}
        self.counted: dict[tuple[object, ...], Decimal] = {}

    def ring(self, place: Place) -> Priced:
        try:
            chosen = chosen_tariffs(self.tariffs, place.service, place.day, place.known)
            parts = [self._of(tariff, place) for tariff in chosen]
        except PriceUnknown as unknown:
            return Priced(place, None, unknown.sentence)
        package = next((part for part in parts if isinstance(part, Package)), None)
        prices = [_included(part) if isinstance(part, Package) else part for part in parts]
        return Priced(place, total(prices), None, package)

    def _of(self, tariff: Tariff, place: Place) -> Price | Package:
        if tariff.per in PACKAGES:
            return self._package(tariff, place)
        return self._capped(tariff, place) if tariff.cap else self._price(tariff, place, place.known)

    def _package(self, tariff: Tariff, place: Place) -> Package:
        child = None if tariff.per in FAMILY else place.child
        start = start_of(tariff.per, place.day, self.calendar)
        key = (tariff.name, child, start)
        if key not in self.packages:
            found = self._capped(tariff, place) if tariff.cap else self._price(tariff, place, place.known)
            self.packages[key] = Package(tariff.name, tariff.per, child, start, place, found)
        return self.packages[key]

    def _capped(self, tariff: Tariff, place: Place) -> Price:
        cap = tariff.cap
        assert cap is not None
        start = start_of(cap.per, place.day, self.calendar)
        if not self._is_complete(cap.per, start):
            found = self._price(tariff, place, place.known)
            told = step("price.later", most=cap.amount, per=say(f"per.{cap.per}"))
            return replace(found, steps=(*found.steps, told))
        key = ("cap", tariff.name, None if cap.is_of_the_family else place.child, start)
        already = self.counted.get(key, Decimal(0))
        known = tuple(pair for pair in place.known if pair[0] != "already")
        found = self._price(tariff, place, (*known, ("already", already)))
        self.counted[key] = already + found.components[0].amount
        return found

    def _price(self, tariff: Tariff, place: Place, known: Known) -> Price:
        return price_by(tariff, place.service, place.day, known, among=self.tariffs)

    def _is_complete(self, per: str, start: date) -> bool:
        """Whether all that the family has in the period is here."""
        if self.complete is None:
            return False
        per = per.removeprefix("family-")
        ends = {
            "day": start,
            "week": start + timedelta(days=6),
            "month": start.replace(day=last_day(start.year, start.month)),
        }
        longest = timedelta(days=365 if per == "year" else 100)
        return self.complete[0] <= start and ends.get(per, start + longest) <= self.complete[1]


def _included(package: Package) -> Price:
    told = step("price.included", name=package.name, per=say(f"per.{package.per}"))
    return Price(Decimal(0), (), (told,))
