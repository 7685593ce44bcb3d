"""Long work: its progress, its slices, its failures, and a dead worker's taken up again."""

from datetime import timedelta

import pytest

from portail.core import jobs
from portail.core.models import Job
from tests.factories import NOW

pytestmark = pytest.mark.django_db
steps: list[int] = []


def count(job, clock):
    """Three steps, whatever was done before."""
    while len(steps) < 3:
        steps.append(len(steps))
        yield len(steps), 3


def broken(job, clock):
    yield 1, 2
    raise ValueError("le dossier de zoe@exemple.fr")


@pytest.fixture(autouse=True)
def kinds(settings):
    steps.clear()
    settings.PORTAIL_JOBS = {"count": "tests.core.test_jobs.count", "broken": "tests.core.test_jobs.broken"}


def test_work_is_done_and_says_how_far_it_is():
    job = jobs.start("count", "run:1", now=NOW)
    assert jobs.start("count", "run:1", now=NOW) == job
    assert jobs.run_due(lambda: NOW) == 4
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.finished_at) == (Job.State.DONE, 3, 3, NOW)
    assert jobs.run_due(lambda: NOW) == 0
    assert jobs.start("count", "run:1", now=NOW) != job
    assert jobs.last("run:1").pk != job.pk


def test_a_long_job_is_left_aside_for_others_and_goes_on():
    moments = iter(NOW + n * jobs.SLICE for n in range(20))
    job = jobs.start("count", "run:1", now=NOW)
    assert jobs.run_due(lambda: next(moments)) == 1
    job.refresh_from_db()
    assert (job.state, job.done, job.leased_until) == (Job.State.WAITING, 1, None)
    assert jobs.run_due(lambda: next(moments)) == 1


def test_the_work_of_a_dead_worker_is_taken_up_when_its_lease_ends():
    job = jobs.start("count", "run:1", now=NOW)
    assert jobs._claim(NOW) == job  # and the worker is killed here
    assert jobs.run_due(lambda: NOW + timedelta(seconds=1)) == 0
    assert jobs.run_due(lambda: NOW + jobs.LEASE) == 4
    job.refresh_from_db()
    assert job.state == Job.State.DONE


def test_a_worker_that_lost_its_lease_stops():
    jobs.start("count", "run:1", now=NOW)
    late = iter([NOW, NOW])

    def clock():
        moment = next(late)
        Job.objects.filter(leased_until__isnull=False).update(leased_until=NOW + timedelta(hours=1))
        return moment

    claimed = jobs._claim(NOW)
    assert jobs._work(claimed, clock, lambda: True) == 1
    assert len(steps) == 1


def test_what_breaks_is_tried_again_then_stops_and_names_nobody():
    job = jobs.start("broken", "run:1", now=NOW)
    moment = NOW
    for _ in range(len(jobs.DELAYS) + 1):
        jobs.run_due(lambda at=moment: at)
        moment += timedelta(hours=1)
    job.refresh_from_db()
    assert (job.state, job.attempts) == (Job.State.FAILED, 5)
    assert job.last_error.startswith("ValueError")
    assert "zoe" not in job.last_error
    assert jobs.run_due(lambda: moment) == 0


def test_a_job_stops_when_the_worker_is_asked_to():
    jobs.start("count", "run:1", now=NOW)
    assert jobs.run_due(lambda: NOW, wanted=lambda: False) == 1
    assert Job.objects.get().state == Job.State.WAITING
