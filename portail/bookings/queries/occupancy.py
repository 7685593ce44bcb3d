"""Places taken in sessions: a child a place, or the most children at once where families choose their hours."""

from collections.abc import Iterable, Mapping

from django.db.models import Case, Count, F, When
from django.db.models.functions import Coalesce

from portail.activities.models import Session
from portail.bookings.models import Booking
from portail.rules.peaks import Hours, peak


def _where_chosen(hour: str) -> Case:
    return Case(When(session__service__hours_step__isnull=False, then=F(f"session__service__{hour}")))


HOURS = (
    Coalesce("starts_at", _where_chosen("starts_at")),
    Coalesce("ends_at", _where_chosen("ends_at")),
)
"""From when until when a booking is: its hours, or the whole session where families choose them; else nothing."""


def places_taken(sessions: Iterable[Session]) -> dict[int, int]:
    """The places taken in each of these sessions, by its id; where nobody is, nothing.

    Each has its service with it. One query, and one more when families choose their hours in some of them.
    """
    sessions = list(sessions)
    whole = {s.pk: s.service.hours for s in sessions if s.service.hours_step}
    counted = [s.pk for s in sessions if s.pk not in whole]
    rows = Booking.objects.taking_a_place().filter(session__in=counted).order_by().values_list("session")
    counts = dict(rows.annotate(Count("pk"))) if counted else {}
    return counts | {pk: peak(hours) for pk, hours in hours_taken(whole).items()}


def hours_taken(whole: Mapping[int, Hours]) -> dict[int, list[Hours]]:
    """When children are there in each of these sessions, given with the hours of those who chose none."""
    found: dict[int, list[Hours]] = {}
    if whole:
        rows = Booking.objects.taking_a_place().filter(session__in=whole).order_by()
        for session, starts, ends in rows.values_list("session", "starts_at", "ends_at"):
            found.setdefault(session, []).append((starts, ends) if starts and ends else whole[session])
    return found
