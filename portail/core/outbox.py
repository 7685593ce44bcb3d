"""Mails are written here, inside the transaction that causes them; the worker sends them afterwards."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.functional import Promise

from portail.core import journal, theme
from portail.core.models import OutboxMail
from portail.core.site import current_site

if TYPE_CHECKING:
    from portail.accounts.models import User


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

    The templates also find `commune`, `accent` (its colour), `public_url` and `subject`.
    The subject names nobody. `about` is a journal subject ("household:12"). Urgent mails go before the others.
    """
    with translation.override(language):
        commune = current_site()
        values = {
            **context,
            "public_url": settings.PUBLIC_URL,
            "subject": str(subject),
            "commune": commune,
            "accent": theme.accent(commune.colour).light,
        }
        return OutboxMail.objects.create(
            message_id=new_message_id(),
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


def new_message_id() -> str:
    return f"<{uuid4().hex}@{portal_host()}>"


def portal_host() -> str:
    """The host named in Message-IDs: the portal's own."""
    return settings.PUBLIC_URL.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0]


class BodyForgotten(Exception):
    """The mail is too old: its text was erased, it cannot be sent again."""


def resend(mail: OutboxMail, *, actor: "User | None", now: datetime) -> OutboxMail:
    """Send a mail again, from now on. Returns the one that will leave; asked twice, it leaves once.

    One that failed or waits leaves under its own Message-ID. One that was sent leaves as a copy with a new one, for
    mail readers hide what they believe to have already. Raises BodyForgotten.
    """
    with transaction.atomic():
        mail = OutboxMail.objects.select_for_update().get(pk=mail.pk)
        if not mail.text:
            raise BodyForgotten
        if mail.state == OutboxMail.State.SENT:
            again = _copy(mail, now)
        else:
            again = mail
            again.state, again.attempts, again.due_at = OutboxMail.State.PENDING, 0, now
            again.save(update_fields=["state", "attempts", "due_at"])
        journal.record(
            "mail.resent",
            mail.about or f"mail:{mail.pk}",
            summary=f"Courriel renvoyé : {mail.subject_line}",
            actor=actor,
            now=now,
            after={"mail": again.pk},
        )
    return again


def _copy(mail: OutboxMail, now: datetime) -> OutboxMail:
    """The copy that waits already, or a new one."""
    same = {
        field: getattr(mail, field)
        for field in ("kind", "to", "subject_line", "text", "html", "about", "urgent")
    }
    waiting = OutboxMail.objects.filter(state=OutboxMail.State.PENDING, **same).first()
    return waiting or OutboxMail.objects.create(
        message_id=new_message_id(), due_at=now, created_at=now, **same
    )
