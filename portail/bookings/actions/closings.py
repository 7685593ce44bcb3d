"""What the service does to sessions that families have booked: closing them, opening them again, cutting their places.

Whoever decides was shown whose bookings are touched; `seen` is the fingerprint of what was shown, and another set of
bookings at the moment of writing is refused. The sessions, the bookings, a receipt for each household, the journal and
the mails are one transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from portail.accounts.models import User
from portail.activities.actions import closings as sessions_of
from portail.activities.actions.closings import NothingToClose, Selection
from portail.activities.actions.sessions import set_capacities, set_capacity
from portail.activities.models import Closing, ServicePlace, Session
from portail.bookings.actions import closing_families as families
from portail.bookings.actions.by_batches import AT_ONCE
from portail.bookings.actions.closing_families import (
    CLOSE,
    REOPEN,
    REOPENED_MAIL,
    Reopening,
    cancel,
    cancel_some,
    receipts_of,
)
from portail.bookings.actions.offers import promote
from portail.bookings.models import Booking, ChildClosing, Receipt
from portail.bookings.queries.audiences import Audience
from portail.bookings.queries.child_closings import pairs_to_close, taken_by
from portail.bookings.queries.occupancy import places_taken
from portail.bookings.queries.touched import by_family, fingerprint
from portail.core import jobs, journal
from portail.core.text import many
from portail.rules.peaks import Hours, peak

__all__ = ["REOPENED_MAIL", "Reopening"]


@dataclass(frozen=True)
class Said:
    """What families are told, and the form it was written in. `message`: beside the reason, in their mail."""

    reason: str
    message: str = ""
    token: UUID | None = None


class OthersTouched(Exception):
    """Not the bookings that were shown: somebody booked or cancelled since. Nothing was written."""


class PlacesTaken(Exception):
    """More places are taken than would be left, and cancelling was not asked. `last`: the last booked, beyond them."""

    def __init__(self, last: Sequence[Booking]) -> None:
        self.last = tuple(last)
        super().__init__(f"{len(self.last)} bookings beyond the capacity")


def touched_by(selection: Selection, audience: Audience | None = None) -> QuerySet[Booking]:
    """The bookings that closing these sessions, for these children alone when some are named, would cancel."""
    found = Booking.objects.active().filter(session__in=selection.open_sessions())
    return found if audience is None else found.filter(child__in=audience.children)


def close(
    selection: Selection,
    said: Said,
    *,
    seen: str,
    actor: User | None,
    now: datetime,
    audience: Audience | None = None,
) -> Closing:
    """Close the open sessions of the selection, cancel their bookings and tell the families.

    With an `audience`, they close for its children alone. Many families are left to the worker; from now on nobody
    books there anyway. The same closing asked twice is done once. Raises NothingToClose, OthersTouched.
    """
    with transaction.atomic():
        if said.token and (done := Closing.objects.filter(token=said.token).first()):
            return done
        if audience is None:
            closing = sessions_of.close_sessions(
                selection, said.reason, actor=actor, now=now, message=said.message, token=said.token
            )
        else:
            closing = _close_for(selection, audience, said, actor, now)
        touched = list(taken_by(closing).only("pk", "household_id"))
        if touched and fingerprint(touched) != seen:
            raise OthersTouched
        count = len({booking.household_id for booking in touched})
        if count > AT_ONCE:
            jobs.start(CLOSE, f"closing:{closing.pk}", now=now, actor=actor, data={"total": count})
        elif count:
            cancel_some(closing, actor, now)
    return closing


def _close_for(
    selection: Selection, audience: Audience, said: Said, actor: User | None, now: datetime
) -> Closing:
    """Close to these children, where they are enrolled or booked, the sessions that are open to the others."""
    list(
        Session.objects.locked(list(selection.open_sessions().values_list("pk", flat=True))).values_list("pk")
    )
    pairs = pairs_to_close(selection.open_sessions(), audience.children)
    if not pairs:
        raise NothingToClose
    closing = Closing.objects.create(
        reason=said.reason,
        message=said.message,
        token=said.token,
        audience=audience.label[:200],
        start=selection.start,
        end=selection.end,
        created_at=now,
        created_by=actor,
    )
    rows = [ChildClosing(closing=closing, child_id=child, session_id=pk) for child, pk in sorted(pairs)]
    ChildClosing.objects.bulk_create(rows, batch_size=500)
    children, sessions = len({child for child, _ in pairs}), len({pk for _, pk in pairs})
    journal.record(
        "closing.created",
        f"closing:{closing.pk}",
        summary=f"{many(sessions, 'séance fermée')} {sessions_of.stretch(closing)} pour {closing.audience} "
        f"({many(children, 'enfant')}) : {said.reason}",
        actor=actor,
        now=now,
        after={"reason": said.reason, "pairs": sorted(pairs)},
    )
    return closing


def beyond(session: Session, capacity: int | None) -> list[Booking]:
    """The bookings that would lose their place with this capacity: offers first, then the last made."""
    if capacity is None:
        return []
    taking = session.bookings.taking_a_place().select_related("child", "household")
    whole, by_hours = session.service.hours, session.service.hours_step
    kept: list[Hours] = []
    last: list[Booking] = []
    for booking in taking.order_by(F("offered_until").asc(nulls_first=True), "created_at", "pk"):
        hours = (booking.hours if by_hours else None) or whole
        if peak(kept, hours) < capacity:
            kept.append(hours)
        else:
            last.append(booking)
    return last[::-1]


def change_places(
    session: Session,
    capacity: int | None,
    *,
    actor: User | None,
    now: datetime,
    reason: str = "",
    seen: str | None = None,
) -> list[Receipt]:
    """Give a session this many places (None: no limit).

    Below what is taken it is refused with PlacesTaken, unless `seen` says that the agent saw who loses a place: then
    the last booked are cancelled and told why. Raises OthersTouched when they are not the ones that were shown.
    """
    with transaction.atomic():
        session = Session.objects.locked([session.pk]).get()
        last = beyond(session, capacity)
        if last and seen is None:
            raise PlacesTaken(last)
        if last and fingerprint(last) != seen:
            raise OthersTouched
        losing = by_family(Booking.objects.filter(pk__in=[booking.pk for booking in last]))
        receipts = cancel(losing, reason, actor, now, None)
        set_capacity(session, capacity, actor=actor, now=now)
        promote([session.pk], now=now)
    return receipts


def change_places_to_come(
    offer: ServicePlace, capacity: int | None, *, actor: User | None, now: datetime
) -> tuple[int, list[Session]]:
    """Give the sessions still to come of a service in a place this many places.

    Those where more are taken keep theirs: they come back, to be dealt with one by one, beside how many changed.
    """
    return _give(_to_come(offer, now), capacity, actor, now)


def follow_usual_places(
    offer: ServicePlace, was: int | None, *, actor: User | None, now: datetime
) -> tuple[int, list[Session]]:
    """Give its usual number of places to the sessions still to come that had the usual number until now (`was`).

    Those that were given a number of their own keep it. Returns as `change_places_to_come`.
    """
    return _give(_to_come(offer, now).filter(capacity=was), offer.capacity, actor, now)


def _to_come(offer: ServicePlace, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(
        service=offer.service_id, place=offer.place_id, date__gte=timezone.localdate(now)
    )


def _give(
    coming: QuerySet[Session], capacity: int | None, actor: User | None, now: datetime
) -> tuple[int, list[Session]]:
    with transaction.atomic():
        ids = list(coming.values_list("pk", flat=True))
        list(
            Session.objects.locked(ids).values_list("pk")
        )  # then count: somebody may have booked while we waited
        rows = list(Session.objects.filter(pk__in=ids).select_related("service").order_by("date", "pk"))
        taken = places_taken(rows)
        full = [row for row in rows if capacity is not None and taken.get(row.pk, 0) > capacity]
        fitting = [row for row in rows if row not in full]
        changed = set_capacities(fitting, capacity, actor=actor, now=now)
        promote((row.pk for row in fitting), now=now)
        return changed, full


def reopen(closing: Closing, *, give_back: bool, actor: User | None, now: datetime) -> Reopening:
    """Open the sessions of a closing again and tell the families it had touched.

    `give_back`: its bookings live again, wherever it is still possible (the day has not passed, a place is free, the
    child is still enrolled and of that household). Many families are left to the worker. Opening twice is opening once.
    """
    with transaction.atomic():
        kept = Closing.objects.select_for_update().get(pk=closing.pk)
        children = 0 if kept.reopened_at else ChildClosing.objects.filter(closing=kept).delete()[0]
        sessions = sessions_of.reopen_sessions(kept, actor=actor, now=now)
        done = Reopening(sessions=len(sessions) or children)
        receipts = list(receipts_of(kept).order_by("pk")) if done.sessions else []
        if len(receipts) > AT_ONCE:
            data = {"give_back": give_back, "total": len(receipts)}
            jobs.start(REOPEN, f"closing:{kept.pk}", now=now, actor=actor, data=data)
            done.later = len(receipts)
        else:
            families.give_back(kept, receipts, actor, now, done, wanted=give_back)
            promote((session.pk for session in sessions), now=now)
        return done
