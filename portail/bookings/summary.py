"""Many changes told shortly: by child, month and service, with the days as numbers; refusals by what refuses them.

For recaps, receipts and mails that a year of three children would make endless. Every day is still told.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portail.bookings.models import ReceiptLine
from portail.bookings.recap import Change
from portail.bookings.standing import Said, Standing, said
from portail.core.money import ZERO
from portail.core.templatetags.ui import hour
from portail.rules.peaks import Hours

LONG = 40
"""From how many changes on they are told by month rather than one by one."""
MOST_REASONS = 60
"""How many refusals are told each with its own sentence; the others by their state alone, the first one's said."""


class Told(NamedTuple):
    """A change of a recap or of a receipt, alike. `amount` None: no price, or not known yet."""

    child_id: int
    child: str
    service: str
    day: date
    wanted: bool
    amount: Decimal | None
    has_price: bool
    conditions: Said


@dataclass(frozen=True)
class Days:
    """The days of a month that the same thing is told of."""

    first: date
    days: tuple[date, ...]


@dataclass
class OfService:
    """What a month of a child adds to a service, or takes from it."""

    name: str
    wanted: bool
    days: list[date] = field(default_factory=list)


@dataclass
class OfMonth:
    """`amount`: what the month adds to what is due, None when no price is known; `unknown`: how many have none yet.
    `conditions`: those of its first day, `first`."""

    first: date
    conditions: Said = ""
    added: int = 0
    removed: int = 0
    amount: Decimal | None = None
    unknown: int = 0
    services: list[OfService] = field(default_factory=list)


@dataclass
class OfChild:
    name: str
    months: list[OfMonth] = field(default_factory=list)

    @property
    def added(self) -> int:
        return sum(month.added for month in self.months)

    @property
    def removed(self) -> int:
        return sum(month.removed for month in self.months)

    @property
    def amount(self) -> Decimal | None:
        known = [month.amount for month in self.months if month.amount is not None]
        return sum(known, ZERO) if known else None


@dataclass(frozen=True)
class Refused:
    """What is refused for the same reason: a child, a service, its days by month."""

    child: str
    service: str
    wanted: bool
    standing: Standing
    count: int
    months: tuple[Days, ...]


def of_change(change: Change) -> Told:
    cost = change.cost
    return Told(
        change.child.pk,
        change.child.first_name,
        _named(change.session.service.name, change.hours),
        change.session.date,
        change.wanted,
        cost.amount if cost else None,
        cost is not None,
        change.conditions,
    )


def _named(service: str, hours: Hours | None) -> str:
    """With the hours that were chosen, where families choose them."""
    return f"{service} ({hour(hours[0])} – {hour(hours[1])})" if hours else service


def of_line(line: ReceiptLine) -> Told:
    booking = line.booking
    return Told(
        booking.child_id,
        booking.child.first_name,
        _named(booking.session.service.name, booking.hours),
        booking.session.date,
        line.change == ReceiptLine.Change.ADDED,
        line.price,
        bool(line.explanation),
        line.conditions,
    )


def by_child(changes: Iterable[Change] | Iterable[ReceiptLine]) -> list[OfChild]:
    """These changes by child (in their order), month and service."""
    told = [of_line(one) if isinstance(one, ReceiptLine) else of_change(one) for one in changes]
    children: dict[int, OfChild] = {}
    months: dict[tuple[int, date], OfMonth] = {}
    services: dict[tuple[int, date, str, bool], OfService] = {}
    for one in told:
        children.setdefault(one.child_id, OfChild(one.child))
    for one in sorted(told, key=lambda one: one.day):
        first = one.day.replace(day=1)
        month = months.get((one.child_id, first))
        if month is None:
            month = months[one.child_id, first] = OfMonth(first, one.conditions)
            children[one.child_id].months.append(month)
        _count(month, one)
        key = (one.child_id, first, one.service, one.wanted)
        if key not in services:
            services[key] = OfService(one.service, one.wanted)
            month.services.append(services[key])
        services[key].days.append(one.day)
    return list(children.values())


def _count(month: OfMonth, one: Told) -> None:
    if one.wanted:
        month.added += 1
    else:
        month.removed += 1
    if one.amount is not None:
        month.amount = (month.amount or ZERO) + one.amount
    elif one.has_price:
        month.unknown += 1


def refusals(refused: Sequence[Change], *, most: int = MOST_REASONS) -> list[Refused]:
    """What is refused, together where child, service and reason are the same. Past `most` groups, what is alike in
    child, service and state goes together too, under the reason of its first day."""
    groups = _grouped(refused, by_reason=True)
    if len(groups) > most:
        groups = _grouped(refused, by_reason=False)
    return [_refused(group) for group in groups]


def _grouped(refused: Sequence[Change], *, by_reason: bool) -> list[list[Change]]:
    found: dict[tuple[object, ...], list[Change]] = {}
    for change in refused:
        standing = change.standing
        reason = said(standing.why) if by_reason else ""
        key = (change.child.pk, change.session.service.pk, change.wanted, standing.state, reason)
        found.setdefault(key, []).append(change)
    return list(found.values())


def _refused(group: list[Change]) -> Refused:
    first = group[0]
    return Refused(
        first.child.first_name,
        first.session.service.name,
        first.wanted,
        first.standing,
        len(group),
        tuple(by_month(change.session.date for change in group)),
    )


def by_month(days: Iterable[date]) -> list[Days]:
    found: dict[date, list[date]] = {}
    for day in sorted(days):
        found.setdefault(day.replace(day=1), []).append(day)
    return [Days(first, tuple(each)) for first, each in found.items()]
