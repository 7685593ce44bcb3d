"""Short words for the tests of bookings: who wishes what, when."""

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

from portail.activities.models import Session
from portail.bookings.actions import Wish, change_bookings
from portail.bookings.models import Booking
from tests import factories as make

PARIS = ZoneInfo("Europe/Paris")
MONDAY = date(2026, 12, 7)  # its deadline, by the default rules: Sunday 6 December, 21:00
IN_TIME = datetime(2026, 12, 1, 12, 0, tzinfo=PARIS)
TOO_LATE = datetime(2026, 12, 6, 22, 0, tzinfo=PARIS)


def session(cast, day: date = MONDAY, **more) -> Session:
    """A session of the cast's canteen."""
    return make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day, **more)


def week(cast, **more) -> list[Session]:
    """Monday, Tuesday, Thursday and Friday of that week."""
    return [session(cast, MONDAY + timedelta(days=n), **more) for n in (0, 1, 3, 4)]


def add(child, *sessions) -> list[Wish]:
    return [Wish(child.pk, s.pk, True) for s in sessions]


def remove(child, *sessions) -> list[Wish]:
    return [Wish(child.pk, s.pk, False) for s in sessions]


def change(who, wishes, *, now=IN_TIME, token=None, **more):
    """Somebody of the cast changes bookings of its household."""
    return change_bookings(who.household, wishes, token=token or uuid4(), actor=who.user, now=now, **more)


def booked(child) -> list[int]:
    """The sessions that the child has, by their ids."""
    return sorted(Booking.objects.active().filter(child=child).values_list("session_id", flat=True))
