"""The worker: sends mails, runs periodic jobs and long work, says that it is alive. Several may run together."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import close_old_connections, connection
from django.db.utils import InterfaceError, OperationalError
from django.utils import timezone

from portail.core import delivery, jobs, periodic
from portail.core.journal import acting_from
from portail.core.models import JournalEntry, WorkerBeat

logger = logging.getLogger(__name__)

BEAT = timedelta(seconds=5)
LATE = timedelta(seconds=30)
"""A worker not seen for so long is taken for dead."""
SHORTEST, LONGEST = 0.1, 1.0
"""Seconds between two looks at the outbox: short when there was work, a second when idle."""
DATABASE_PAUSE, SERVER_PAUSE = 30.0, 60.0


@dataclass
class Pace:
    """How long to wait before the next turn, in seconds: growing while nothing happens, or while something fails."""

    idle: float = SHORTEST
    database: float = 1.0
    mail_from: datetime | None = None
    mail_pause: float = 5.0


@dataclass
class Worker:
    name: str = field(default_factory=lambda: f"{socket.gethostname()[:60]}:{os.getpid()}")
    stopping: threading.Event = field(default_factory=threading.Event)
    clock: Callable[[], datetime] = timezone.now
    pace: Pace = field(default_factory=Pace)
    beaten_at: datetime | None = None


def run(worker: Worker) -> None:
    """Work until asked to stop. Returns once the mail or the job in hand is finished."""
    logger.info("worker %s started", worker.name)
    with acting_from(JournalEntry.Channel.WORKER):
        while not worker.stopping.is_set():
            worker.stopping.wait(turn(worker))
    _leave(worker)
    logger.info("worker %s stopped", worker.name)


def turn(worker: Worker) -> float:
    """One look at everything there is to do. Returns the seconds to wait before the next."""
    pace = worker.pace
    try:
        close_old_connections()
        _beat(worker)
        done = _mails(worker) + len(periodic.run_due(worker.clock, wanted=lambda: _goes_on(worker)))
        done += jobs.run_due(worker.clock, wanted=lambda: _goes_on(worker))
    except (OperationalError, InterfaceError) as lost:
        pause, pace.database = pace.database, min(pace.database * 2, DATABASE_PAUSE)
        logger.error("the database does not answer (%s), next try in %.0f s", type(lost).__name__, pause)
        connection.close()
        worker.beaten_at = None
        return pause
    pace.database = 1.0
    pace.idle = SHORTEST if done else min(pace.idle * 1.5, LONGEST)
    return 0.0 if done else pace.idle


def _mails(worker: Worker) -> int:
    pace, now = worker.pace, worker.clock()
    if pace.mail_from and now < pace.mail_from:
        return 0
    try:
        sent = delivery.deliver_due(worker.clock, wanted=lambda: _goes_on(worker))
    except delivery.ServerUnreachable:
        pace.mail_from = worker.clock() + timedelta(seconds=pace.mail_pause)
        pace.mail_pause = min(pace.mail_pause * 2, SERVER_PAUSE)
        return 0
    pace.mail_from, pace.mail_pause = None, Pace.mail_pause
    return sent


def _goes_on(worker: Worker) -> bool:
    """Asked between two mails or jobs: a long queue must not make the worker pass for dead."""
    _beat(worker)
    return not worker.stopping.is_set()


def _beat(worker: Worker) -> None:
    now = worker.clock()
    if worker.beaten_at is None:
        periodic.know_jobs(now)
        WorkerBeat.objects.update_or_create(
            name=worker.name, defaults={"seen_at": now}, create_defaults={"started_at": now, "seen_at": now}
        )
    elif now - worker.beaten_at < BEAT:
        return
    else:
        WorkerBeat.objects.filter(name=worker.name).update(seen_at=now)
    worker.beaten_at = now


def _leave(worker: Worker) -> None:
    """A worker that stops by itself is not one that died."""
    try:
        WorkerBeat.objects.filter(name=worker.name).delete()
    except (OperationalError, InterfaceError):
        logger.info("the database was gone before the worker")


def stop_on_signals(worker: Worker) -> None:
    """SIGTERM and Ctrl-C ask the worker to stop; it does between two mails."""

    def stop(*_: object) -> None:
        worker.stopping.set()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)


def last_seen(now: datetime) -> timedelta | None:
    """How long ago the most lively worker was seen, or None when there is none."""
    seen = WorkerBeat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    return max(now - seen, timedelta(0)) if seen else None
