"""The queue of a tablet, in JSON: each mark answered, nothing written of what cannot be read."""

import json
from uuid import uuid4

import pytest
from django.urls import reverse

from portail.attendance.models import Mark
from portail.field import batch
from tests.attendance.lists import assign, session
from tests.factories import NOW

pytestmark = pytest.mark.django_db
AT = NOW.isoformat()


@pytest.fixture
def lunch(cast, today):
    assign(cast.lou, cast.offer.place)
    return session(cast)


@pytest.fixture
def tablet(client, cast):
    client.force_login(cast.lou)
    return client


def send(client, marks, **more):
    body = {"device": "Tablette 1", "marks": marks} if isinstance(marks, list) else marks
    return client.post(reverse("field:marks"), json.dumps(body), content_type="application/json", **more)


def item(lunch, child, kind="present", **more):
    return {"token": str(uuid4()), "session": lunch.pk, "child": child.pk, "kind": kind, "at": AT, **more}


def test_each_mark_is_answered_in_order(tablet, cast, lunch):
    good = item(lunch, cast.lea, "left", hour="09:40")
    late = item(lunch, cast.noe) | {"session": 999_999}
    answers = send(tablet, [good, late, good]).json()["marks"]
    assert [a["status"] for a in answers] == ["accepted", "refused", "already"]
    assert [a["token"] for a in answers] == [good["token"], late["token"], good["token"]]
    assert (answers[1]["code"], answers[1]["reason"][:12]) == ("unknown-session", "Cette liste ")
    row = Mark.objects.get()
    assert (row.hour.isoformat(), row.device, row.author) == ("09:40:00", "Tablette 1", cast.lou)


BAD = [
    {"token": "x"},
    {"token": None},
    {"session": "1"},
    {"session": True},
    {"session": 2**70},
    {"child": 1.5},
    {"kind": "eaten"},
    {"kind": ["present"]},
    {"at": "2026-11-24T10:00"},
    {"at": "0001-01-01T00:00+00:00"},
    {"at": 12},
    {"hour": "25:00"},
    {"hour": "08:00+01:00"},
    {"target": 5},
    {"text": "a\0b"},
    {"text": "\ud800"},
    {"text": {}},
]


@pytest.mark.parametrize("bad", BAD)
def test_what_cannot_be_read_is_refused_alone(tablet, cast, lunch, bad):
    answers = send(tablet, [item(lunch, cast.lea) | bad, item(lunch, cast.noe)]).json()["marks"]
    assert [(a["status"], a.get("code")) for a in answers] == [("refused", "malformed"), ("accepted", None)]


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"marks": 3}', b"\xff", b'{"device": 3, "marks": []}', b"[" * 100_000]
)
def test_no_queue_at_all(tablet, body, lunch):
    answer = tablet.post(reverse("field:marks"), body, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable")


def test_too_much_at_once(tablet, cast, lunch):
    answer = send(tablet, [item(lunch, cast.lea) for _ in range(batch.MOST + 1)])
    assert (answer.status_code, answer.json()["most"]) == (413, batch.MOST)
    huge = tablet.post(reverse("field:marks"), b" " * (batch.LARGEST + 1), content_type="application/json")
    assert huge.status_code == 413
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    ("who", "status"), [(None, 401), ("alice", 404), ("remi", 403), ("renee", 403), ("lou", 200)]
)
def test_who_may_send(client, cast, lunch, who, status):
    if who:
        client.force_login(cast.alice.user if who == "alice" else getattr(cast, who))
    assert send(client, [item(lunch, cast.lea)]).status_code == status
    assert Mark.objects.count() == (status == 200)


def test_a_queue_is_posted(tablet, lunch):
    assert tablet.get(reverse("field:marks")).status_code == 405
