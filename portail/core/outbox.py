"""Mails are written here, inside the transaction that causes them; the worker sends them afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise

from portail.core.models import OutboxMail


def post(
    kind: str,
    *,
    to: str,
    subject: str | Promise,
    context: Mapping[str, Any],
    now: datetime,
    about: str = "",
    language: str = settings.LANGUAGE_CODE,
    urgent: bool = False,
) -> OutboxMail:
    """Keep a mail to be sent. `kind` names two templates, `<kind>.txt` and `<kind>.html` ("front/mail/activation").

    The subject names nobody. `about` is a journal subject ("household:12"). Urgent mails go before the others.
    """
    with translation.override(language):
        values = {**context, "public_url": settings.PUBLIC_URL, "subject": str(subject)}
        return OutboxMail.objects.create(
            message_id=f"<{uuid4().hex}@{portal_host()}>",
            kind=kind,
            to=to,
            subject_line=str(subject),
            text=render_to_string(f"{kind}.txt", values),
            html=render_to_string(f"{kind}.html", values),
            about=about,
            urgent=urgent,
            due_at=now,
            created_at=now,
        )


def portal_host() -> str:
    """The host named in Message-IDs: the portal's own."""
    return settings.PUBLIC_URL.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]
