"""What is read of absences: the days that may be told, and those that were."""

from collections.abc import Iterable
from datetime import date

from django.db.models import QuerySet

from portail.bookings.models import Absence, Booking
from portail.families.models import Household


def booked_days(household: Household, children: Iterable[int], first: date, last: date) -> list[Booking]:
    """What this household booked for these children between two days, in the order of the days. `.absence`: the
    one that is told, or None. Two queries."""
    rows = list(
        Booking.objects.filter(
            household=household,
            child__in=list(children),
            state=Booking.State.BOOKED,
            session__date__range=(first, last),
            session__closing=None,
        )
        .select_related("child", "session__service", "session__place")
        .order_by("session__date", "child__birth_date", "child_id", "session__service__position", "pk")
    )
    told = {a.booking_id: a for a in Absence.objects.filter(booking__in=rows, withdrawn_at=None)}
    for row in rows:
        row.absence = told.get(row.pk)  # type: ignore[attr-defined]
    return rows


def next_booked(household: Household, children: Iterable[int], today: date) -> date:
    """The first day from today on that this household booked for these children; today when there is none."""
    days = Booking.objects.filter(
        household=household,
        child__in=list(children),
        state=Booking.State.BOOKED,
        session__date__gte=today,
        session__closing=None,
    ).order_by("session__date")
    return days.values_list("session__date", flat=True).first() or today


def absences(household: Household) -> QuerySet[Absence]:
    """The absences that this household told, the latest day first; those that were withdrawn are left out."""
    return (
        Absence.objects.filter(booking__household=household, withdrawn_at=None)
        .select_related("booking__child", "booking__session__service", "proof")
        .order_by("-booking__session__date", "booking__child__birth_date", "pk")
    )
