"""Absences: told by the family or the service, proved, withdrawn when the child comes after all. None is deleted.

The place stays the child's and the booking stays booked: what the day costs then is for the rules of absences.
"""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.accounts.models import User
from portail.bookings.models import Absence, Booking
from portail.core import journal, outbox
from portail.core.uploads import Upload
from portail.families import recipients
from portail.families.actions.documents import keep
from portail.families.models import FamilyDocument, Household

LATEST = timedelta(days=31)
"""How long after the day a family may still tell it: an illness ends before its certificate is sent."""
PROOF = "Justificatif d'absence"


class NotBooked(LookupError):
    """Some of these days are not booked by this household any more: nothing was written."""


class TooLate(Exception):
    """The day is past: the child was there or was not, the service alone may say otherwise."""


def tell_absences(
    household: Household,
    bookings: Collection[int],
    *,
    reason: str,
    comment: str = "",
    proof: Upload | None = None,
    actor: User,
    now: datetime,
    by_service: bool = False,
) -> list[Absence]:
    """Say that the children will not come on these booked days (ids of bookings of this household).

    Gives the absences, those that were told before included: twice is once, and a proof given the second time is
    kept. The journal and a mail to each adult come with it. Raises NotBooked; TooLate for a family more than LATEST
    after a day.
    """
    with ExitStack() as files, transaction.atomic():
        rows = _booked(household, bookings)
        if not by_service and any(_ended(row, now) > LATEST for row in rows):
            raise TooLate
        known = {a.booking_id: a for a in Absence.objects.filter(booking__in=rows, withdrawn_at=None)}
        document = _proof(files, household, proof, actor, now) if proof else None
        fresh = [row for row in rows if row.pk not in known]
        new = [_absence(row, reason, comment, document, actor, now) for row in fresh]
        Absence.objects.bulk_create(new)
        if document:
            Absence.objects.filter(pk__in=[a.pk for a in known.values()], proof=None).update(
                proof=document, proved_at=now
            )
        if new:
            _record(
                "absence.told", "Absence signalée", household, [a.booking for a in new], reason, actor, now
            )
            _tell(household, new, now)
    return [*known.values(), *new]


def _absence(
    booking: Booking, reason: str, comment: str, proof: FamilyDocument | None, actor: User, now: datetime
) -> Absence:
    return Absence(
        booking=booking,
        reason=reason,
        comment=comment,
        told_at=now,
        told_by=actor,
        told_by_label=str(actor),
        proof=proof,
        proved_at=now if proof else None,
    )


def prove_absences(
    household: Household, absences: Collection[int], proof: Upload, *, actor: User, now: datetime
) -> FamilyDocument:
    """Join a proof to absences (ids) of this household that have none. Raises NotBooked when there is nothing left
    to prove."""
    with ExitStack() as files, transaction.atomic():
        found = _absences(household, absences).filter(proof=None)
        rows = list(found)
        if not rows:
            raise NotBooked
        document = _proof(files, household, proof, actor, now)
        Absence.objects.filter(pk__in=[row.pk for row in rows]).update(proof=document, proved_at=now)
        bookings = [row.booking for row in rows]
        _record("absence.proved", "Absence justifiée", household, bookings, "", actor, now)
    return document


def withdraw_absence(
    household: Household, absence: int, *, actor: User, now: datetime, by_service: bool = False
) -> Absence:
    """The child comes after all. Repeating it changes nothing. Raises NotBooked; TooLate for a family once the
    session has begun."""
    with transaction.atomic():
        row = (
            Absence.objects.select_for_update(of=("self",))
            .select_related("booking__session__service", "booking__child")
            .filter(pk=absence, booking__household=household)
            .first()
        )
        if row is None:
            raise NotBooked
        if row.withdrawn_at is not None:
            return row
        if not by_service and has_begun(row.booking, now):
            raise TooLate
        row.withdrawn_at = now
        row.save(update_fields=["withdrawn_at"])
        _record("absence.withdrawn", "Absence retirée", household, [row.booking], "", actor, now)
    return row


def has_begun(booking: Booking, now: datetime) -> bool:
    """Whether the session of this booking has started, by local time."""
    local = timezone.localtime(now)
    day = booking.session.date
    return local.date() > day or (local.date() == day and local.time() >= booking.session.service.starts_at)


def _ended(booking: Booking, now: datetime) -> timedelta:
    """How long ago the day was."""
    return timezone.localdate(now) - booking.session.date


def _booked(household: Household, bookings: Collection[int]) -> list[Booking]:
    """These bookings, locked in the order of their keys and read in that of their days."""
    wanted = set(bookings)
    own = Booking.objects.filter(pk__in=wanted, household=household, state=Booking.State.BOOKED)
    found = list(
        own.select_for_update(of=("self",)).select_related("child", "session__service").order_by("pk")
    )
    if not wanted or len(found) != len(wanted):
        raise NotBooked
    return sorted(found, key=lambda b: (b.session.date, b.child_id, b.session.service.position, b.pk))


def _absences(household: Household, ids: Collection[int]):
    return (
        Absence.objects.select_for_update(of=("self",))
        .select_related("booking__session__service", "booking__child")
        .filter(pk__in=set(ids), booking__household=household, withdrawn_at=None)
        .order_by("pk")
    )


def _proof(
    files: ExitStack, household: Household, proof: Upload, actor: User, now: datetime
) -> FamilyDocument:
    return keep(files, household, PROOF, proof, actor=actor, now=now)


def _record(
    verb: str,
    what: str,
    household: Household,
    bookings: Sequence[Booking],
    reason: str,
    actor: User,
    now: datetime,
) -> None:
    days = [_words(booking) for booking in bookings]
    more = f" et {len(days) - 1} de plus" if len(days) > 1 else ""
    journal.record(
        verb,
        household.journal_subject,
        summary=f"{what} : {days[0]}{more}",
        actor=actor,
        now=now,
        after={"days": days} | ({"reason": reason} if reason else {}),
    )


def _words(booking: Booking) -> str:
    day = rules.FRENCH.year(booking.session.date)
    return f"{booking.child.first_name} · {day} · {booking.session.service.name}"


def _tell(household: Household, absences: Sequence[Absence], now: datetime) -> None:
    for recipient in recipients.of_household(household):
        outbox.post(
            "bookings/mail/absence",
            to=recipient.address,
            subject=_("Absence signalée"),
            context={"absences": absences},
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )
