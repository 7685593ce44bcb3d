"""The journal: one line for each thing done, written in the transaction that does it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest

from portail.core.models import JournalEntry

if TYPE_CHECKING:
    from portail.accounts.models import User

_origin: ContextVar[tuple[str, str | None]] = ContextVar(
    "origin", default=(JournalEntry.Channel.COMMAND, None)
)


@contextmanager
def acting_from(channel: str, ip: str | None = None) -> Iterator[None]:
    """All that is recorded inside comes from this channel and address."""
    token = _origin.set((channel, ip))
    try:
        yield
    finally:
        _origin.reset(token)


def client_ip(request: HttpRequest) -> str | None:
    """The address of the person, seen through as many proxies as the settings trust."""
    forwarded = [
        part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
    ]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(forwarded) >= trusted:
        return forwarded[-trusted]
    return request.META.get("REMOTE_ADDR") or None


def record(
    verb: str,
    subject: str,
    *,
    summary: str,
    now: datetime,
    actor: "User | None" = None,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> JournalEntry:
    """Write a line: `verb` is a code ("booking.changed"), `subject` what it is about ("household:12").

    `summary` is the French sentence that people read; before and after hold plain JSON values.
    """
    channel, ip = _origin.get()
    return JournalEntry.objects.create(
        at=now,
        actor=actor,
        actor_label=str(actor) if actor else "",
        channel=channel,
        ip=ip,
        verb=verb,
        subject=subject,
        summary=summary[:500],
        before=before or {},
        after=after or {},
    )


def record_many(
    verb: str,
    lines: "Iterable[tuple[str, str, dict[str, Any]]]",
    *,
    now: datetime,
    actor: "User | None" = None,
) -> None:
    """Write the same thing of many subjects at once: (subject, summary, after) for each."""
    channel, ip = _origin.get()
    entries = [
        JournalEntry(
            at=now,
            actor=actor,
            actor_label=str(actor) if actor else "",
            channel=channel,
            ip=ip,
            verb=verb,
            subject=subject,
            summary=summary[:500],
            after=after,
        )
        for subject, summary, after in lines
    ]
    JournalEntry.objects.bulk_create(entries, batch_size=500)
