"""What the core cleans by itself, as periodic jobs. Each is short, and running it twice is running it once."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection

from portail.core.models import JournalEntry, OutboxMail, WorkerBeat

MAIL_BODIES = timedelta(days=90)
ADDRESSES = timedelta(days=365)
"""A year: what the CNIL advises for traces of connection."""
BEATS = timedelta(days=1)


def clear_sessions(*, now: datetime) -> None:
    """Forget sessions that ended."""
    SessionStore.clear_expired()


def clear_cache(*, now: datetime) -> None:
    """Drop what expired from the database cache, which otherwise only empties itself when it is full."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    moment = connection.ops.adapt_datetimefield_value(now.replace(microsecond=0))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [moment])  # noqa: S608 - the table is ours


def forget_mail_bodies(*, now: datetime) -> None:
    """Keep that a mail was sent and when, not what it said, after 90 days."""
    OutboxMail.objects.exclude(state=OutboxMail.State.PENDING).exclude(text="").filter(
        created_at__lt=now - MAIL_BODIES
    ).update(text="", html="")


def forget_addresses(*, now: datetime) -> None:
    """Take IP addresses out of the journal after a year."""
    JournalEntry.objects.exclude(ip=None).filter(at__lt=now - ADDRESSES).update(ip=None)


def forget_beats(*, now: datetime) -> None:
    """Workers that stopped are of no interest the day after."""
    WorkerBeat.objects.filter(seen_at__lt=now - BEATS).delete()
