"""What a closing does to families, a few at a time: their bookings cancelled, then given back when it is lifted.

Each batch looks for what is left to do, inside its transaction: killed in between, nothing is done twice nor forgotten.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.activities.models import Closing, Session
from portail.bookings.actions.by_batches import AT_ONCE, go_on
from portail.bookings.actions.offers import promote
from portail.bookings.actions.receipts import issue
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.queries.child_closings import taken_by
from portail.bookings.queries.touched import Family, by_family
from portail.bookings.recap import Change, How, Pair, Wish, recap
from portail.bookings.standing import Standing, State
from portail.core import outbox
from portail.core.jobs import Clock
from portail.core.models import Job
from portail.families import recipients
from portail.rules import Effect

CLOSE, REOPEN = "bookings.close", "bookings.reopen"
REOPENED_MAIL = "bookings/mail/reopened"
NOT_DUE = _("Annulé par le service : rien n'est dû pour ce jour, hors forfait.")


@dataclass
class Reopening:
    """What was opened again, and what became of the bookings that the closing had cancelled. `later`: families that
    the worker still has to deal with."""

    sessions: int = 0
    given_back: int = 0
    not_given_back: int = 0
    later: int = 0


def close_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    """Cancel what a closing takes from many families."""
    closing_id = int(job.subject.partition(":")[2])

    def batch(mine: Job | None, now: datetime) -> int:
        closing = Closing.objects.select_for_update().get(pk=closing_id)
        return 0 if closing.reopened_at else cancel_some(closing, job.created_by, now)

    return go_on(job, clock, batch)


def cancel_some(closing: Closing, actor: User | None, now: datetime) -> int:
    """Cancel the bookings of the next families, inside a transaction. How many families are left."""
    left = taken_by(closing).order_by("household_id").values_list("household_id", flat=True).distinct()
    households = list(left)
    theirs = taken_by(closing).filter(household__in=households[:AT_ONCE])
    list(Session.objects.locked(list(theirs.values_list("session", flat=True))).values_list("pk"))
    families = by_family(theirs)  # read once locked: a parent may have cancelled a day meanwhile
    cancel(families, closing.reason, actor, now, closing)
    promote({booking.session_id for family in families for booking in family.bookings}, now=now)
    return max(len(households) - AT_ONCE, 0)


def cancel(
    families: Iterable[Family], reason: str, actor: User | None, now: datetime, closing: Closing | None
) -> list[Receipt]:
    """Cancel all these bookings, with a receipt for each family."""
    return [
        issue(
            family.household,
            [_removal(booking, reason) for booking in family.bookings],
            token=_token(closing, family),
            actor=actor,
            now=now,
            by_service=True,
            reason=reason,
            closing=closing,
        )
        for family in families
    ]


def _token(closing: Closing | None, family: Family) -> UUID:
    """Of the closing's own form where it had one: the same closing gives the same receipt."""
    if closing is None or closing.token is None:
        return uuid4()
    return uuid5(closing.token, f"{family.household.pk}:{min(booking.pk for booking in family.bookings)}")


def _removal(booking: Booking, reason: str) -> Change:
    standing = Standing(State.CLOSED, can_change=True, why=reason)
    return Change(booking.child, booking.session, False, standing, conditions=NOT_DUE, booking=booking)


def reopen_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    """Give back to many families what a closing had taken."""
    closing = Closing.objects.get(pk=int(job.subject.partition(":")[2]))

    def batch(mine: Job | None, now: datetime) -> int:
        assert mine is not None
        left = receipts_of(closing).filter(pk__gt=mine.data.get("after", 0))
        some = list(left.order_by("pk")[:AT_ONCE])
        done = Reopening()
        give_back(closing, some, job.created_by, now, done, wanted=mine.data["give_back"])
        mine.data["after"] = some[-1].pk if some else mine.data.get("after", 0)
        for name in ("given_back", "not_given_back"):
            mine.data[name] = mine.data.get(name, 0) + getattr(done, name)
        mine.save(update_fields=["data"])
        return max(receipts_of(closing).filter(pk__gt=mine.data["after"]).count(), 0)

    return go_on(job, clock, batch)


def receipts_of(closing: Closing) -> QuerySet[Receipt]:
    """The receipts of what this closing cancelled."""
    return Receipt.objects.filter(closing=closing).select_related("household")


def give_back(
    closing: Closing,
    receipts: Sequence[Receipt],
    actor: User | None,
    now: datetime,
    done: Reopening,
    *,
    wanted: bool,
) -> None:
    """Give back what these receipts had cancelled, as far as it is `wanted` and still possible, and tell the families.
    What became of it is added to `done`."""
    lines = _lines(receipts)
    for receipt in receipts:
        own = lines.get(receipt.pk, [])
        back = _book_again(receipt, own, closing, actor, now) if wanted else set()
        left = [line.booking for line in own if (line.booking.child_id, line.booking.session_id) not in back]
        done.given_back += len(back)
        done.not_given_back += len(left)
        _tell_reopened(receipt, left, now)


def _lines(receipts: Sequence[Receipt]) -> dict[int, list[ReceiptLine]]:
    rows = (
        ReceiptLine.objects.filter(
            receipt__in=receipts, change__in=[ReceiptLine.Change.REMOVED, ReceiptLine.Change.LEFT]
        )
        .select_related("booking__child", "booking__session__service")
        .order_by("receipt_id", "pk")
    )
    found: dict[int, list[ReceiptLine]] = {}
    for line in rows:
        found.setdefault(line.receipt_id, []).append(line)
    return found


def _book_again(
    receipt: Receipt, lines: list[ReceiptLine], closing: Closing, actor: User | None, now: datetime
) -> set[Pair]:
    """The same bookings live again, where they still can, for the children still of this household. Their days were
    booked in time: they are late for nothing. Who was waiting waits again, at the same rank."""
    household = receipt.household
    children = set(household.child_links.values_list("child_id", flat=True))
    known = {(x.booking.child_id, x.booking.session_id): x for x in lines if x.booking.child_id in children}
    booked = ReceiptLine.Change.REMOVED
    wishes = [Wish(*pair, True) for pair, line in known.items() if line.change == booked]
    found = recap(household, wishes, now=now, as_service=True, lock=True)
    own = [change for change in found.added if change.standing.state is not State.OTHER_HOME]
    changes = [_revived(change, known[change.pair].booking) for change in own]
    changes += _waiting_again([line.booking for line in known.values() if line.change != booked], now)
    if changes:
        issue(
            household,
            changes,
            token=uuid4(),
            actor=actor,
            now=now,
            by_service=True,
            reason=f"Réouverture : {closing.reason}",
        )
    return {change.pair for change in changes}


def _revived(change: Change, booking: Booking) -> Change:
    standing = replace(change.standing, is_late=False, needs_reason=False, effect=Effect.FREE, label="")
    return replace(change, booking=booking, standing=standing, cost=None)


def _waiting_again(bookings: list[Booking], now: datetime) -> list[Change]:
    """Those who were waiting, or had an offer, back on the list as of when they had asked; unless the child has booked
    or asked again since, or the day has gone by."""
    coming = [b for b in bookings if b.session.date >= timezone.localdate(now)]
    active = Booking.objects.active().filter(
        child__in={b.child_id for b in coming}, session__in={b.session_id for b in coming}
    )
    there = set(active.values_list("child_id", "session_id"))
    standing = Standing(State.FULL, can_change=True, why="")
    return [
        Change(b.child, b.session, True, standing, booking=b, how=How.WAIT)
        for b in coming
        if (b.child_id, b.session_id) not in there
    ]


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
