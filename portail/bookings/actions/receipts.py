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
from portail.bookings.recap import Change, How
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
    author_label: str = "",
) -> Receipt:
    """Write these changes, already judged and their sessions locked, with all that proves them; inside the
    transaction of whoever judged them.

    `closing`, `group_change`: what of the service causes it, so that undoing that finds what it did. `difference`: what
    it all adds to what is due, in euros. `author_label`: who did it, when no account did.
    """
    receipt = Receipt.objects.create(
        household=household,
        token=token,
        author=actor,
        author_label=str(actor) if actor else author_label,
        by_service=by_service,
        reason=reason,
        created_at=now,
        closing=closing,
        group_change=group_change,
        difference=difference,
    )
    _write(receipt, changes, now)
    _record(receipt, changes, actor, now)
    _tell(receipt, changes, now)
    return receipt


def _write(receipt: Receipt, changes: Sequence[Change], now: datetime) -> None:
    """The bookings, and a line of the receipt for each. What is added with a booking was cancelled, or waited: it lives
    again, or takes its place."""
    new = [change for change in changes if change.booking is None]
    there = [change for change in changes if change.booking]
    _follow(there, now)  # first: a day may be cancelled to be booked at other hours
    made = Booking.objects.bulk_create(_booking(receipt.household, change, now) for change in new)
    lines = [_line(receipt, booking, change) for booking, change in zip(made, new, strict=True)]
    lines += [_line(receipt, change.booking, change) for change in there if change.booking]
    ReceiptLine.objects.bulk_create(lines)


def _booking(household: Household, change: Change, now: datetime) -> Booking:
    starts, ends = change.hours or (None, None)
    return Booking(
        child=change.child,
        session=change.session,
        household=household,
        starts_at=starts,
        ends_at=ends,
        created_at=now,
        state=Booking.State.WAITING if change.how is How.WAIT else Booking.State.BOOKED,
        is_over=change.standing.is_over,
    )


def _what(change: Change) -> ReceiptLine.Change:
    kinds = ReceiptLine.Change
    if change.wanted:
        return kinds.ADDED if change.counts else kinds.WAITING
    return kinds.REMOVED if change.counts else kinds.LEFT


def _follow(changes: Sequence[Change], now: datetime) -> None:
    """What becomes of bookings that are there: they take their place, are cancelled, or leave their list."""
    found: dict[tuple[str, bool], list[int]] = {}
    for change in changes:
        if change.booking:
            key = (_becomes(change), change.standing.is_over)
            found.setdefault(key, []).append(change.booking.pk)
    for (state, is_over), keys in found.items():
        ended_at = None if state in Booking.ACTIVE else now
        Booking.objects.filter(pk__in=keys).update(
            state=state, is_over=is_over, offered_until=None, cancelled_at=ended_at
        )


def _becomes(change: Change) -> str:
    if change.wanted:
        return Booking.State.WAITING if change.how is How.WAIT else Booking.State.BOOKED
    return Booking.State.CANCELLED if change.counts else Booking.State.LEFT


def _line(receipt: Receipt, booking: Booking, change: Change) -> ReceiptLine:
    with translation.override(settings.LANGUAGE_CODE):
        conditions = said(change.conditions)[:CONDITIONS_LENGTH]
    return ReceiptLine(
        receipt=receipt,
        booking=booking,
        change=_what(change),
        conditions=conditions,
        price=change.cost.amount if change.cost else None,
        explanation=change.cost.as_json() if change.cost else {},
        is_late=change.standing.is_late and change.counts,
        was="" if change.wanted else booking.state,
    )


_COUNTED = {
    ReceiptLine.Change.ADDED: ("ajout", "ajouts"),
    ReceiptLine.Change.REMOVED: ("retrait", "retraits"),
    ReceiptLine.Change.WAITING: ("mise en attente", "mises en attente"),
    ReceiptLine.Change.LEFT: ("sortie de liste d'attente", "sorties de liste d'attente"),
}


def _record(receipt: Receipt, changes: Sequence[Change], actor: User | None, now: datetime) -> None:
    """The household's journal: the receipt, and each day in words."""
    by_kind = {kind: [c for c in changes if _what(c) == kind] for kind in ReceiptLine.Change}
    told = [_many(len(found), *_COUNTED[kind]) for kind, found in by_kind.items() if found]
    summary = f"Réservations modifiées : reçu {receipt.number} ({', '.join(told)})"
    if receipt.by_service:
        summary += " par le service" + (f" : {receipt.reason}" if receipt.reason else "")
    before, after = (
        {kind.value: [_words(c) for c in by_kind[kind]] for kind in kinds if by_kind[kind]}
        for kinds in (
            (ReceiptLine.Change.REMOVED, ReceiptLine.Change.LEFT),
            (ReceiptLine.Change.ADDED, ReceiptLine.Change.WAITING),
        )
    )
    over = [_words(change) for change in changes if change.standing.is_over]
    journal.record(
        "bookings.changed",
        receipt.household.journal_subject,
        summary=summary,
        actor=actor,
        now=now,
        before=before,
        after={"receipt": receipt.number, **after} | ({"over": over} if over else {}),
    )


def _many(count: int, one: str, several: str) -> str:
    return f"{count} {several if count > 1 else one}"


def _words(change: Change) -> str:
    day = rules.FRENCH.year(change.session.date)
    words = f"{change.child.first_name} · {day} · {change.session.service.name}"
    return f"{words}, {change.hours[0]:%H:%M}-{change.hours[1]:%H:%M}" if change.hours else words


def _tell(receipt: Receipt, changes: Sequence[Change], now: datetime) -> None:
    """A mail to each adult of the household that books."""
    groups = {kind.value: [c for c in changes if _what(c) == kind] for kind in ReceiptLine.Change}
    for address, language in recipients.of_household(receipt.household):
        outbox.post(
            RECEIPT_MAIL,
            to=address,
            subject=format_lazy(_("Réservations modifiées : reçu {number}"), number=receipt.number),
            context={"receipt": receipt, "changes": changes, **groups},
            now=now,
            about=receipt.household.journal_subject,
            language=language,
        )


def tell_other_homes(receipt: Receipt, changes: Sequence[Change], *, now: datetime) -> None:
    """A mail to the other household of a child that it shares, when it has the right to be told: the days of that
    child alone, without prices (they come from the other family's quotient) nor the number of a dossier.

    Nothing of the days that a custody calendar gives to the household that books: they are its own affair.
    """
    changes = [change for change in changes if change.counts]
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
