"""The edition of invoices and credit notes: the PDF, kept for ever, and the mail that says it is there.

A PDF is made outside any transaction, from rows that never change; then the document, the mail and the mark that it is
done are written together. Whoever is killed in between leaves nothing half done: what is not marked is done again.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portail.activities.queries import site
from portail.billing.documents import credit_note as notes
from portail.billing.documents import invoice as invoices
from portail.billing.documents import words
from portail.billing.models import CreditNote, Invoice
from portail.core import codes, outbox, paper
from portail.families import recipients
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument, Household

AT_ONCE = 25
"""Invoices to edit in one transaction: less than half a second of it."""


class NotPublished(ValueError):
    """A draft has no number yet: there is nothing to issue."""


def waiting() -> QuerySet[Invoice]:
    """The published invoices whose edition is not done, the oldest number first; filter them by run if wanted."""
    return Invoice.objects.filter(number__isnull=False, told_at=None).order_by("number")


def edit(invoice: Invoice, *, now: datetime) -> FamilyDocument:
    """Make the PDF of a published invoice, issue it, and write to those who take their invoices by mail.

    Doing it again changes nothing. Raises NotPublished.
    """
    edit_batch([invoice], now=now)
    invoice.refresh_from_db(fields=["document", "told_at", "by_mail"])
    if invoice.document is None:
        raise NotPublished
    return invoice.document


def edit_batch(batch: Iterable[Invoice], *, now: datetime) -> int:
    """Edit these published invoices (AT_ONCE of them is a good batch); how many were not done yet.

    The PDFs are made together, on all the processors. Those that are done already, or are drafts, are passed over.
    """
    keys = [invoice.pk for invoice in batch]
    found = list(waiting().filter(pk__in=keys).select_related("account__household", "document"))
    missing = [invoice for invoice in found if invoice.document is None]
    marks = {invoice.pk: codes.new() for invoice in missing}
    commune = site()
    made = paper.render_each(invoices.papers(missing, marks, site=commune), commune=commune, now=now)
    contents = dict(zip(marks, made, strict=True))
    with ExitStack() as files, transaction.atomic():
        locked = list(
            waiting()
            .filter(pk__in=[invoice.pk for invoice in found])
            .select_related("account__household", "document")
            .select_for_update(of=("self",))
        )
        for invoice in locked:
            if invoice.document is None:
                _issue(invoice, contents[invoice.pk], marks[invoice.pk], files, now)
            _tell(invoice, now)
        Invoice.objects.bulk_update(locked, ["document", "by_mail", "told_at"])
    return len(locked)


def _issue(invoice: Invoice, content: bytes, code: str, files: ExitStack, now: datetime) -> None:
    invoice.document = issue(
        invoice.account.household,
        FamilyDocument.Kind.INVOICE,
        str(invoice.number),
        invoices.title(invoice),
        content,
        f"facture-{invoice.number}.pdf",
        code=code,
        amount=invoice.amount,
        files=files,
        now=now,
    )


def _tell(invoice: Invoice, now: datetime) -> None:
    """Write to the household; one that nobody can write to takes its invoice by post."""
    invoice.told_at = now
    if not invoice.by_mail:
        return
    household = invoice.account.household
    told = recipients.of_household(household)
    invoice.by_mail = bool(told)
    for recipient in told:
        with translation.override(recipient.language):
            subject = _subject(invoice)
        outbox.post(
            "billing/mail/invoice",
            to=recipient.address,
            subject=subject,
            context={"invoice": invoice, "due": invoice.previous + invoice.amount},
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )


def _subject(invoice: Invoice) -> str:
    if words.is_month(invoice.first, invoice.last):
        return _("Votre facture est arrivée : %(month)s") % {"month": date_format(invoice.first, "F Y")}
    return _("Votre facture est arrivée : n° %(number)s") % {"number": invoice.number}


def edit_credit_note(note: CreditNote, *, now: datetime) -> FamilyDocument:
    """Make the PDF of a credit note, issue it, and write to those who take their invoices by mail. Twice is once.

    Inside the caller's transaction if there is one: the PDF of a credit note is short.
    """
    with ExitStack() as files, transaction.atomic():
        note = (
            CreditNote.objects.select_related("invoice__account__household", "document")
            .select_for_update(of=("self",))
            .get(pk=note.pk)
        )
        if note.document is None:
            note.document = _issue_note(note, files, now)
            note.save(update_fields=["document"])
            _tell_note(note, note.invoice.account.household, now)
        return note.document


def _issue_note(note: CreditNote, files: ExitStack, now: datetime) -> FamilyDocument:
    code, commune = codes.new(), site()
    content = paper.render(notes.credit_note_paper(note, code=code, site=commune), commune=commune, now=now)
    return issue(
        note.invoice.account.household,
        FamilyDocument.Kind.CREDIT_NOTE,
        str(note.number),
        notes.title(note),
        content,
        f"avoir-{note.number}.pdf",
        code=code,
        amount=note.amount,
        files=files,
        now=now,
    )


def _tell_note(note: CreditNote, household: Household, now: datetime) -> None:
    for recipient in recipients.of_household(household) if household.invoices_by_mail else []:
        with translation.override(recipient.language):
            subject = _("Un avoir est arrivé : n° %(number)s") % {"number": note.number}
        outbox.post(
            "billing/mail/credit_note",
            to=recipient.address,
            subject=subject,
            context={"note": note},
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )
