"""Sending what the outbox holds: claim, send, mark. No crash loses a mail; a killed worker repeats one at most.

A mail is claimed by a lease written before it is sent, and marked as soon as the server took it. A worker killed in
between leaves a lease that runs out: somebody else sends the mail again, under the same Message-ID and date.
"""

import logging
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.header import Header
from email.utils import format_datetime, parseaddr
from enum import Enum, auto
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection as database
from django.db import transaction
from django.db.models import Case, F, Q, QuerySet, Value, When

from portail.core.models import OutboxMail
from portail.core.site import current_site

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

DELAYS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
URGENT_DELAY = timedelta(hours=1)
MOST_ATTEMPTS = 20
"""About a week (17 hours for urgent mails, whose links have expired by then)."""
MOST_REFUSALS = 3
UNREACHABLE = "Serveur de courriel injoignable"

State = OutboxMail.State


class ServerUnreachable(Exception):
    """No connection to the mail server could be opened. What was due has been put off."""


class Fate(Enum):
    """What became of one try."""

    SENT = auto()
    LATER = auto()
    REFUSED = auto()
    CUT = auto()


@dataclass(frozen=True)
class Try:
    fate: Fate
    why: str = ""


def deliver_due(clock: Clock, *, limit: int = 50, wanted: Callable[[], bool] = lambda: True) -> int:
    """Send up to `limit` mails that are due, urgent ones first, over one connection. Returns how many were tried.

    `wanted` is asked between two mails. Raises ServerUnreachable.
    """
    if not due(clock()).exists():
        return 0
    server = _open(clock())
    tried = 0
    try:
        while tried < limit and wanted() and (mail := claim(clock())):
            tried += 1
            done = attempt(mail, server)
            settle(mail, done, now=clock())
            if done.fate is Fate.CUT:
                break
    finally:
        _close(server)
    return tried


def due(now: datetime) -> QuerySet[OutboxMail]:
    """The mails that somebody should send now, in the order they leave."""
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return OutboxMail.objects.filter(free, state=State.PENDING, due_at__lte=now).order_by(
        "-urgent", "due_at", "pk"
    )


def claim(now: datetime) -> OutboxMail | None:
    """Take the next mail for the time of a lease. Two workers never take the same one."""
    with transaction.atomic():
        skip = database.features.has_select_for_update_skip_locked
        mail = due(now).select_for_update(skip_locked=skip).first()
        if mail is None:
            return None
        mail.leased_until = now + settings.MAIL_LEASE
        mail.attempts += 1  # counted before: a mail that kills its worker does not come back for ever
        mail.save(update_fields=["leased_until", "attempts"])
        return mail


def attempt(mail: OutboxMail, server: BaseEmailBackend) -> Try:
    """Hand the mail to the server, and say what became of it. Whatever happens, it is an answer."""
    try:
        server.send_messages([message(mail)])
    except smtplib.SMTPRecipientsRefused as refused:
        return _answered(*next(iter(refused.recipients.values())))
    except smtplib.SMTPSenderRefused as refused:  # our own address: a setting to mend, not this mail's fault
        return Try(Fate.LATER, f"Expéditeur refusé par le serveur ({refused.smtp_code})")
    except smtplib.SMTPResponseException as refused:
        return _answered(refused.smtp_code, refused.smtp_error)
    except smtplib.SMTPNotSupportedError:
        return Try(Fate.REFUSED, "Adresse que le serveur ne sait pas écrire")
    except OSError as failure:  # cut, too slow, disk full
        return Try(Fate.CUT, f"Envoi interrompu ({type(failure).__name__})")
    except ValueError:
        return Try(Fate.REFUSED, "Adresse ou objet que le courriel ne peut pas porter")
    return Try(Fate.SENT)


def settle(mail: OutboxMail, done: Try, *, now: datetime) -> None:
    """Write down what became of the try, unless somebody else took the mail meanwhile."""
    mine = OutboxMail.objects.filter(pk=mail.pk, state=State.PENDING, leased_until=mail.leased_until)
    if done.fate is Fate.SENT:
        mine.update(state=State.SENT, sent_at=now, leased_until=None, last_error="")
        return
    most = MOST_REFUSALS if done.fate is Fate.REFUSED else MOST_ATTEMPTS
    state = State.FAILED if mail.attempts >= most else State.PENDING
    due_at = now + delay(mail.attempts, urgent=mail.urgent)
    mine.update(state=state, due_at=due_at, leased_until=None, last_error=done.why)
    logger.warning("mail %s not sent, attempt %d: %s", mail.pk, mail.attempts, done.why)


def delay(attempts: int, *, urgent: bool) -> timedelta:
    """How long to wait after so many tries: from a minute to half a day, an hour at most for urgent mails."""
    wait = DELAYS[min(attempts, len(DELAYS)) - 1]
    return min(wait, URGENT_DELAY) if urgent else wait


def message(mail: OutboxMail) -> EmailMultiAlternatives:
    """The mail as it leaves: the same at each try, down to its Message-ID and date."""
    site = current_site()
    composed = _Composed(
        subject=mail.subject_line,
        body=mail.text,
        from_email=sender(site.name),
        to=[mail.to],
        reply_to=[site.email] if site.email else None,
        headers={
            "Message-ID": mail.message_id,
            "Date": format_datetime(mail.created_at),
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )
    if mail.html:
        composed.attach_alternative(mail.html, "text/html")
    return composed


class _Composed(EmailMultiAlternatives):
    def message(self, **options: Any) -> Any:
        """As Django composes it, but for a long subject: Django leaves its first line blank, which some servers and
        readers take for an empty one."""
        composed = super().message(**options)
        composed.replace_header("Subject", Header(str(self.subject), "utf-8", header_name="Subject"))
        return composed


def sender(commune: str) -> str:
    """The address of the settings, under the commune's name unless the settings give another."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    if name in ("", "Portail Famille") and commune:
        name = f"Portail Famille · {commune}"
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{quoted}" <{address}>' if name else address


def _open(now: datetime) -> BaseEmailBackend:
    """A connection to the server; the mails that were waiting for it leave without further delay."""
    server = get_connection()
    try:
        server.open()
    except OSError as failure:
        why = f"{UNREACHABLE} ({type(failure).__name__})"
        _put_off(why, now)
        logger.warning("%s", why)
        raise ServerUnreachable(why) from failure
    waiting = OutboxMail.objects.filter(
        state=State.PENDING, due_at__gt=now, last_error__startswith=UNREACHABLE
    )
    if waiting.exists():
        waiting.update(due_at=now)
    return server


def _close(server: BaseEmailBackend) -> None:
    try:
        server.close()
    except OSError:
        logger.info("the mail server was gone before the end of the dialogue")


def _put_off(why: str, now: datetime) -> None:
    """All that is due waits, each by its own number of tries: one statement, not one connection a mail."""
    tries = range(MOST_ATTEMPTS)
    when = [
        When(attempts=n, urgent=urgent, then=Value(now + delay(n + 1, urgent=urgent)))
        for n in tries
        for urgent in (True, False)
    ]
    due(now).order_by().update(
        attempts=F("attempts") + 1,
        due_at=Case(*when, default=Value(now + DELAYS[-1])),
        state=Case(
            When(attempts__gte=MOST_ATTEMPTS - 1, then=Value(State.FAILED)), default=Value(State.PENDING)
        ),
        leased_until=None,
        last_error=why,
    )


_REASONS = {
    "5.1.1": "adresse inconnue",
    "5.1.2": "domaine inconnu",
    "5.1.3": "adresse mal écrite",
    "5.1.10": "adresse inconnue",
    "5.2.1": "boîte désactivée",
    "5.2.2": "boîte pleine",
    "4.2.2": "boîte pleine",
    "5.3.4": "message trop gros",
    "5.7.1": "refus du serveur destinataire",
    "4.7.1": "le serveur demande d'attendre",
}


def _answered(code: int, words: bytes | str) -> Try:
    """The server's answer, by its codes only: its words often repeat the address."""
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    first = text.split(maxsplit=1)[0] if text.strip() else ""
    status = first if first.replace(".", "").isdigit() and first.count(".") == 2 else ""
    reason = _REASONS.get(status, "refus du serveur" if code >= 500 else "le serveur demande d'attendre")
    shown = f"{code} {status}".strip()
    fate = Fate.REFUSED if 500 <= code < 600 else Fate.LATER
    return Try(Fate.CUT if code == 421 else fate, f"Réponse du serveur : {reason} ({shown})")
