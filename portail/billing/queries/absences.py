"""What telling an absence would cost, reason by reason, before it is told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from portail import rules
from portail.billing.queries.away import foresee
from portail.billing.queries.laws import Law
from portail.bookings.models import Booking
from portail.rules.absences import AbsentDay

OTHER = ""


@dataclass(frozen=True)
class Told:
    """Some of the days (all, when they are alike) and what becomes of their price."""

    bookings: tuple[Booking, ...]
    sentence: rules.Sentence


@dataclass(frozen=True)
class Consequence:
    """A reason that may be given (a word of the regulation; empty: another one) and what it does to the price.

    `proved`: the same with a proof, when that changes something; else empty.
    """

    reason: str
    now: tuple[Told, ...]
    proved: tuple[Told, ...] = ()


def reasons_of(regulation: rules.Regulation, services: set[str]) -> list[str]:
    """The reasons that the regulation knows for these services, in the order of the file, then another one."""
    found: dict[str, None] = {}
    for rule in regulation.absences:
        if rules.ANY_SERVICE in rule.scope.services or services & set(rule.scope.services):
            found.update(dict.fromkeys(sorted(dict(rule.scope.tags).get("reason", ()))))
    return [*found, OTHER]


def consequences(
    household_id: int, bookings: Sequence[Booking], *, now: datetime, by: Law
) -> list[Consequence]:
    """For each reason, what becomes of the price of these booked days if it is told now."""
    services = {booking.session.service.code for booking in bookings}
    reasons = reasons_of(by.regulation, services)
    cases = [(reason, proof) for reason in reasons for proof in (False, True)]
    told = [_told(bookings, days) for days in foresee(household_id, bookings, cases, told_at=now, by=by)]
    return [
        Consequence(reason, bare, proved if proved != bare else ())
        for reason, bare, proved in zip(reasons, told[::2], told[1::2], strict=True)
    ]


def _told(bookings: Sequence[Booking], days: dict[int, AbsentDay]) -> tuple[Told, ...]:
    """The days that are told alike, together."""
    alike: dict[rules.Sentence, list[Booking]] = {}
    for booking in bookings:
        alike.setdefault(days[booking.pk].reason, []).append(booking)
    return tuple(Told(tuple(rows), sentence) for sentence, rows in alike.items())
