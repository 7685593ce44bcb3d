"""The places of a waiting list: offered to the next whom they suit, taken or refused, given by the service.

A place that is freed is offered in the transaction that frees it, by whoever frees it (`promote`, the sessions being
locked). An offer is counted as taken until it is answered or has ended.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.accounts.models import User
from portail.activities.models import Session
from portail.bookings import offer_keys
from portail.bookings.actions import conflicts
from portail.bookings.actions.receipts import issue, tell_other_homes
from portail.bookings.models import Booking, Receipt
from portail.bookings.queries.laws import law
from portail.bookings.queries.queues import Queue, queues
from portail.bookings.recap import Change, How, Recap, Wish, recap
from portail.bookings.standing import OWN_STATES, Standing
from portail.core import journal, outbox
from portail.families import recipients

OFFER_MAIL = "bookings/mail/offer"
BY_LINK = "lien reçu par courriel"
_TOKENS = UUID("9b1f4c1e-6f0d-4f5c-9a53-0d7a7c2f64aa")


class OfferEnded(LookupError):
    """Nothing was done: this place is not offered (any more) to whom it was."""


class CannotTake(Exception):
    """Nothing was written: the place may not be taken as it is. `recap` says why."""

    def __init__(self, found: Recap) -> None:
        self.recap = found
        super().__init__(type(self).__name__)


class ReasonMissing(Exception):
    """The service gives a place out of turn, or beyond the places, without saying why."""


def promote(sessions: Iterable[int], *, now: datetime) -> list[Booking]:
    """Offer every free place of these sessions, already locked, to the first of its list whom it suits: whose age or
    school has a place left, who is still enrolled, whose list is not over. Who is passed over keeps its rank.

    The families are written to, the journal says it. One query when nobody waits.
    """
    ids = sorted(set(sessions))
    waited = Booking.objects.filter(session__in=ids, state=Booking.State.WAITING)
    if not waited.exists():
        return []
    judged_by = law(now)
    offered = []
    for queue in queues(ids, judged_by):
        offered += _offer_all(queue, now)
    return offered


def settle(sessions: Iterable[int], *, now: datetime) -> None:
    """Before a place is booked: what is free while somebody waits is offered first. One query when nobody waits."""
    waited = Booking.objects.filter(session__in=list(sessions), state=Booking.State.WAITING)
    ids = sorted(set(waited.values_list("session", flat=True)))
    if ids:
        with transaction.atomic():
            list(Session.objects.locked(ids).values_list("pk"))
            promote(ids, now=now)


def _offer_all(queue: Queue, now: datetime) -> list[Booking]:
    """The free places of one session; nobody is asked twice, for a place that is taken suits nobody better."""
    found: list[Booking] = []
    free = queue.free
    for waiting in queue.waiting:
        if free is not None and free <= 0:
            break
        standing = may_take(waiting.booking, now=now)
        if standing is None or standing.until is None:
            continue
        until = queue.rule.offer_until(now, standing.until)
        _offer(waiting.booking, until, now)
        found.append(waiting.booking)
        free = None if free is None else free - 1
    return found


def may_take(booking: Booking, *, now: datetime) -> Standing | None:
    """How the place would be taken by this waiting child at this moment; None when it may not."""
    wish = Wish(booking.child_id, booking.session_id, True, how=How.TAKE)
    found = recap(booking.household, [wish], now=now)
    return found.added[0].standing if found.added else None


def _offer(booking: Booking, until: datetime, now: datetime) -> None:
    booking.state, booking.offered_until = Booking.State.OFFERED, until
    booking.save(update_fields=["state", "offered_until"])
    household = booking.household
    journal.record(
        "place.offered",
        household.journal_subject,
        summary=f"Place proposée : {_words(booking)}, jusqu'au {rules.FRENCH.start(until)}",
        actor=None,
        now=now,
        after={"until": until.isoformat()},
    )
    for address, language in recipients.of_household(household):
        outbox.post(
            OFFER_MAIL,
            to=address,
            subject=_("Une place se libère : votre réponse est attendue"),
            context={"booking": booking, "until": until, "key": offer_keys.make(booking)},
            now=now,
            about=household.journal_subject,
            language=language,
            urgent=True,
        )


def _words(booking: Booking) -> str:
    session = booking.session
    return f"{booking.child.first_name} · {rules.FRENCH.year(session.date)} · {session.service.name}"


def accept(booking_id: int, *, actor: User | None, now: datetime) -> Receipt:
    """Take the place that is offered. Taking it twice gives the same receipt.

    Raises OfferEnded when it is not offered (any more), CannotTake when the rules refuse the booking by now.
    """
    with transaction.atomic():
        booking = _locked(booking_id)
        if done := _done(booking):
            return done
        _check_open(booking, now)
        wish = Wish(booking.child_id, booking.session_id, True, how=How.TAKE)
        found = recap(booking.household, [wish], now=now, lock=True)
        if not found.added:
            raise CannotTake(found)
        receipt = _issue(booking, found, actor, now)
        tell_other_homes(receipt, found.changes, now=now)
    return receipt


def _done(booking: Booking) -> Receipt | None:
    """The receipt of the place that this booking took from its list."""
    if booking.state != Booking.State.BOOKED:
        return None
    return booking.household.receipts.filter(token=_token(booking)).first()


def _token(booking: Booking) -> UUID:
    return uuid5(_TOKENS, str(booking.pk))


def _issue(booking: Booking, found: Recap, actor: User | None, now: datetime, *, reason: str = "") -> Receipt:
    return issue(
        booking.household,
        found.changes,
        token=_token(booking),
        actor=actor,
        author_label="" if actor else BY_LINK,
        now=now,
        by_service=bool(reason),
        reason=reason,
        difference=found.difference.total if found.difference else None,
    )


def _check_open(booking: Booking, now: datetime) -> None:
    until = booking.offered_until
    if booking.state != Booking.State.OFFERED or until is None or now >= until:
        raise OfferEnded


def _locked(booking_id: int) -> Booking:
    """The booking, read once its session is locked."""
    session = Booking.objects.filter(pk=booking_id).values_list("session", flat=True)
    list(Session.objects.locked(list(session)).values_list("pk"))
    return (
        Booking.objects.select_related("household", "child", "session__service", "session__place")
        .filter(pk=booking_id)
        .get()
    )


def refuse(booking_id: int, *, actor: User | None, now: datetime) -> None:
    """Leave the place that is offered, and the list with it: the next is asked. Twice is once.

    Raises OfferEnded when the place is not offered (any more) and was not refused.
    """
    with transaction.atomic():
        booking = _locked(booking_id)
        if booking.state == Booking.State.LEFT:
            return
        _check_open(booking, now)
        leave(booking, actor=actor, now=now, label="" if actor else BY_LINK)
        promote([booking.session_id], now=now)


def leave(
    booking: Booking, *, actor: User | None, now: datetime, reason: str = "", label: str = ""
) -> Receipt:
    """Off the list, with a receipt; by the portal itself when a reason is given."""
    standing = Standing(OWN_STATES[booking.state], can_change=True, why=reason)
    change = Change(booking.child, booking.session, False, standing, booking=booking)
    return issue(
        booking.household,
        [change],
        token=uuid4(),
        actor=actor,
        author_label=label,
        now=now,
        by_service=bool(reason),
        reason=reason,
    )


def give(
    booking_id: int,
    *,
    actor: User,
    now: datetime,
    reason: str,
    may_exceed: bool = False,
) -> Receipt:
    """The service gives a place to a child of the list, whatever its rank; beyond the places with `may_exceed`.

    Giving it twice gives the same receipt. Raises ReasonMissing; OfferEnded when the child waits no more; CannotTake
    when no place is left and `may_exceed` is not given, or when the day may not be booked at all.
    """
    with transaction.atomic():
        booking = _locked(booking_id)
        if done := _done(booking):
            return done
        if booking.state not in Booking.LISTED:
            raise OfferEnded
        if not reason.strip():
            raise ReasonMissing
        wish = Wish(booking.child_id, booking.session_id, True, how=How.TAKE)
        found = recap(booking.household, [wish], now=now, lock=True, as_service=True, may_exceed=may_exceed)
        if not found.added:
            raise CannotTake(found)
        receipt = _issue(booking, found, actor, now, reason=reason.strip())
        conflicts.accepted_by_service(receipt, found.added, actor=actor, now=now)
        tell_other_homes(receipt, found.changes, now=now)
    return receipt
