"""What the service publishes: news, documents to download, versions of the legal pages."""

from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction

from portail.accounts.models import User
from portail.core import journal
from portail.core.changes import Changes, after, before, write
from portail.core.uploads import Upload, kept
from portail.messaging.models import LegalPage, News, PublicDocument

DEFAULT_PAGES = Path(__file__).parent / "pages"
NEWS = ("title", "body", "audience", "since", "until")
DOCUMENT = ("title", "audience", "since", "until")


def keep_news(news: News, values: Mapping[str, Any], *, actor: User | None, now: datetime) -> News:
    """Publish or change a news item. The same one posted twice is published once."""
    with transaction.atomic():
        values = {field: values[field] for field in NEWS}
        is_new = news.pk is None
        if is_new:
            if twin := News.objects.filter(**values).first():
                return twin
        else:
            news = News.objects.select_for_update().get(pk=news.pk)
        changes = write(news, values)
        if changes:
            did = "publiée" if is_new else "modifiée"
            _journal(
                f"news.{'published' if is_new else 'changed'}",
                f"news:{news.pk}",
                f"Actualité {did} : {news}",
                changes,
                actor,
                now,
            )
    return news


def remove_news(news: News, *, actor: User | None, now: datetime) -> None:
    """Take a news item away for good; its text stays in the journal. Already gone is as good."""
    with transaction.atomic():
        if News.objects.filter(pk=news.pk).delete()[0]:
            gone = {"title": (news.title, None), "body": (news.body, None)}
            _journal("news.removed", f"news:{news.pk}", f"Actualité retirée : {news}", gone, actor, now)


def keep_document(
    document: PublicDocument,
    values: Mapping[str, Any],
    upload: Upload | None,
    *,
    actor: User | None,
    now: datetime,
) -> PublicDocument:
    """Publish a document or change it; `upload` takes the place of its file, None keeps the one there is.

    The same document posted twice is published once. The file replaced is deleted once the change is certain.
    """
    values = {field: values[field] for field in DOCUMENT}
    with transaction.atomic():
        is_new = document.pk is None
        if not is_new:
            document = PublicDocument.objects.select_for_update().get(pk=document.pk)
        elif upload and (twin := _same_document(values, upload)):
            return twin
        old, storage = document.file.name, document.file.storage
        with kept(document.file, upload) if upload else nullcontext():
            changes = _write_document(document, values, upload, old)
            if changes:
                did = "publié" if is_new else "modifié"
                _journal(
                    f"document.{'published' if is_new else 'changed'}",
                    f"document:{document.pk}",
                    f"Document {did} : {document}",
                    changes,
                    actor,
                    now,
                )
        if upload and old:
            transaction.on_commit(lambda: storage.delete(old))
    return document


def _write_document(
    document: PublicDocument, values: dict[str, Any], upload: Upload | None, old: str | None
) -> Changes:
    if upload is None:
        return write(document, values)
    facts = {"file_name": upload.name, "content_type": upload.content_type, "size": upload.size}
    changes = write(document, values | facts)
    document.save(update_fields=["file"])
    return changes | {"file": (old, document.file.name)}


def _same_document(values: Mapping[str, Any], upload: Upload) -> PublicDocument | None:
    return PublicDocument.objects.filter(**values, file_name=upload.name, size=upload.size).first()


def remove_document(document: PublicDocument, *, actor: User | None, now: datetime) -> None:
    """Take a document and its file away for good. Already gone is as good."""
    with transaction.atomic():
        if PublicDocument.objects.filter(pk=document.pk).delete()[0]:
            gone: Changes = {"title": (document.title, None), "file_name": (document.file_name, None)}
            _journal(
                "document.removed",
                f"document:{document.pk}",
                f"Document retiré : {document}",
                gone,
                actor,
                now,
            )
            if name := document.file.name:
                transaction.on_commit(partial(document.file.storage.delete, name))


def publish_legal_page(kind: str, body: str, *, actor: User | None, now: datetime) -> LegalPage:
    """Put a new version of a legal page in place of the last; a text that is the last one's already changes nothing.

    A new version of the terms is to be accepted by each person at the next sign-in.
    """
    with transaction.atomic():
        versions = LegalPage.objects.filter(kind=kind).order_by("version")
        list(versions.select_for_update())  # then read again: somebody may have published while we waited
        last = versions.last()
        if last and last.body == body:
            return last
        page = LegalPage.objects.create(
            kind=kind, version=last.version + 1 if last else 1, body=body, published_at=now
        )
        _journal("legal.published", f"legal:{page.pk}", f"Page publiée : {page}", {}, actor, now)
    return page


def publish_default_pages(commune_name: str, *, now: datetime) -> list[LegalPage]:
    """Give a new commune a first version of each legal page, to be completed; pages already published stay as they are.

    Returns those published now.
    """
    with transaction.atomic():
        known = current_pages()
        return [
            publish_legal_page(kind, _default_page(kind, commune_name), actor=None, now=now)
            for kind in LegalPage.Kind.values
            if kind not in known
        ]


def _default_page(kind: str, commune_name: str) -> str:
    text = (DEFAULT_PAGES / f"{kind}.txt").read_text(encoding="utf-8")
    return text.strip().replace("{commune}", commune_name)


def current_pages() -> dict[str, LegalPage]:
    """The version of each legal page that is shown."""
    return {page.kind: page for page in LegalPage.objects.order_by("version")}


def _journal(
    verb: str, subject: str, summary: str, changes: Changes, actor: User | None, now: datetime
) -> None:
    journal.record(
        verb,
        subject,
        summary=summary,
        actor=actor,
        now=now,
        before=before(changes),
        after=after(changes),
    )
