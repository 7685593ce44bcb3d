"""What supervisors are told."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.utils import OperationalError
from django.utils import timezone

from portail.core.models import WorkerBeat


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("age", "told"),
    [(None, ("absent", None)), (timedelta(seconds=3), ("alive", 3)), (timedelta(minutes=5), ("late", 300))],
)
def test_the_worker_s_age_is_told_to_whoever_watches(client, age, told, django_assert_num_queries):
    if age is not None:
        now = timezone.now()
        WorkerBeat.objects.create(name="ici:1", started_at=now - age, seen_at=now - age)
    with django_assert_num_queries(1):
        response = client.get("/sante/")
    assert response.status_code == 200
    found = response.json()
    assert found["database"] == "ok"
    assert (found["worker"], found["worker_seen_seconds_ago"]) == told
    assert "no-store" in response.headers["Cache-Control"]


@pytest.mark.django_db
def test_a_lost_database_is_a_503(client):
    def gone(*args):
        raise OperationalError("zoe@exemple.fr")

    with connection.execute_wrapper(gone):
        response = client.get("/sante/")
    assert response.status_code == 503
    assert response.json() == {"database": "unreachable"}
