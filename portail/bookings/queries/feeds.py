"""A household's bookings as a calendar (RFC 5545), for the telephone of one of its adults."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Exists, OuterRef
from icalendar import Calendar, Event

from portail.bookings.models import Absence, Booking
from portail.families.models import Household
from portail.families.models.custody import seen_on

BEFORE, AFTER = timedelta(days=31), timedelta(days=400)
REFRESH = timedelta(hours=6)


def calendar_of(household: Household, title: str, *, today: date, now: datetime, host: str) -> bytes:
    """The days that this household booked for the children that it sees, from a month ago on: who, what and its
    programme, where.

    Days told absent or closed are left out. An event keeps its identity, so that a telephone follows its changes.
    Two queries.
    """
    found = Calendar()
    found.add("prodid", "-//Portail Famille//FR")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", title)
    found.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    found.add("x-published-ttl", REFRESH, parameters={"value": "DURATION"})
    for booking in _bookings(household, today):
        found.add_component(_event(booking, now, host))
    content: bytes = found.to_ical()
    return content


def _bookings(household: Household, today: date) -> list[Booking]:
    seen = seen_on(today).filter(household=household)
    return list(
        Booking.objects.filter(
            household=household,
            child__in=seen.values("child"),
            state=Booking.State.BOOKED,
            session__date__range=(today - BEFORE, today + AFTER),
            session__closing=None,
        )
        .exclude(Exists(Absence.objects.filter(booking=OuterRef("pk"), withdrawn_at=None)))
        .select_related("child", "session__service", "session__place")
        .order_by("session__date", "session__service__position", "pk")
    )


def _event(booking: Booking, now: datetime, host: str) -> Event:
    session, zone = booking.session, ZoneInfo(settings.TIME_ZONE)
    event = Event()
    event.add("uid", f"reservation-{booking.pk}@{host}")
    event.add("dtstamp", now)
    for name, hour in zip(("dtstart", "dtend"), booking.hours or session.service.hours, strict=True):
        event.add(name, datetime.combine(session.date, hour, zone).astimezone(UTC))
    named = f" · {session.programme}" if session.programme else ""
    event.add("summary", f"{booking.child.first_name} · {session.service.name}{named}")
    event.add("location", session.place.name)
    return event
