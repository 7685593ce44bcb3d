"""What the worker tidies up."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from portail.core import throttle


def forget_ended_sessions(*, now: datetime) -> int:
    """Erase where people were signed in and no longer are, and old counts of tries; how many places."""
    throttle.forget_old(now=now)
    alive = Session.objects.filter(expire_date__gt=now).values("session_key")
    return UserSession.objects.exclude(session_key__in=alive).delete()[0]
