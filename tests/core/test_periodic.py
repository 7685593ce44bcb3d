"""Periodic jobs: in time, one worker at a time, and a failing one neither hidden nor in the way."""

from datetime import timedelta

import pytest

from portail.core import periodic
from portail.core.models import PeriodicRun
from tests.factories import NOW

pytestmark = pytest.mark.django_db
ran: list[tuple[str, object]] = []


def good(*, now):
    ran.append(("good", now))


def bad(*, now):
    ran.append(("bad", now))
    raise ValueError("zoe@exemple.fr a un compte")


@pytest.fixture(autouse=True)
def jobs(settings):
    ran.clear()
    settings.PORTAIL_PERIODIC = {
        "bad": ("tests.core.test_periodic.bad", timedelta(hours=1)),
        "good": ("tests.core.test_periodic.good", timedelta(minutes=10)),
    }
    periodic.know_jobs(NOW)


def run_at(moment):
    return periodic.run_due(lambda: moment)


def test_each_job_runs_when_its_time_comes():
    assert run_at(NOW) == ["bad", "good"]
    assert run_at(NOW + timedelta(minutes=4)) == []
    assert run_at(NOW + timedelta(minutes=10)) == ["bad", "good"]
    assert ran[1] == ("good", NOW)


def test_a_failing_job_is_kept_without_its_words_and_comes_again_soon(caplog):
    run_at(NOW)
    row = PeriodicRun.objects.get(name="bad")
    assert row.next_at == NOW + periodic.RETRY
    assert row.last_error.startswith("ValueError, tests/core/test_periodic.py:")
    assert row.last_error.endswith("(bad)")
    assert "zoe" not in row.last_error + caplog.text
    assert PeriodicRun.objects.get(name="good").last_error == ""


def test_a_job_in_hand_is_left_alone_until_its_lease_ends():
    assert periodic._claim("good", NOW) == NOW + periodic.LEASE
    assert run_at(NOW) == ["bad"]
    assert "good" in run_at(NOW + periodic.LEASE)


def test_a_job_that_the_settings_name_no_more_is_forgotten(settings):
    settings.PORTAIL_PERIODIC = {"good": settings.PORTAIL_PERIODIC["good"]}
    assert run_at(NOW) == ["good"]
    periodic.know_jobs(NOW)
    assert list(PeriodicRun.objects.values_list("name", flat=True)) == ["good"]


def test_starting_again_does_not_bring_a_job_forward():
    run_at(NOW)
    periodic.know_jobs(NOW + timedelta(minutes=1))
    assert run_at(NOW + timedelta(minutes=1)) == []
