"""The whole of the authorisation of the lists on a tablet. Every view of the field starts with one call of this page.

To a family the field does not exist (404). An agent who takes no attendance gets 403, before anything is read; a list
that is not theirs, or of a day out of their reach, is not found.
"""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils import timezone

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.activities.models import Session
from portail.attendance.queries.reach import is_within_reach, kept_by, todays


def require(request: HttpRequest, *rights: Right) -> User:
    """Who takes attendance, with these rights too."""
    user = request.user
    if not isinstance(user, User) or user.is_family:
        raise Http404
    if not all(has_right(user, right) for right in (Right.TAKE_ATTENDANCE, *rights)):
        raise PermissionDenied
    return user


def person(request: HttpRequest) -> User:
    """Who asks, once a function of this page has let them in."""
    assert isinstance(request.user, User)
    return request.user


def sessions_on(request: HttpRequest, day: date) -> QuerySet[Session]:
    """The lists that this person keeps on a day; none when the day is out of reach."""
    user = require(request)
    if not is_within_reach(user, day, timezone.localdate()):
        return Session.objects.none()
    return kept_by(user).filter(date=day)


def get_session(request: HttpRequest, session_id: int) -> Session:
    """A list that this person keeps, its service, place and closing with it."""
    user = require(request)
    rows = kept_by(user).select_related("service", "place", "closing")
    found = get_object_or_404(rows, pk=session_id)
    if not is_within_reach(user, found.date, timezone.localdate()):
        raise Http404
    return found


def get_session_to_keep(request: HttpRequest, session_id: int) -> Session:
    """A list of today, in a place of this person's own assignments: what a device may keep."""
    rows = todays(require(request), timezone.localdate()).select_related("service", "place", "closing")
    return get_object_or_404(rows, pk=session_id)


def sessions_to_keep(request: HttpRequest) -> QuerySet[Session]:
    """All of those."""
    return todays(require(request), timezone.localdate())
