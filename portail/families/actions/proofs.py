"""The proof of a quotient, the family's side: its pages are sent from a telephone, one démarche for all of them."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portail.accounts.models import User
from portail.core import journal
from portail.core.pictures import page_of
from portail.core.uploads import Upload
from portail.families.actions.documents import keep
from portail.families.models import FamilyDocument, Household, Request

MOST_PAGES = 8


def send_proof(
    household: Household,
    pages: Sequence[Upload],
    *,
    kind: str,
    token: UUID,
    author: User,
    now: datetime,
    message: str = "",
) -> Request:
    """Send the pages of a proof. While a first sending waits, these are more pages of it.

    Photos are drawn again as JPEG. The same token is the same gesture. Raises ValidationError when a
    picture cannot be read or when there would be more than MOST_PAGES pages.
    """
    drawn = [_drawn(page) for page in pages]
    with ExitStack() as files, transaction.atomic():
        waiting = _waiting(household, lock=True)
        household = Household.objects.select_for_update().get(pk=household.pk)
        sent = Request.objects.filter(household=household, kind=Request.Kind.QUOTIENT)
        if same := sent.filter(data__tokens__has_key=str(token)).first():
            return same
        request = waiting or _waiting(household) or _new(household, author, now)
        request.data = {
            **request.data,
            "kind": kind,
            "tokens": {**request.data.get("tokens", {}), str(token): 1},
        }
        request.message = "\n".join(text for text in (request.message, message.strip()) if text)[:4000]
        request.save(update_fields=["data", "message"])
        _keep(files, request, household, drawn, author, now)
        return request


def _drawn(page: Upload) -> Upload:
    try:
        return page_of(page)
    except ValidationError as unread:
        raise ValidationError([f"« {page.name} » : {told}" for told in unread.messages]) from unread


def _waiting(household: Household, *, lock: bool = False) -> Request | None:
    """What was sent and is not read yet. Held before the dossier, as agents who decide do."""
    found = Request.objects.filter(
        household=household, kind=Request.Kind.QUOTIENT, state=Request.State.WAITING
    ).order_by("pk")
    return (found.select_for_update() if lock else found).first()


def _new(household: Household, author: User, now: datetime) -> Request:
    request = Request.objects.create(
        kind=Request.Kind.QUOTIENT,
        author=author,
        author_label=str(author),
        household=household,
        created_at=now,
    )
    journal.record(
        "request.asked",
        household.journal_subject,
        summary=f"Démarche {request.journal_label} demandée",
        actor=author,
        now=now,
    )
    return request


def _keep(
    files: ExitStack,
    request: Request,
    household: Household,
    pages: Sequence[Upload],
    author: User,
    now: datetime,
) -> None:
    known = request.documents.count()
    if known + len(pages) > MOST_PAGES:
        raise ValidationError(
            _("Un envoi compte %(most)s pages au plus, et %(known)s sont déjà là. Envoyez l'essentiel.")
            % {"most": MOST_PAGES, "known": known}
        )
    for number, page in enumerate(pages, start=known + 1):
        title = f"Justificatif de quotient, page {number}"
        kind = FamilyDocument.Kind.PROOF
        keep(files, household, title, page, request=request, kind=kind, actor=author, now=now)
