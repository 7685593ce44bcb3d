"""What the absences cost: the days of one absence are read together, as the family told them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta

from portail import rules
from portail.billing.queries.dues import Row
from portail.billing.queries.facts import Facts, facts
from portail.billing.queries.laws import Law
from portail.billing.queries.rows import between, booked
from portail.billing.queries.rows import rows as rows_of
from portail.bookings.models import Absence, Booking
from portail.rules.absences import AbsenceRule, AbsentDay, Away, absence

LONGEST = timedelta(days=31)
"""How far back the first day of an absence is looked for."""


def absent_rows(households: Iterable[int], first: date, last: date) -> tuple[list[Row], dict[int, Absence]]:
    """The bookings of the children who were absent, from a month before on, and their absences. Two queries."""
    found = Absence.objects.filter(
        withdrawn_at=None,
        booking__household__in=list(households),
        booking__session__date__gte=first - LONGEST,
        booking__session__date__lte=last,
        booking__state="booked",
    ).select_related("booking")
    absences = {row.booking_id: row for row in found}
    if not absences:
        return [], {}
    children = {row.booking.child_id for row in absences.values()}
    around = booked(between(households, first - LONGEST, last)).filter(child__in=children)
    return rows_of(around), absences


def shares(
    rows: Iterable[Row],
    absences: Mapping[int, Absence],
    known: Mapping[int, Facts],
    rules_of_absence: tuple[AbsenceRule, ...],
    calendar: rules.Calendar,
) -> dict[int, AbsentDay]:
    """What each absent booking costs, by its key. Days booked in a row make one absence."""
    by_service: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    for row in rows:
        by_service[row.household_id, row.child_id, row.service_id].append(row)
    found = {}
    for same in by_service.values():
        for days in _stretches(same, absences):
            told = [absences[row.booking_id] for row in days]
            away = Away(
                days[0].code,
                tuple(row.day for row in days),
                told[0].told_at,
                min((a.proved_at for a in told if a.proved_at), default=None),
                _known(known[days[0].booking_id].known, told[0].reason),
            )
            for row, day in zip(days, absence(rules_of_absence, away, calendar), strict=True):
                found[row.booking_id] = day
    return found


def _stretches(rows: list[Row], absences: Mapping[int, Absence]) -> list[list[Row]]:
    """The absences among the booked days: a day attended, or another reason, ends one."""
    found: list[list[Row]] = []
    going_on = ""
    for row in rows:
        told = absences.get(row.booking_id)
        if told is None:
            going_on = ""
            continue
        word = f"/{told.reason}"
        if word == going_on:
            found[-1].append(row)
        else:
            found.append([row])
        going_on = word
    return found


def _known(known: rules.Known, reason: str) -> rules.Known:
    return rules.know(**dict(known), reason=reason or None)


def foresee(
    household_id: int,
    bookings: Iterable[Booking],
    cases: Iterable[tuple[str, bool]],
    *,
    told_at: datetime,
    by: Law,
) -> list[dict[int, AbsentDay]]:
    """What these booked days would cost, were they told absent at this moment: by booking, for each case (a reason,
    and whether it is proved). A constant number of queries.

    Days that are told already count with them: the second week of an illness is not its first day.
    """
    wanted = {booking.pk: booking for booking in bookings}
    days = sorted(booking.session.date for booking in wanted.values())
    first, last = days[0] - LONGEST, days[-1]
    _, known_absences = absent_rows([household_id], days[0], last)
    children = {booking.child_id for booking in wanted.values()}
    rows = rows_of(booked(between([household_id], first, last)).filter(child__in=children))
    known = facts(rows, [household_id], by.regulation)
    found = []
    for reason, is_proved in cases:
        proved_at = told_at if is_proved else None
        supposed = {
            pk: Absence(booking=booking, reason=reason, told_at=told_at, proved_at=proved_at)
            for pk, booking in wanted.items()
        }
        due = shares(rows, known_absences | supposed, known, by.regulation.absences, by.calendar)
        found.append({pk: due[pk] for pk in wanted})
    return found
