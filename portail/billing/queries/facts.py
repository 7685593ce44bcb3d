"""What the rules are told of bookings: the facts of the families, and the quotient that counts that day."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from portail import rules
from portail.billing.queries.dues import Row
from portail.bookings.queries.known import Asked, Knowledge, knowledge
from portail.families.models import Household
from portail.rules.quotients import QuotientFound

QUOTIENT = frozenset({"quotient"})


@dataclass(frozen=True)
class Facts:
    """`known` is for the rules; `quotient` says which one counts and why, when the prices look at it."""

    known: rules.Known
    quotient: QuotientFound | None = None


def facts(
    rows: Iterable[Row], households: Iterable[int], regulation: rules.Regulation
) -> Mapping[int, Facts]:
    """What is known of each booking, by its key. Four queries at most."""
    rows = list(rows)
    if not rows:
        return {}
    days = [row.day for row in rows]
    known = _knowledge(households, min(days), max(days), regulation)
    timed = any(tariff.time for tariff in regulation.tariffs)
    found = {}
    for row in rows:
        hours = (row.starts_at, row.ends_at) if row.hours_step else None
        asked = Asked(row.household_id, row.child_id, row.activity_id, row.code, row.day, hours)
        told = known.of(asked, minutes=_minutes(row)) if timed else known.of(asked)
        quotient = known.quotient(row.household_id, row.day) if "quotient" in known.wanted else None
        found[row.booking_id] = Facts(told, quotient)
    return found


def quotients(households: Iterable[int], day: date, regulation: rules.Regulation) -> Knowledge:
    """The quotients of these households, by these rules. Two queries."""
    return _knowledge(households, day, day, regulation, QUOTIENT)


def _knowledge(
    households: Iterable[int],
    first: date,
    last: date,
    regulation: rules.Regulation,
    wanted: frozenset[str] | None = None,
) -> Knowledge:
    found = Household.objects.filter(pk__in=list(households)).only("pk", "residence", "work")
    return knowledge(found, first, last, regulation=regulation, wanted=wanted)


def _minutes(row: Row) -> int:
    """How long the child is booked: the whole service, unless its family chose hours."""
    start, end = row.starts_at, row.ends_at
    return int((end.hour - start.hour) * 60 + end.minute - start.minute)
