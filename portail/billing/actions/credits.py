"""Taking back an invoice, whole or by lines, by a credit note that names it."""

import uuid
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from portail.accounts.models import User
from portail.billing.actions import editions, ledger, series
from portail.billing.models import (
    Account,
    Allocation,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    Movement,
)
from portail.core import journal
from portail.core.money import ZERO
from portail.core.templatetags.ui import money


class NothingToCredit(ValueError):
    """No line was chosen, or all of them were taken back already."""


class NotPublished(ValueError):
    """A draft is not credited: it is thrown away."""


class ReasonNeeded(ValueError):
    """A credit note says why."""


def credit(
    invoice: Invoice,
    lines: Iterable[InvoiceLine],
    reason: str,
    *,
    token: uuid.UUID,
    actor: User | None,
    now: datetime,
    bills_again: bool = False,
) -> CreditNote:
    """Take these lines back: a numbered credit note, its movement, and the account settled again.

    What the invoice had been paid becomes a credit of the account. `bills_again`: the next run bills what it takes
    back as it is computed then; otherwise the matter is closed. The same token finds the same note. Raises
    NothingToCredit, NotPublished, ReasonNeeded.
    """
    if not reason.strip():
        raise ReasonNeeded
    with transaction.atomic():
        account = ledger.locked(invoice.account)
        known = CreditNote.objects.filter(token=token).first()
        if known is not None:
            return known
        if invoice.number is None:
            raise NotPublished
        ids = [line.pk for line in lines]
        chosen = list(invoice.lines.filter(pk__in=ids, credited_by=None).order_by("position", "pk"))
        if not chosen:
            raise NothingToCredit
        note = _number(invoice, chosen, reason.strip(), bills_again, token=token, actor=actor, now=now)
        _enter(account, note, actor=actor, now=now)
        note.document = editions.edit_credit_note(note, now=now)
    return note


def _number(
    invoice: Invoice,
    lines: list[InvoiceLine],
    reason: str,
    bills_again: bool,
    *,
    token: uuid.UUID,
    actor: User | None,
    now: datetime,
) -> CreditNote:
    """The note with the next number of its series, and the lines that it takes back."""
    day = timezone.localdate(now)
    [number] = series.take(series.CREDIT, day, 1)
    note = CreditNote.objects.create(
        invoice=invoice,
        number=number,
        issued_on=day,
        amount=sum((line.amount for line in lines), ZERO),
        reason=reason[:300],
        bills_again=bills_again,
        token=token,
        created_at=now,
        created_by=actor,
    )
    CreditNoteLine.objects.bulk_create([CreditNoteLine(note=note, line=line) for line in lines])
    return note


def _enter(account: Account, note: CreditNote, *, actor: User | None, now: datetime) -> None:
    """Its movement, set against the invoice first; the journal says so."""
    movement = ledger.enter(
        account,
        Movement.Kind.CREDIT_NOTE,
        -note.amount,
        f"Avoir {note.number} sur la facture {note.invoice.number}",
        day=note.issued_on,
        now=now,
        actor=actor,
        reason=note.reason,
        credit_note=note,
    )
    _set_against(note.invoice, movement, now)
    ledger.settle(account, now=now)
    journal.record(
        "credit_note.issued",
        account.household.journal_subject,
        summary=f"Avoir {note.number} de {money(note.amount)} sur la facture {note.invoice.number} : {note.reason}",
        actor=actor,
        now=now,
        after={"number": note.number, "invoice": note.invoice.number, "amount": str(note.amount)},
    )


def _set_against(invoice: Invoice, credit: Movement, now: datetime) -> None:
    """Let the note pay the invoice itself: the payments that it had then pay something else, or wait."""
    debit = invoice.movement
    if credit.amount >= 0 or debit.amount <= 0:
        return
    amount = min(-credit.amount, debit.amount)
    wanted = amount - ledger.left_of([debit])[debit.pk]
    for paid in Allocation.objects.filter(debit=debit).exclude(credit__kind=credit.kind).order_by("-pk"):
        if wanted <= 0:
            break
        taken = min(paid.amount, wanted)
        wanted -= taken
        if taken == paid.amount:
            paid.delete()
        else:
            paid.amount -= taken
            paid.save(update_fields=["amount"])
    left = min(amount, ledger.left_of([debit])[debit.pk])
    if left > 0:
        ledger.allocate(debit, credit, left, now=now)
