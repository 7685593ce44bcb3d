"""What ends by itself: offers without an answer, lists whose time is over; and places that nobody was asked for yet.

Periodic jobs: each session is a transaction of its own, and running twice is running once.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from portail.activities.models import Session
from portail.bookings.actions.offers import leave, promote
from portail.bookings.models import Booking
from portail.bookings.recap import How, Wish, recap
from portail.families.models import Household
from portail.rules import Refusal

NO_ANSWER = "La place proposée n'a pas eu de réponse à temps : elle passe au suivant de la liste."
NO_PLACE = "Aucune place ne s'est libérée à temps : la liste d'attente de ce jour est finie."
OVER = frozenset(
    {Refusal.PAST, Refusal.TOO_LATE, Refusal.AGENT, Refusal.WAITING, Refusal.QUOTA, Refusal.NEVER}
)
"""The refusals after which no place can be offered any more."""


def pass_on(now: datetime) -> None:
    """End the offers whose time is over and ask the next; offer the places that are free while somebody waits (a quota
    that was raised, a child that changed school). Nothing to do costs two queries."""
    ended = Booking.objects.filter(state=Booking.State.OFFERED, offered_until__lte=now)
    sessions = {*ended.values_list("session", flat=True), *_with_room(now)}
    for session_id in sorted(sessions):
        with transaction.atomic():
            list(Session.objects.locked([session_id]).values_list("pk"))
            rows = ended.filter(session=session_id).order_by("pk")
            for booking in rows.select_related("household", "child", "session__service", "session__place"):
                leave(booking, actor=None, now=now, reason=NO_ANSWER)
            promote([session_id], now=now)


def _with_room(now: datetime) -> set[int]:
    """The sessions to come that have a place left and somebody who waits."""
    waited = Booking.objects.filter(
        state=Booking.State.WAITING, session__date__gte=timezone.localdate(now), session__closing=None
    )
    taking = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING))
    rows = Session.objects.filter(pk__in=waited.values("session")).annotate(taken=taking)
    return set(rows.filter(Q(capacity=None) | Q(taken__lt=F("capacity"))).values_list("pk", flat=True))


def end_lists(now: datetime) -> None:
    """Tell those who wait that no place came in time, once their list is over, and take them off it."""
    waited = Booking.objects.filter(state=Booking.State.WAITING)
    for household in Household.objects.filter(pk__in=waited.values("household")).order_by("pk"):
        over = _over(household, now)
        if over:
            with transaction.atomic():
                list(Session.objects.locked(sorted(over.values())).values_list("pk"))
                rows = waited.filter(pk__in=over).order_by("session__date", "pk")
                for booking in rows.select_related(
                    "household", "child", "session__service", "session__place"
                ):
                    leave(booking, actor=None, now=now, reason=NO_PLACE)


def _over(household: Household, now: datetime) -> dict[int, int]:
    """The bookings of this household that wait for what cannot be offered any more, each with its session."""
    rows = list(Booking.objects.filter(household=household, state=Booking.State.WAITING).order_by("pk"))
    own = set(household.child_links.values_list("child_id", flat=True))
    found = recap(
        household,
        [Wish(row.child_id, row.session_id, True, how=How.TAKE) for row in rows if row.child_id in own],
        now=now,
    )
    over = {change.pair for change in found.refused if change.standing.refusal in OVER}
    return {
        row.pk: row.session_id
        for row in rows
        if row.child_id not in own or (row.child_id, row.session_id) in over
    }
