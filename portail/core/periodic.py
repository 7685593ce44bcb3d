"""Jobs that come back: each runs in one worker at a time, and one that fails keeps its failure and comes again."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.module_loading import import_string

from portail.core.failures import told
from portail.core.models import PeriodicRun

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]

LEASE = timedelta(minutes=30)
"""A job is short; one that lasts longer than this may run twice at a time."""
RETRY = timedelta(minutes=5)


def run_due(clock: Clock, *, wanted: Callable[[], bool] = lambda: True) -> list[str]:
    """Run the jobs of settings.PORTAIL_PERIODIC whose time has come. Returns the names of those that were run."""
    run = []
    for name in _free(clock()).values_list("name", flat=True):
        if wanted() and (lease := _claim(name, clock())):
            _run(name, lease, clock)
            run.append(name)
    return run


def know_jobs(now: datetime) -> None:
    """Give every job of the settings its row; those that the settings name no more lose theirs."""
    PeriodicRun.objects.exclude(name__in=settings.PORTAIL_PERIODIC).delete()
    PeriodicRun.objects.bulk_create(
        [PeriodicRun(name=name, next_at=now) for name in settings.PORTAIL_PERIODIC], ignore_conflicts=True
    )


def _free(now: datetime) -> QuerySet[PeriodicRun]:
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    return PeriodicRun.objects.filter(free, name__in=settings.PORTAIL_PERIODIC, next_at__lte=now).order_by(
        "next_at", "name"
    )


def _claim(name: str, now: datetime) -> datetime | None:
    """The lease under which this worker runs the job, or None when another one has it."""
    lease = now + LEASE
    with transaction.atomic():
        taken = _free(now).filter(name=name).order_by().update(leased_until=lease, started_at=now)
    return lease if taken else None


def _run(name: str, lease: datetime, clock: Clock) -> None:
    function, interval = settings.PORTAIL_PERIODIC[name]
    failure = ""
    # A database that went away shows again at the update below, and there the worker learns it.
    try:
        import_string(function)(now=clock())
    except Exception as broken:  # noqa: BLE001 - whatever a job breaks, mails and other jobs must go on
        failure = told(broken)
        logger.error("periodic job %s: %s", name, failure)
    now = clock()
    PeriodicRun.objects.filter(name=name, leased_until=lease).update(
        leased_until=None,
        finished_at=now,
        next_at=now + (min(RETRY, interval) if failure else interval),
        last_error=failure[:300],
    )
