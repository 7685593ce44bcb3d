"""Which lists a person keeps: where, and on which days."""

from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.activities.models import Session
from portail.attendance.models import Assignment

CARRIED = 3
"""Days: what a tablet kept without network, or a paper list, may still come in after the session's day."""
LATE = 31
"""Days: the same, for those who type the lists of days gone by."""
AHEAD = 7
"""Days: lists to come may be read, not marked."""


def kept_by(user: User, sessions: QuerySet[Session] | None = None) -> QuerySet[Session]:
    """The sessions whose list this person keeps: those of its assignments, or all of them for who has every place."""
    found = Session.objects.all() if sessions is None else sessions
    if not has_right(user, Right.TAKE_ATTENDANCE):
        return found.none()
    if has_right(user, Right.EVERY_PLACE):
        return found
    return found.filter(_assigned(user))


def todays(user: User, today: date) -> QuerySet[Session]:
    """The lists that a device may keep to work without network: those of today where this person is assigned."""
    return kept_by(user).filter(_assigned(user), date=today)


def _assigned(user: User) -> Exists:
    own = Assignment.objects.filter(user=user, place=OuterRef("place"))
    return Exists(own.filter(Q(service=None) | Q(service=OuterRef("service"))))


def first_day(user: User, today: date) -> date:
    """The earliest day of which this person still reads and marks the lists."""
    return today - timedelta(days=LATE if has_right(user, Right.TYPE_LATE) else CARRIED)


def last_day(today: date) -> date:
    return today + timedelta(days=AHEAD)


def is_within_reach(user: User, day: date, today: date) -> bool:
    return first_day(user, today) <= day <= last_day(today)
