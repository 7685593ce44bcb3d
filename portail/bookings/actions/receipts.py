"""The receipt of a change: bookings written, its lines, the household's journal and the mails, all at once."""

from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from uuid import UUID

from django.conf import settings
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.accounts.models import User
from portail.activities.models import Closing
from portail.activities.queries import calendar
from portail.bookings.models import Booking, GroupChange, Receipt, ReceiptLine
from portail.bookings.queries.homes import homes
from portail.bookings.queries.receipts import RECEIPT_MAIL
from portail.bookings.recap import Change
from portail.bookings.standing import said
from portail.core import journal, outbox
from portail.families import recipients
from portail.families.models import Household, HouseholdChild
from portail.families.models.custody import told_on

CONDITIONS_LENGTH = 300
OTHER_HOME_MAIL = "bookings/mail/other_home"


def issue(
    household: Household,
    changes: Sequence[Change],
    *,
    token: UUID,
    actor: User | None,
    now: datetime,
    by_service: bool = False,
    reason: str = "",
    closing: Closing | None = None,
    group_change: GroupChange | None = None,
    difference: Decimal | None = None,
) -> Receipt:
    """Write these changes, already judged and their sessions locked, with all that proves them; inside the
    transaction of whoever judged them.

    `closing`, `group_change`: what of the service causes it, so that undoing that finds what it did. `difference`: what
    it all adds to what is due, in euros.
    """
    added = [change for change in changes if change.wanted]
    removed = [change for change in changes if not change.wanted]
    receipt = Receipt.objects.create(
        household=household,
        token=token,
        author=actor,
        author_label=str(actor) if actor else "",
        by_service=by_service,
        reason=reason,
        created_at=now,
        closing=closing,
        group_change=group_change,
        difference=difference,
    )
    _write(receipt, added, removed, now)
    _record(receipt, added, removed, actor, now)
    _tell(receipt, added, removed, now)
    return receipt


def _write(receipt: Receipt, added: list[Change], removed: list[Change], now: datetime) -> None:
    """The bookings, and a line of the receipt for each. What is added with a booking was cancelled: it lives again."""
    fresh = [change for change in added if change.booking is None]
    revived = [change.booking for change in added if change.booking]
    Booking.objects.filter(pk__in=[booking.pk for booking in revived]).update(
        state=Booking.State.BOOKED, cancelled_at=None
    )
    cancelled = [change.booking for change in removed if change.booking]
    Booking.objects.filter(pk__in=[booking.pk for booking in cancelled]).update(
        state=Booking.State.CANCELLED, cancelled_at=now
    )
    made = iter(Booking.objects.bulk_create(_fresh(receipt, change, now) for change in fresh))
    booked = [change.booking or next(made) for change in added]
    ReceiptLine.objects.bulk_create(
        _line(receipt, booking, change)
        for booking, change in zip([*booked, *cancelled], [*added, *removed], strict=True)
    )


def _fresh(receipt: Receipt, change: Change, now: datetime) -> Booking:
    starts, ends = change.hours or (None, None)
    return Booking(
        child=change.child,
        session=change.session,
        household=receipt.household,
        starts_at=starts,
        ends_at=ends,
        created_at=now,
    )


def _line(receipt: Receipt, booking: Booking, change: Change) -> ReceiptLine:
    with translation.override(settings.LANGUAGE_CODE):
        conditions = said(change.conditions)[:CONDITIONS_LENGTH]
    return ReceiptLine(
        receipt=receipt,
        booking=booking,
        change=ReceiptLine.Change.ADDED if change.wanted else ReceiptLine.Change.REMOVED,
        conditions=conditions,
        price=change.cost.amount if change.cost else None,
        explanation=change.cost.as_json() if change.cost else {},
        is_late=change.standing.is_late,
        was="" if change.wanted else booking.state,
    )


def _record(
    receipt: Receipt, added: list[Change], removed: list[Change], actor: User | None, now: datetime
) -> None:
    """The household's journal: the receipt, and each day in words."""
    counts = [_many(len(added), "ajout"), _many(len(removed), "retrait")]
    summary = f"Réservations modifiées : reçu {receipt.number} ({', '.join(c for c in counts if c)})"
    if receipt.by_service:
        summary += " par le service" + (f" : {receipt.reason}" if receipt.reason else "")
    journal.record(
        "bookings.changed",
        receipt.household.journal_subject,
        summary=summary,
        actor=actor,
        now=now,
        before={"removed": [_words(change) for change in removed]} if removed else {},
        after={"receipt": receipt.number}
        | ({"added": [_words(change) for change in added]} if added else {}),
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' if count > 1 else ''}" if count else ""


def _words(change: Change) -> str:
    day = rules.FRENCH.year(change.session.date)
    words = f"{change.child.first_name} · {day} · {change.session.service.name}"
    return f"{words}, {change.hours[0]:%H:%M}-{change.hours[1]:%H:%M}" if change.hours else words


def _tell(receipt: Receipt, added: list[Change], removed: list[Change], now: datetime) -> None:
    """A mail to each adult of the household that books."""
    for address, language in recipients.of_household(receipt.household):
        outbox.post(
            RECEIPT_MAIL,
            to=address,
            subject=format_lazy(_("Réservations modifiées : reçu {number}"), number=receipt.number),
            context={"receipt": receipt, "added": added, "removed": removed, "changes": [*added, *removed]},
            now=now,
            about=receipt.household.journal_subject,
            language=language,
        )


def tell_other_homes(receipt: Receipt, changes: Sequence[Change], *, now: datetime) -> None:
    """A mail to the other household of a child that it shares, when it has the right to be told: the days of that
    child alone, without prices (they come from the other family's quotient) nor the number of a dossier.

    Nothing of the days that a custody calendar gives to the household that books: they are its own affair.
    """
    links = told_on(timezone.localdate(now)).filter(child__in={change.child.pk for change in changes})
    links = links.exclude(household=receipt.household)
    rows = list(links.select_related("household", "child").order_by("pk"))
    shared = any(link.child.has_custody for link in rows)
    known = homes(receipt.household_id, (link.child for link in rows), calendar()) if shared else None
    for link in rows:
        theirs = [c for c in changes if _concerns(link, c) and not (known and known.is_own(*_hour(c)))]
        if not theirs:
            continue
        for address, language in recipients.of_household(link.household):
            outbox.post(
                OTHER_HOME_MAIL,
                to=address,
                subject=_("Réservations modifiées par l'autre parent"),
                context={
                    "child": link.child,
                    "added": [change for change in theirs if change.wanted],
                    "removed": [change for change in theirs if not change.wanted],
                    "by_service": receipt.by_service,
                },
                now=now,
                about=link.household.journal_subject,
                language=language,
            )


def _hour(change: Change) -> tuple[int, date, time]:
    return change.child.pk, change.session.date, change.session.service.starts_at


def _concerns(link: HouseholdChild, change: Change) -> bool:
    """Whether the household looks after this child on the day that changes."""
    day = change.session.date
    return (
        link.child_id == change.child.pk and link.since <= day and (link.until is None or day <= link.until)
    )
