"""What the service does to sessions that families have booked: closing them, opening them again, cutting their places.

Whoever decides was shown whose bookings are touched; `seen` is the fingerprint of what was shown, and another set of
bookings at the moment of writing is refused. The sessions, the bookings, a receipt for each household, the journal and
the mails are one transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.activities.actions import closings as sessions_of
from portail.activities.actions.closings import Selection
from portail.activities.actions.sessions import set_capacities, set_capacity
from portail.activities.models import Closing, ServicePlace, Session
from portail.bookings.actions.receipts import issue
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.queries.touched import Family, by_family, fingerprint
from portail.bookings.recap import Change, Pair, Wish, recap
from portail.bookings.standing import Standing, State
from portail.core import outbox
from portail.families import recipients

REOPENED_MAIL = "bookings/mail/reopened"


class OthersTouched(Exception):
    """Not the bookings that were shown: somebody booked or cancelled since. Nothing was written."""


class PlacesTaken(Exception):
    """More places are taken than would be left, and cancelling was not asked. `last`: the last booked, beyond them."""

    def __init__(self, last: Sequence[Booking]) -> None:
        self.last = tuple(last)
        super().__init__(f"{len(self.last)} bookings beyond the capacity")


@dataclass
class Reopening:
    """What was opened again, and what became of the bookings that the closing had cancelled."""

    sessions: int = 0
    given_back: int = 0
    not_given_back: int = 0


def touched_by(selection: Selection) -> QuerySet[Booking]:
    """The bookings that closing these sessions would cancel."""
    return Booking.objects.active().filter(session__in=selection.open_sessions())


def close(selection: Selection, reason: str, *, seen: str, actor: User | None, now: datetime) -> Closing:
    """Close the open sessions of the selection, cancel their bookings and tell the families.

    The same closing asked twice is done once. Raises NothingToClose, OthersTouched.
    """
    with transaction.atomic():
        closing = sessions_of.close_sessions(selection, reason, actor=actor, now=now)
        bookings = Booking.objects.active().filter(session__closing=closing)
        families = by_family(bookings)
        if families and fingerprint(b for f in families for b in f.bookings) != seen:
            raise OthersTouched
        _cancel(families, reason, actor, now, closing)
    return closing


def beyond(session: Session, capacity: int | None) -> list[Booking]:
    """The bookings that would lose their place with this capacity: the last made go first."""
    if capacity is None:
        return []
    taking = session.bookings.taking_a_place().select_related("child", "household")
    excess = taking.count() - capacity
    return list(taking.order_by("-created_at", "-pk")[:excess]) if excess > 0 else []


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
        families = by_family(Booking.objects.filter(pk__in=[booking.pk for booking in last]))
        receipts = _cancel(families, reason, actor, now, None)
        set_capacity(session, capacity, actor=actor, now=now)
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
        taking = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING))
        taken = dict(Session.objects.filter(pk__in=ids).annotate(taken=taking).values_list("pk", "taken"))
        rows = Session.objects.filter(pk__in=ids).order_by("date", "pk")
        full = [row for row in rows if capacity is not None and taken[row.pk] > capacity]
        fitting = [row for row in rows if row not in full]
        return set_capacities(fitting, capacity, actor=actor, now=now), full


def reopen(closing: Closing, *, give_back: bool, actor: User | None, now: datetime) -> Reopening:
    """Open the sessions of a closing again and tell the families it had touched.

    `give_back`: book again what it cancelled, wherever it is still possible (the day has not passed, a place is free,
    the child is still enrolled and of that household). Opening twice is opening once.
    """
    with transaction.atomic():
        sessions = sessions_of.reopen_sessions(closing, actor=actor, now=now)
        done = Reopening(sessions=len(sessions))
        if not sessions:
            return done
        for receipt, bookings in _cancelled_by(closing):
            back = _book_again(receipt, bookings, closing, actor, now) if give_back else set()
            left = [booking for booking in bookings if (booking.child_id, booking.session_id) not in back]
            done.given_back += len(back)
            done.not_given_back += len(left)
            _tell_reopened(receipt, left, now)
    return done


def _cancel(
    families: Iterable[Family], reason: str, actor: User | None, now: datetime, closing: Closing | None
) -> list[Receipt]:
    return [
        issue(
            family.household,
            [_removal(booking, reason) for booking in family.bookings],
            token=uuid4(),
            actor=actor,
            now=now,
            by_service=True,
            reason=reason,
            closing=closing,
        )
        for family in families
    ]


def _removal(booking: Booking, reason: str) -> Change:
    standing = Standing(State.CLOSED, can_change=True, why=reason)
    return Change(booking.child, booking.session, False, standing, booking=booking)


def _cancelled_by(closing: Closing) -> list[tuple[Receipt, list[Booking]]]:
    """The receipts of a closing, each with the bookings it cancelled."""
    lines = (
        ReceiptLine.objects.filter(receipt__closing=closing, change=ReceiptLine.Change.REMOVED)
        .select_related("receipt__household", "booking__child", "booking__session__service")
        .order_by("receipt_id", "pk")
    )
    found: dict[int, tuple[Receipt, list[Booking]]] = {}
    for line in lines:
        found.setdefault(line.receipt_id, (line.receipt, []))[1].append(line.booking)
    return list(found.values())


def _book_again(
    receipt: Receipt, bookings: list[Booking], closing: Closing, actor: User | None, now: datetime
) -> set[Pair]:
    """Book what can still be, for the children still of this household; the child and session of each."""
    household = receipt.household
    children = set(household.child_links.values_list("child_id", flat=True))
    wishes = [Wish(b.child_id, b.session_id, True) for b in bookings if b.child_id in children]
    found = recap(household, wishes, now=now, as_service=True, lock=True)
    if found.added:
        issue(
            household,
            found.added,
            token=uuid4(),
            actor=actor,
            now=now,
            by_service=True,
            reason=f"Réouverture : {closing.reason}",
            difference=found.difference.total if found.difference else None,
        )
    return {(change.child.pk, change.session.pk) for change in found.added}


def _tell_reopened(receipt: Receipt, bookings: list[Booking], now: datetime) -> None:
    """A mail about the days that may be booked again; none when they have all gone by."""
    coming = [booking for booking in bookings if booking.session.date >= timezone.localdate(now)]
    for address, language in recipients.of_household(receipt.household) if coming else ():
        outbox.post(
            REOPENED_MAIL,
            to=address,
            subject=_("Séances rouvertes"),
            context={"reason": receipt.reason, "bookings": coming},
            now=now,
            about=receipt.household.journal_subject,
            language=language,
        )
