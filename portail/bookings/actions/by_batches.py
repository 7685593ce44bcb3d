"""Doing something to many families: a batch a transaction, so that a worker killed in between goes on from there."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction

from portail.core.jobs import Clock
from portail.core.models import Job

AT_ONCE = 20
"""Families dealt with in one transaction, and those few enough not to need the worker."""

Batch = Callable[[Job | None, datetime], int]
"""Does the next few and says how many are left; called inside a transaction, with the job locked when there is one."""


def go_on(job: Job, clock: Clock, batch: Batch) -> Iterator[tuple[int, int]]:
    """The body of a job: batches until nothing is left, with the progress. `batch` finds by itself what is left."""
    total = 0
    while True:
        with transaction.atomic():
            mine = Job.objects.select_for_update().get(pk=job.pk)
            left = batch(mine, clock())
        total = total or int(mine.data.get("total", 0)) or left
        yield max(total - left, 0), max(total, 1)
        if not left:
            return


def take_up_again(subject: str, *, now: datetime) -> Job | None:
    """Go on, from where it stopped, with the last work on this subject if it had to stop."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(subject=subject).order_by("-pk").first()
        if job is None or job.state != Job.State.FAILED:
            return None
        job.state, job.attempts, job.due_at, job.finished_at = Job.State.WAITING, 0, now, None
        job.save(update_fields=["state", "attempts", "due_at", "finished_at"])
        return job
