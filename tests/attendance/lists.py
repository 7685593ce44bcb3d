"""A canteen on Tuesday 24 November 2026 and who is booked there, for the tests of attendance."""

from datetime import date, datetime, time, timedelta
from uuid import uuid4

from portail.attendance.actions.marks import Touch, record
from portail.attendance.models import Assignment
from portail.rules.attendance import Kind
from tests import factories as make
from tests.factories import NOW

TODAY = date(2026, 11, 24)


def session(cast, day: date = TODAY, **more):
    return make.SessionFactory(
        service=more.pop("service", cast.canteen), place=more.pop("place", cast.offer.place), date=day, **more
    )


def assign(user, place, service=None) -> Assignment:
    return Assignment.objects.create(user=user, place=place, service=service)


def touch(session, child, kind: str, *, minutes: int = 0, **more) -> Touch:
    """A touch at NOW, or so many minutes away from it."""
    at: datetime = NOW + timedelta(minutes=minutes)
    return Touch(
        token=more.pop("token", None) or uuid4(),
        session_id=getattr(session, "pk", session),
        kind=Kind(kind),
        at=more.pop("at", at),
        child_id=getattr(child, "pk", child),
        **more,
    )


def mark(actor, *touches: Touch, now: datetime = NOW, device: str = ""):
    return record(touches, actor=actor, now=now, device=device)


def at(hour: int, minute: int = 0) -> time:
    return time(hour, minute)
