"""The files that the service puts there for a family."""

from contextlib import ExitStack
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.core import journal, outbox
from portail.core.uploads import Upload, kept
from portail.families import recipients
from portail.families.models import FamilyDocument, Household, Request

SAME_GESTURE = timedelta(minutes=10)


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
    """Take a file back: the row at once, the file itself once that is certain. Twice is once."""
    with transaction.atomic():
        found = FamilyDocument.objects.select_for_update().filter(pk=document.pk).first()
        if found is None:
            return
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
) -> FamilyDocument:
    """Write the file and its row, told to the journal but to nobody else.

    `files` must end after the caller's transaction: what is done wrong there takes the file away with it.
    """
    document = FamilyDocument(
        household=household,
        request=request,
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
