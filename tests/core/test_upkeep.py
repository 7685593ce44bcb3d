"""What the core forgets, and when."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.utils import timezone

from portail.core import upkeep
from portail.core.journal import acting_from, record
from portail.core.models import JournalEntry, OutboxMail, WorkerBeat
from tests.core.mails import outbox_mail
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def test_texts_of_old_mails_go_but_not_that_they_were_sent():
    old = NOW - 91 * DAY
    sent = outbox_mail(old, state=OutboxMail.State.SENT, sent_at=old)
    waiting = outbox_mail(old)
    recent = outbox_mail(NOW - 89 * DAY, state=OutboxMail.State.SENT)
    upkeep.forget_mail_bodies(now=NOW)
    for mail in (sent, waiting, recent):
        mail.refresh_from_db()
    assert (sent.text, sent.html, sent.sent_at) == ("", "", old)
    assert waiting.text
    assert recent.html


def test_addresses_leave_the_journal_after_a_year():
    with acting_from(JournalEntry.Channel.FRONT, "203.0.113.7"):
        old = record("booking.changed", "household:1", summary="…", now=NOW - 366 * DAY)
        recent = record("booking.changed", "household:1", summary="…", now=NOW - 364 * DAY)
    upkeep.forget_addresses(now=NOW)
    old.refresh_from_db()
    recent.refresh_from_db()
    assert (old.ip, recent.ip) == (None, "203.0.113.7")


def test_ended_sessions_go():
    now = timezone.now()
    Session.objects.create(session_key="a", session_data="", expire_date=now - DAY)
    Session.objects.create(session_key="b", session_data="", expire_date=now + DAY)
    upkeep.clear_sessions(now=now)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["b"]


def test_expired_rows_leave_the_cache_and_live_ones_stay():
    cache = caches["default"]
    cache.set("expired", 1, timeout=10)
    cache.set("alive", 1, timeout=3600)
    upkeep.clear_cache(now=timezone.now() + timedelta(minutes=1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM core_cache")
        assert [key for (key,) in cursor.fetchall()] == [cache.make_key("alive")]


def test_yesterday_s_workers_are_forgotten():
    WorkerBeat.objects.create(name="mort", started_at=NOW - 3 * DAY, seen_at=NOW - 2 * DAY)
    WorkerBeat.objects.create(name="vif", started_at=NOW - 3 * DAY, seen_at=NOW)
    upkeep.forget_beats(now=NOW)
    assert WorkerBeat.objects.get().name == "vif"
