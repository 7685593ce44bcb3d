"""The worker's turns: quick when there is work, cheap when there is none, patient when the database goes away."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import OperationalError

from portail.core import worker as work
from portail.core.models import OutboxMail, PeriodicRun, WorkerBeat
from tests.core.mails import outbox_mail
from tests.core.test_delivery import Clock, closed_port
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def worker(clock, settings, monkeypatch) -> work.Worker:
    settings.PORTAIL_PERIODIC = {}
    # Inside a test's transaction the connection must stay.
    monkeypatch.setattr(work, "close_old_connections", lambda: None)
    return work.Worker(name="ici:1", clock=clock)


def test_it_sends_at_once_and_looks_again(worker, smtp_server):
    outbox_mail()
    assert work.turn(worker) == 0
    assert len(smtp_server.messages) == 1


def test_idle_turns_are_a_second_apart_at_most_and_a_few_reads(
    worker, settings, smtp_server, django_assert_num_queries
):
    settings.PORTAIL_PERIODIC = {"beats": ("portail.core.upkeep.forget_beats", timedelta(hours=6))}
    settings.PORTAIL_JOBS = {"count": "tests.core.test_jobs.count"}
    work.turn(worker)
    pauses = [work.turn(worker) for _ in range(10)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == 1.0
    with django_assert_num_queries(3):
        work.turn(worker)
    outbox_mail()
    assert work.turn(worker) == 0
    assert work.turn(worker) < 0.2


def test_it_says_that_it_is_alive_even_in_the_middle_of_a_long_queue(worker, clock, smtp_server, monkeypatch):
    for _ in range(3):
        outbox_mail()
    seen = []

    def slow(mail, server):
        clock.forward(seconds=20)
        seen.append(work.last_seen(clock.now))
        return original(mail, server)

    original = work.delivery.attempt
    monkeypatch.setattr(work.delivery, "attempt", slow)
    work.turn(worker)
    assert seen == [timedelta(seconds=20)] * 3


def test_a_beat_is_written_every_few_seconds_and_gone_when_it_stops(worker, clock, smtp_server):
    assert work.last_seen(NOW) is None
    work.turn(worker)
    clock.forward(seconds=4)
    work.turn(worker)
    assert work.last_seen(clock.now) == timedelta(seconds=4)
    clock.forward(seconds=2)
    work.turn(worker)
    assert work.last_seen(clock.now) == timedelta(0)
    worker.stopping.set()
    work.run(worker)
    assert not WorkerBeat.objects.exists()


def test_an_absent_mail_server_is_not_asked_at_each_turn(worker, clock, settings, smtp_server):
    settings.EMAIL_PORT = closed_port()
    outbox_mail()
    work.turn(worker)
    outbox_mail(urgent=True)
    work.turn(worker)
    assert list(OutboxMail.objects.order_by("pk").values_list("attempts", flat=True)) == [1, 0]
    settings.EMAIL_PORT = smtp_server.port
    clock.forward(seconds=5)
    work.turn(worker)
    assert len(smtp_server.messages) == 2


@pytest.mark.django_db(transaction=True)
def test_a_lost_database_is_waited_for_longer_and_longer(worker, smtp_server):
    class Gone:
        def __call__(self, execute, sql, params, many, context):
            raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(Gone()):
        assert [work.turn(worker) for _ in range(7)] == [1, 2, 4, 8, 16, 30, 30]
    assert work.turn(worker) < 1
    assert work.last_seen(NOW) == timedelta(0)


def test_jobs_run_in_the_worker(worker, clock, settings, smtp_server):
    settings.PORTAIL_PERIODIC = {"beats": ("portail.core.upkeep.forget_beats", timedelta(hours=6))}
    assert work.turn(worker) == 0
    assert PeriodicRun.objects.get().next_at == NOW + timedelta(hours=6)
