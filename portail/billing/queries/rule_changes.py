"""What another regulation would change of what families owe for the bookings to come."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import Max

from portail import rules
from portail.activities import queries
from portail.billing.queries.charges import computed, law
from portail.billing.queries.dues import Due, Dues
from portail.billing.queries.laws import Law
from portail.bookings.queries.touched import coming
from portail.core.text import many

BATCH = 200
"""Households priced together."""


@dataclass(frozen=True)
class Repriced:
    """What families owe under a heading, before and after: `count` things whose price changes, one of them told."""

    label: str
    count: int
    households: int
    before: Decimal
    after: Decimal
    example: Due | None
    was: Decimal

    def fr(self) -> str:
        """« Cantine : 12 prix changent pour 4 dossiers, de 36,00 € à 38,40 € en tout. »."""
        money = rules.FRENCH.money
        told = (
            f"{self.label} : {self.count} prix {'changent' if self.count > 1 else 'change'} pour "
            f"{many(self.households, 'dossier')}, de {money(self.before)} à {money(self.after)} en tout."
        )
        if self.example is None:
            return told
        day = rules.FRENCH.year(self.example.day)
        return f"{told} Par exemple {day} : {money(self.was)} devient {money(self.example.amount)}."


@dataclass(frozen=True)
class Prices:
    """The headings whose prices change, and how many bookings to come no tariff of the new file would price."""

    repriced: tuple[Repriced, ...] = ()
    unpriced: int = 0

    def fr(self) -> list[str]:
        told = [one.fr() for one in self.repriced]
        if self.unpriced:
            count = many(self.unpriced, "réservation")
            told.append(f"Sans prix : {count} à venir, qui en ont un aujourd'hui, n'en auraient plus.")
        return told


def repriced(new: rules.Regulation, *, now: datetime) -> Prices:
    """What this file would change of the prices of what is booked from today on. Nothing when it prices alike."""
    by = law()
    if _prices_alike(by.regulation, new):
        return Prices()
    today = by.calendar.today(now)
    bookings = coming(today).order_by()
    last = bookings.aggregate(last=Max("session__date"))["last"]
    if last is None:
        return Prices()
    after = Law(new, by.version, queries.calendar(new))
    households = sorted(set(bookings.values_list("household_id", flat=True)))
    changes: dict[str, list[tuple[Due | None, Due | None]]] = {}
    unpriced = 0
    for start in range(0, len(households), BATCH):
        batch = households[start : start + BATCH]
        old_dues, new_dues = (computed(batch, today, last, by=one) for one in (by, after))
        unpriced += len(_gaps(new_dues) - _gaps(old_dues))
        for label, was, becomes in _changes(old_dues, new_dues):
            changes.setdefault(label, []).append((was, becomes))
    return Prices(tuple(_told(label, changes[label]) for label in sorted(changes)), unpriced)


def _prices_alike(old: rules.Regulation, new: rules.Regulation) -> bool:
    names = ("tariffs", "surcharges", "absences", "quotient", "constraints", "calendar", "billing")
    return all(getattr(old, name) == getattr(new, name) for name in names)


def _gaps(dues: Dues) -> set[int]:
    return {gap.booking_id for gap in dues.gaps}


def _changes(old: Dues, new: Dues) -> Iterator[tuple[str, Due | None, Due | None]]:
    """What is due otherwise, or newly, or no more; what has no price any more is told apart."""
    before, after = {due.key: due for due in old.due}, {due.key: due for due in new.due}
    lost = {f"booking:{pk}" for pk in _gaps(new) - _gaps(old)}
    for key in dict.fromkeys((*before, *after)):
        was, becomes = before.get(key), after.get(key)
        if key not in lost and _amount(was) != _amount(becomes):
            known = becomes or was
            assert known is not None
            yield known.label, was, becomes


def _amount(due: Due | None) -> Decimal:
    return due.amount if due else Decimal(0)


def _told(label: str, pairs: Iterable[tuple[Due | None, Due | None]]) -> Repriced:
    pairs = list(pairs)
    both = [(was, becomes) for was, becomes in pairs if was and becomes]
    was, example = min(both, key=lambda pair: (pair[1].day, pair[1].key), default=(None, None))
    return Repriced(
        label=label,
        count=len(pairs),
        households=len({due.household_id for pair in pairs for due in pair if due}),
        before=sum((_amount(was) for was, _ in pairs), Decimal(0)),
        after=sum((_amount(becomes) for _, becomes in pairs), Decimal(0)),
        example=example,
        was=_amount(was),
    )
