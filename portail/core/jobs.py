"""Long work that somebody asked for: done by the worker in batches, with its progress, whoever dies meanwhile.

A kind of work is a generator named in settings.PORTAIL_JOBS. It receives its `Job` and the clock, does a batch in a
transaction of its own, yields `(done, total)`, and goes on; started again, it does what is left and nothing twice. It
is left aside after a few seconds, so that urgent mails never wait for it.
"""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from portail.core.failures import told
from portail.core.models import Job

if TYPE_CHECKING:
    from portail.accounts.models import User

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
Work = Callable[[Job, Clock], Iterator[tuple[int, int]]]

LEASE = timedelta(seconds=45)
"""A worker that says nothing for so long has lost the job: a batch must be much shorter."""
SLICE = timedelta(seconds=3)
DELAYS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600))
"""Before each new try of a job that broke; after the last one it stops, and says why."""


def start(
    kind: str,
    subject: str,
    *,
    now: datetime,
    actor: "User | None" = None,
    data: dict[str, Any] | None = None,
) -> Job:
    """Ask for this work, inside the transaction that makes it needed. The one under way is answered if there is one."""
    assert kind in settings.PORTAIL_JOBS, kind
    waiting = Job.objects.filter(kind=kind, subject=subject, state=Job.State.WAITING).first()
    if waiting is not None:
        return waiting
    return Job.objects.create(
        kind=kind, subject=subject, data=data or {}, created_at=now, due_at=now, created_by=actor
    )


def last(subject: str, kind: str = "") -> Job | None:
    """The latest work on this subject, for a page that shows how far it is."""
    found = Job.objects.filter(subject=subject, **({"kind": kind} if kind else {}))
    return found.order_by("-pk").first()


def run_due(clock: Clock, *, wanted: Callable[[], bool] = lambda: True) -> int:
    """Give the next job that is due some time. Returns how many batches were done."""
    if not _free(clock()).exists():
        return 0
    job = _claim(clock())
    return 0 if job is None else _work(job, clock, wanted)


def finish(job: Job, clock: Clock) -> None:
    """Do a job from here to its end, in this process (commands, tests). What breaks it is raised."""
    for done, total in _function(job.kind)(job, clock):
        Job.objects.filter(pk=job.pk).update(done=done, total=total)
    _close(job, clock())


def _free(now: datetime) -> QuerySet[Job]:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return Job.objects.filter(
        free, kind__in=settings.PORTAIL_JOBS, state=Job.State.WAITING, due_at__lte=now
    ).order_by("due_at", "pk")


def _claim(now: datetime) -> Job | None:
    with transaction.atomic():
        skip = connection.features.has_select_for_update_skip_locked
        job = _free(now).select_for_update(skip_locked=skip).first()
        if job is not None:
            job.leased_until = now + LEASE
            job.save(update_fields=["leased_until"])
        return job


def _work(job: Job, clock: Clock, wanted: Callable[[], bool]) -> int:
    batches, until = 0, clock() + SLICE
    mine = Job.objects.filter(pk=job.pk, leased_until=job.leased_until)
    try:
        for done, total in _function(job.kind)(job, clock):
            batches += 1
            now = clock()
            over = now >= until or not wanted()
            lease = None if over else now + LEASE
            if not mine.update(done=done, total=total, leased_until=lease):
                return batches  # somebody else has taken it up: they go on
            mine = Job.objects.filter(pk=job.pk, leased_until=lease)
            if over:
                Job.objects.filter(pk=job.pk).update(due_at=now)
                return batches
    except Exception as broken:  # noqa: BLE001 - whatever breaks one job, mails and other jobs must go on
        _put_off(job, told(broken), clock())
    else:
        _close(job, clock())
    return batches + 1


def _function(kind: str) -> Work:
    found: Work = import_string(settings.PORTAIL_JOBS[kind])
    return found


def _close(job: Job, now: datetime) -> None:
    Job.objects.filter(pk=job.pk).update(
        state=Job.State.DONE, finished_at=now, leased_until=None, last_error="", attempts=0
    )


def _put_off(job: Job, why: str, now: datetime) -> None:
    job.refresh_from_db()
    job.attempts += 1
    job.last_error, job.leased_until = why[:300], None
    if job.attempts > len(DELAYS):
        job.state, job.finished_at = Job.State.FAILED, now
    else:
        job.due_at = now + DELAYS[job.attempts - 1]
    job.save(update_fields=["attempts", "last_error", "leased_until", "state", "finished_at", "due_at"])
    logger.error("job %s: %s", job.kind, why)
