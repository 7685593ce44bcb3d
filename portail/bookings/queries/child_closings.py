"""Sessions that are closed to some children alone, and the bookings that a closing takes away."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from portail.activities.models import Closing, Session
from portail.bookings.models import Booking, ChildClosing, Enrolment

Pair = tuple[int, int]
"""A child and a session, by their ids."""

HAS_SOME = Exists(ChildClosing.objects.filter(session=OuterRef("pk")))
"""Of a session: whether it is closed to some child."""


def reason_for(child: str) -> Subquery:
    """Of a session: why it is closed to the child that this path names; null when it is not."""
    closed = ChildClosing.objects.filter(session=OuterRef("pk"), child=OuterRef(child)).order_by()
    return Subquery(closed.values("closing__reason")[:1])


def reasons(children: Iterable[int], sessions: Iterable[Session]) -> dict[Pair, str]:
    """Why these sessions are closed to these children. No query when none of them (`has_closed_children`) is so."""
    some = [session.pk for session in sessions if session.has_closed_children]  # type: ignore[attr-defined]
    if not some:
        return {}
    rows = ChildClosing.objects.filter(session__in=some, child__in=list(children))
    return {(row[0], row[1]): row[2] for row in rows.values_list("child", "session", "closing__reason")}


def pairs_to_close(sessions: QuerySet[Session], children: frozenset[int]) -> set[Pair]:
    """What closing these sessions to these children closes: where each is enrolled, or booked. Three queries."""
    rows = list(sessions.values_list("pk", "service__activity", "place", "date"))
    places: dict[tuple[int, int], list[tuple[int, date]]] = {}
    for pk, activity, place, day in rows:
        places.setdefault((activity, place), []).append((pk, day))
    enrolled = Enrolment.objects.filter(child__in=children, activity__in={row[1] for row in rows})
    found = {
        (enrolment.child_id, pk)
        for enrolment in enrolled.select_related("school_year")
        for place in {enrolment.place_id, enrolment.stay_place_id}
        for pk, day in places.get((enrolment.activity_id, place or 0), ())
        if enrolment.school_year.holds(day) and enrolment.place_on(day) == place
    }
    booked = Booking.objects.active().filter(child__in=children, session__in=[row[0] for row in rows])
    found |= set(booked.values_list("child", "session"))
    already = ChildClosing.objects.filter(child__in=children, session__in=[row[0] for row in rows])
    return found - set(already.values_list("child", "session"))


def taken_by(closing: Closing) -> QuerySet[Booking]:
    """The bookings that this closing still has to cancel."""
    theirs = ChildClosing.objects.filter(
        closing=closing, child=OuterRef("child"), session=OuterRef("session")
    )
    return Booking.objects.active().filter(Q(session__closing=closing) | Exists(theirs))
