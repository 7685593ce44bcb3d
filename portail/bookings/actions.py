"""Changes of bookings: all that the person was shown, or nothing; with a receipt, the journal and a mail."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.accounts.models import User
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.queries.receipts import RECEIPT_MAIL
from portail.bookings.recap import Change, ChildNotInHousehold, Recap, Wish, recap
from portail.core import journal, outbox
from portail.families.models import Household

__all__ = [
    "BookingsNotChanged",
    "Change",
    "ChildNotInHousehold",
    "NothingToChange",
    "ReasonNeeded",
    "Recap",
    "RecapChanged",
    "Wish",
    "change_bookings",
    "check",
]
CONDITIONS_LENGTH = 300


class BookingsNotChanged(Exception):
    """Nothing was written. `recap`: what the same wishes would do now."""

    def __init__(self, now_possible: Recap) -> None:
        self.recap = now_possible
        super().__init__(type(self).__name__)


class RecapChanged(BookingsNotChanged):
    """Something moved since the recap was shown: a place was taken, a deadline passed, a day is booked already."""


class NothingToChange(BookingsNotChanged):
    """Everything is already as wished."""


class ReasonNeeded(BookingsNotChanged):
    """The service passes a deadline without saying why."""


def check(
    household: Household, wishes: Iterable[Wish], *, actor: User, now: datetime, as_service: bool = False
) -> Recap:
    """What these wishes would change: added, removed, and impossible with the reason. Writes nothing.

    `as_service`: an agent asks for the family; deadlines may then be passed, capacity not.
    Raises ChildNotInHousehold.
    """
    return recap(household, wishes, now=now, as_service=as_service)


def change_bookings(
    household: Household,
    wishes: Iterable[Wish],
    *,
    token: UUID,
    actor: User,
    now: datetime,
    as_service: bool = False,
    reason: str = "",
) -> Receipt:
    """Book and cancel exactly these wishes, all or none of them, and give the receipt of it.

    `wishes` are the changes of the recap that was shown: each must still be possible and still change something,
    or RecapChanged carries the recap of this moment and nothing is written. `token` belongs to that recap: posted
    again (double click, retry, back button), the same receipt comes back. The receipt, its journal line and its
    mails are written in the same transaction. Also raises NothingToChange, ReasonNeeded, ChildNotInHousehold.
    """
    wishes = frozenset(wishes)
    try:
        with transaction.atomic():
            return _change(household, wishes, token, actor, now, as_service, reason.strip())
    except IntegrityError:
        # Another request with this token, or one that took the place without our lock, was first.
        if done := household.receipts.filter(token=token).first():
            return done
        raise RecapChanged(recap(household, wishes, now=now, as_service=as_service)) from None


def _change(
    household: Household,
    wishes: frozenset[Wish],
    token: UUID,
    actor: User,
    now: datetime,
    as_service: bool,
    reason: str,
) -> Receipt:
    found = recap(household, wishes, now=now, as_service=as_service, lock=True)
    if done := household.receipts.filter(token=token).first():
        return done
    if not (found.changes or found.refused or found.gone):
        raise NothingToChange(found)
    if not found.is_as_wished:
        raise RecapChanged(found)
    if found.needs_reason and not reason:
        raise ReasonNeeded(found)
    receipt = Receipt.objects.create(
        household=household,
        token=token,
        author=actor,
        author_label=str(actor),
        by_service=as_service,
        reason=reason,
        created_at=now,
    )
    _write(receipt, found, now)
    _record(receipt, found, actor, now)
    _tell(receipt, found, now)
    return receipt


def _write(receipt: Receipt, found: Recap, now: datetime) -> None:
    """The bookings, and a line of the receipt for each."""
    added = Booking.objects.bulk_create(
        Booking(child=change.child, session=change.session, household=receipt.household, created_at=now)
        for change in found.added
    )
    removed = [change.booking for change in found.removed if change.booking]
    Booking.objects.filter(pk__in=[booking.pk for booking in removed]).update(
        state=Booking.State.CANCELLED, cancelled_at=now
    )
    ReceiptLine.objects.bulk_create(
        ReceiptLine(
            receipt=receipt,
            booking=booking,
            change=ReceiptLine.Change.ADDED if change.wanted else ReceiptLine.Change.REMOVED,
            conditions=str(change.conditions)[:CONDITIONS_LENGTH],
        )
        for booking, change in zip([*added, *removed], found.changes, strict=True)
    )


def _record(receipt: Receipt, found: Recap, actor: User, now: datetime) -> None:
    """The household's journal: the receipt, and each day in words."""
    counts = [_many(len(found.added), "ajout"), _many(len(found.removed), "retrait")]
    summary = f"Réservations modifiées : reçu {receipt.number} ({', '.join(c for c in counts if c)})"
    if receipt.by_service:
        summary += " par le service" + (f" : {receipt.reason}" if receipt.reason else "")
    journal.record(
        "bookings.changed",
        receipt.household.journal_subject,
        summary=summary,
        actor=actor,
        now=now,
        before={"removed": [_words(change) for change in found.removed]} if found.removed else {},
        after={"receipt": receipt.number}
        | ({"added": [_words(change) for change in found.added]} if found.added else {}),
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" if count else ""


def _words(change: Change) -> str:
    day = rules.FRENCH.year(change.session.date)
    return f"{change.child.first_name} · {day} · {change.session.service.name}"


def _tell(receipt: Receipt, found: Recap, now: datetime) -> None:
    """A mail to each adult of the household that books."""
    for address, language in _recipients(receipt.household):
        outbox.post(
            RECEIPT_MAIL,
            to=address,
            subject=format_lazy(_("Réservations modifiées : reçu {number}"), number=receipt.number),
            context={"receipt": receipt, "added": found.added, "removed": found.removed},
            now=now,
            about=receipt.household.journal_subject,
            language=language,
        )


def _recipients(household: Household) -> list[tuple[str, str]]:
    """The adults' addresses, each once with its language: the account's, or the contact address without one."""
    found: dict[str, tuple[str, str]] = {}
    for adult in household.adults.select_related("user"):
        user = adult.user if adult.user and adult.user.is_active and adult.user.activated_at else None
        address, language = (user.email, user.language) if user else (adult.email, "fr")
        if address:
            found.setdefault(address.casefold(), (address, language))
    return list(found.values())
