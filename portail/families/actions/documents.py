"""The files that the service puts there for a family, and the documents that the portal issues itself."""

import hashlib
from contextlib import ExitStack
from datetime import datetime, timedelta
from decimal import Decimal

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.core import codes, journal, outbox
from portail.core.uploads import Upload, kept
from portail.families import recipients
from portail.families.models import FamilyDocument, Household, Request

SAME_GESTURE = timedelta(minutes=10)


class IssuedForEver(Exception):
    """What the portal issued is never taken back: an invoice is undone by a credit note, not by hiding it.

    Nor is a proof on which a price was decided.
    """


def put_document(
    household: Household, title: str, upload: Upload, *, actor: User, now: datetime
) -> FamilyDocument:
    """Put a file there for the household, which is told by mail.

    The same file under the same title within ten minutes is the same gesture, sent twice.
    """
    with ExitStack() as files, transaction.atomic():
        household = Household.objects.select_for_update().get(pk=household.pk)
        same = household.documents.filter(
            title=title, file_name=upload.name, size=upload.size, added_at__gt=now - SAME_GESTURE
        ).first()
        if same:
            return same
        document = keep(files, household, title, upload, actor=actor, now=now)
        for recipient in recipients.of_household(household):
            outbox.post(
                "families/mail/document_added",
                to=recipient.address,
                subject=_("Un document vous attend sur le Portail Famille"),
                context={"document": document},
                now=now,
                about=household.journal_subject,
                language=recipient.language,
            )
        return document


def remove_document(document: FamilyDocument, *, actor: User, now: datetime) -> None:
    """Take a file back: the row at once, the file itself once that is certain. Twice is once. Raises IssuedForEver."""
    with transaction.atomic():
        found = FamilyDocument.objects.select_for_update().filter(pk=document.pk).first()
        if found is None:
            return
        if found.is_issued or found.kind == FamilyDocument.Kind.PROOF:
            raise IssuedForEver
        file = found.file
        found.delete()
        journal.record(
            "document.removed",
            document.household.journal_subject,
            summary=f"Document retiré : {document.title}",
            actor=actor,
            now=now,
            before={"title": document.title, "file_name": document.file_name},
        )
        transaction.on_commit(lambda: file.delete(save=False))


def keep(
    files: ExitStack,
    household: Household,
    title: str,
    upload: Upload,
    *,
    actor: User,
    now: datetime,
    request: Request | None = None,
    kind: str = FamilyDocument.Kind.FILE,
) -> FamilyDocument:
    """Write the file and its row, told to the journal but to nobody else.

    `files` must end after the caller's transaction: what is done wrong there takes the file away with it.
    """
    document = FamilyDocument(
        household=household,
        request=request,
        kind=kind,
        title=title,
        file_name=upload.name,
        content_type=upload.content_type,
        size=upload.size,
        added_at=now,
        added_by=actor,
    )
    files.enter_context(kept(document.file, upload))
    document.save()
    journal.record(
        "document.added",
        household.journal_subject,
        summary=f"Document déposé : {title}",
        actor=actor,
        now=now,
        after={"title": title, "file_name": upload.name},
    )
    return document


def _issued(kind: str, number: str) -> FamilyDocument | None:
    return FamilyDocument.objects.filter(kind=kind, number=number, code__isnull=False).first()


def issue(
    household: Household,
    kind: str,
    number: str,
    title: str,
    content: bytes,
    file_name: str,
    *,
    now: datetime,
    code: str = "",
    amount: Decimal | None = None,
    actor: User | None = None,
    request: Request | None = None,
    files: ExitStack | None = None,
) -> FamilyDocument:
    """Keep for ever a PDF that the portal made: dated, numbered, with the code printed on it and its digest.

    `number` is unique among documents of this `kind`: issued again, the first one is answered and nothing is written.
    `code` comes from `core.codes.new()`, since the page shows it. `amount` in euros, for documents that have one.
    Told to the journal, to nobody else. `files`: a stack that ends after the caller's transaction, so that what goes
    wrong there takes the file away with it.
    """
    with ExitStack() as own, transaction.atomic():
        if same := _issued(kind, number):
            return same
        document = FamilyDocument(
            household=household,
            request=request,
            kind=kind,
            number=number,
            code=code or codes.new(),
            digest=hashlib.sha256(content).hexdigest(),
            amount=amount,
            title=title[:150],
            file_name=file_name,
            content_type="application/pdf",
            size=len(content),
            added_at=now,
            added_by=actor,
        )
        upload = Upload(ContentFile(content), file_name, "application/pdf")
        (files or own).enter_context(kept(document.file, upload))
        try:
            with transaction.atomic():
                document.save()
        except IntegrityError:  # somebody asked for the same at the same moment, and was first
            document.file.delete(save=False)
            if same := _issued(kind, number):
                return same
            raise
        journal.record(
            "document.issued",
            household.journal_subject,
            summary=f"Document émis : {document.title}",
            actor=actor,
            now=now,
            after={"kind": str(kind), "number": number, "amount": None if amount is None else str(amount)},
        )
        return document
