"""Whose bookings a decision of the service touches: counted, listed by family, and recognised a moment later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import groupby

from django.db.models import QuerySet

from portail.bookings.models import Booking
from portail.families.models import Child, Household


@dataclass(frozen=True)
class Family:
    """A household and its bookings, by child and date."""

    household: Household
    bookings: tuple[Booking, ...]

    @property
    def children(self) -> list[Child]:
        return list(dict.fromkeys(booking.child for booking in self.bookings))


def by_family(bookings: QuerySet[Booking]) -> list[Family]:
    """These bookings, a household at a time, in the order of the dossiers' names. One query."""
    rows = bookings.select_related("household", "child", "session__service", "session__place").order_by(
        "household__name_key",
        "household_id",
        "child__birth_date",
        "child_id",
        "session__date",
        "session__service__position",
        "pk",
    )
    return [
        Family(household, tuple(group)) for household, group in groupby(rows, key=lambda row: row.household)
    ]


def fingerprint(bookings: Iterable[Booking]) -> str:
    """A short text that changes whenever the set of bookings does: what was shown and what is done are compared."""
    keys = ",".join(str(pk) for pk in sorted(booking.pk for booking in bookings))
    return sha256(keys.encode()).hexdigest()[:16] if keys else ""


def coming(today: date, **where: object) -> QuerySet[Booking]:
    """The bookings still to come, today's included; `where` narrows them ("session__service": …)."""
    return Booking.objects.active().filter(session__date__gte=today, **where)
