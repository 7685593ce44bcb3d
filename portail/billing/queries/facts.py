"""What the rules are told of bookings: who it is for, and the quotient that counts that day."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from portail import rules
from portail.billing.queries.dues import Row
from portail.bookings.models import Enrolment
from portail.families.models import Child, Household, Quotient
from portail.rules.quotients import QuotientFound, QuotientRule, QuotientValue, quotient_on


class Quotients:
    """The quotients of households, and the one that counts on a day. One query."""

    def __init__(self, households: Iterable[int], rule: QuotientRule) -> None:
        self.rule = rule
        self._values: dict[int, list[QuotientValue]] = defaultdict(list)
        self._found: dict[tuple[int, date], QuotientFound] = {}
        rows = Quotient.objects.filter(household__in=list(households), replaced_by=None).order_by()
        fields = ("household_id", "value", "kind", "proved_on", "received_on")
        for household_id, value, kind, proved_on, received_on in rows.values_list(*fields):
            self._values[household_id].append(QuotientValue(value, kind, proved_on, received_on))

    def on(self, household_id: int, day: date) -> QuotientFound:
        key = household_id, day
        if key not in self._found:
            self._found[key] = quotient_on(self._values.get(household_id, ()), self.rule, day)
        return self._found[key]


@dataclass(frozen=True)
class Facts:
    """`known` is for the rules; `quotient` says which one counts and why."""

    known: rules.Known
    quotient: QuotientFound


def facts(rows: Sequence[Row], quotients: Quotients) -> Mapping[int, Facts]:
    """What is known of each booking, by its key. Three queries."""
    children = {row.child_id for row in rows}
    births = dict(Child.objects.filter(pk__in=children).values_list("pk", "birth_date"))
    residences = dict(
        Household.objects.filter(pk__in={row.household_id for row in rows}).values_list("pk", "residence")
    )
    enrolled = _enrolled(children)
    found = {}
    for row in rows:
        quotient = quotients.on(row.household_id, row.day)
        profile, group = enrolled.get((row.child_id, row.service_id), ("", ""))
        known = rules.know(
            residence=residences[row.household_id] or None,
            quotient=quotient.value,
            age=_age(births[row.child_id], row.day),
            profile=profile or None,
            group=group or None,
            place=row.place,
            minutes=_minutes(row),
        )
        found[row.booking_id] = Facts(known, quotient)
    return found


def _enrolled(children: Iterable[int]) -> dict[tuple[int, int], tuple[str, str]]:
    rows = Enrolment.objects.filter(child__in=list(children)).order_by("school_year__start")
    return {
        (child_id, service_id): (profile, group)
        for child_id, service_id, profile, group in rows.values_list(
            "child_id", "activity__services", "profile", "group"
        )
    }


def _age(birth: date, day: date) -> int:
    return day.year - birth.year - ((day.month, day.day) < (birth.month, birth.day))


def _minutes(row: Row) -> int:
    start, end = row.starts_at, row.ends_at
    return int((end.hour - start.hour) * 60 + end.minute - start.minute)
