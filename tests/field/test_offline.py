"""Without network: what the device may keep, for whom, and the queue that gives the same list however it arrives."""

import json
import re
from datetime import timedelta
from uuid import UUID, uuid5

import pytest
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.attendance.models import Mark, Reading
from portail.attendance.queries.lists import day_list
from portail.bookings.models import Absence
from portail.families.models import ChildHealth
from portail.field import offline
from portail.field.batch import skew_of
from portail.field.forms.marks import MarkForm
from tests import factories as make
from tests.attendance.lists import assign, mark, session, touch
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lunch(cast, today):
    """Léa and Noé at the canteen today, where Lou is assigned."""
    assign(cast.lou, cast.offer.place)
    found = session(cast)
    make.BookingFactory(child=cast.lea, session=found, household=cast.bob.household)
    make.BookingFactory(child=cast.noe, session=found, household=cast.alice.household)
    return found


@pytest.fixture
def tablet(client, cast, lunch):
    client.force_login(cast.lou)
    return client


def state(client) -> dict:
    return client.get(reverse("field:state")).json()


def kept(client, lunch, **asked):
    return client.get(reverse("field:roll", args=[lunch.pk]), asked)


def test_the_device_asks_who_it_is_and_which_lists_to_keep(tablet, cast, lunch):
    session(cast, make.NOW.date() + timedelta(days=1))
    make.SessionFactory(service=cast.canteen, place__name="Ailleurs", date=make.NOW.date())
    found = state(tablet)
    assert found.pop("csrf")
    assert found == {"user": cast.lou.pk, "now": NOW.isoformat(), "day": "2026-11-24", "sessions": [lunch.pk]}


def test_who_has_every_place_keeps_none_but_its_own(client, cast, lunch):
    client.force_login(cast.agnes)
    assert state(client)["sessions"] == []
    assert kept(client, lunch).status_code == 404
    assign(cast.agnes, cast.offer.place)
    assert state(client)["sessions"] == [lunch.pk]


def test_a_session_that_ended_says_so_and_the_marks_stay_on_the_device(client, lunch):
    assert client.get(reverse("field:state")).status_code == 401
    assert client.post(reverse("field:marks"), "{}", content_type="application/json").status_code == 401


def test_a_list_is_kept_with_as_little_as_it_takes(tablet, cast, lunch):
    ChildHealth.objects.create(
        child=cast.noe, diet="sans porc", allergies="Kiwi", has_pai=True, care="Trousse"
    )
    Absence.objects.create(booking=lunch.bookings.get(child=cast.lea), told_at=NOW, reason="maladie")
    mark(cast.lou, one := touch(lunch, cast.noe, "present"))
    found = kept(tablet, lunch)
    assert found["Cache-Control"] == "private, no-store"
    lea, noe = found.json()["rows"]
    assert lea == {
        "who": cast.lea.pk,
        "is_guest": False,
        "name": "Martin Léa",
        "group": lea["group"],
        "is_booked": True,
        "is_expected": False,
        "is_absent": True,
        "in_conflict": False,
        "care": [],
        "state": {"presence": "waited", "arrived": "", "left": "", "last": None},
    }
    assert noe["care"] == ["PAI", "Allergie : Kiwi", "sans porc"]
    assert noe["state"] == {"presence": "present", "arrived": "", "left": "", "last": str(one.token)}
    assert not re.search("Trousse|maladie|Durand|birth|0[1-9]([ .]?[0-9]{2}){4}", found.content.decode())
    assert Reading.objects.filter(user=cast.lou, session=lunch).count() == 1


def test_a_list_that_did_not_change_is_not_sent_again(tablet, cast, lunch, django_assert_num_queries):
    version = kept(tablet, lunch).json()["v"]
    with django_assert_num_queries(6):
        assert kept(tablet, lunch, v=version).status_code == 204
    mark(cast.lou, touch(lunch, cast.noe, "present"))
    assert kept(tablet, lunch, v=version).status_code == 200


@pytest.mark.parametrize("who", ["anonymous", "alice", "lou"])
def test_the_empty_page_and_the_worker_are_the_same_for_everybody(client, cast, lunch, who):
    if who != "anonymous":
        client.force_login(cast.lou if who == "lou" else cast.alice.user)
    page, code = client.get(reverse("field:offline")), client.get(reverse("field:worker"))
    assert page.content.decode() == offline.empty_page()
    assert code.content == offline.worker()
    assert not re.search("Martin|Lou|csrf", page.content.decode())
    assert 'data-user=""' in page.content.decode()
    assert {page["Cache-Control"], code["Cache-Control"]} == {"no-cache"}


def test_the_worker_keeps_the_empty_page_and_its_files_alone(client, cast):
    code = client.get(reverse("field:worker")).content.decode()
    kept = json.loads(re.match(r"const KEPT = (.*);\n", code)[1])
    assert kept["page"] == "/terrain/hors-ligne/"
    assert [re.sub(r"-[0-9a-f]+\.", "-….", url) for url in kept["files"]] == [
        "/style-….css",
        "/static/portail/icons.svg",
        "/terrain/script-….js",
    ]
    # What is put in the cache is put there once, when it is installed: no answer to anybody ever is.
    assert code.count("addAll(") == 1
    assert not re.search(r"\.put\(|\.add\(", code)
    assert 'credentials: "omit"' in code


def test_the_application_can_be_installed(client, cast):
    found = client.get(reverse("field:manifest"))
    assert found["Content-Type"] == "application/manifest+json"
    assert (found.json()["start_url"], found.json()["scope"]) == ("/terrain/", "/terrain/")
    for each in found.json()["icons"]:
        assert client.get(each["src"]).content.startswith(b"\x89PNG")
    assert client.get(reverse("field:icon", args=[7])).status_code == 404


def test_a_page_of_the_lists_has_its_script_its_manifest_and_who_it_is(tablet, cast, lunch):
    page = tablet.get(reverse("field:list", args=[lunch.pk])).content.decode()
    assert offline.script_url() in page
    assert f'href="{reverse("field:manifest")}"' in page
    assert f'data-user="{cast.lou.pk}"' in page
    script = tablet.get(offline.script_url())
    assert "immutable" in script["Cache-Control"]
    assert tablet.get(reverse("field:script", args=["old"]))["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("behind", "moved"),
    [(0, 0), (29, 0), (31, 1), (-29, 0), (-31, -1), (7200, 120), (-64_800, -1080)],
)
def test_the_clock_of_the_device_is_compared_with_ours(behind, moved):
    assert skew_of(NOW - timedelta(seconds=behind), NOW) == timedelta(minutes=moved)
    assert skew_of(None, NOW) == timedelta(0)


@pytest.mark.parametrize("minutes", [-1080, -12, 12, 1080])
def test_the_marks_of_a_wrong_clock_come_at_our_time(tablet, cast, lunch, minutes):
    wrong = NOW + timedelta(minutes=minutes)
    body = {"now": wrong.isoformat(), "marks": [item(lunch, cast.lea.pk, "arrived", wrong, 0)]}
    assert send(tablet, body) == ["accepted"]
    row = Mark.objects.get()
    assert (row.at, row.hour.isoformat()) == (NOW, "10:00:00")


@pytest.mark.parametrize("now", ["yesterday", "2026-11-24T10:00:00", 12, ["2026"], "1999-01-01T00:00:00Z"])
def test_a_clock_that_means_nothing_stops_the_queue_whole(tablet, cast, lunch, now):
    body = {"now": now, "marks": [item(lunch, cast.lea.pk, "present", NOW, 0)]}
    assert (
        tablet.post(reverse("field:marks"), json.dumps(body), content_type="application/json").status_code
        == 400
    )
    assert not Mark.objects.exists()


def test_the_device_gives_a_touch_the_token_that_the_server_would_give(tablet, cast, lunch):
    """terrain.js makes it of the same words: what is sent both ways is one mark."""
    space, target = UUID(int=7), UUID(int=9)
    form = MarkForm({"token": space, "child": cast.lea.pk, "kind": f"left:{target.hex}"})
    assert form.is_valid()
    told = f"left|{target}|None||{cast.lea.pk}|None"
    assert form.touch(lunch, NOW).token == uuid5(space, told)


# --- however the queue arrives


def item(lunch, child: int, kind: str, at, number: int, target: int | None = None) -> dict:
    return {
        "token": str(UUID(int=1000 + number)),
        "session": lunch.pk,
        "child": child,
        "kind": kind,
        "at": at.isoformat(),
        "target": None if target is None else str(UUID(int=1000 + target)),
    }


def send(client, body) -> list[str]:
    answer = client.post(reverse("field:marks"), json.dumps(body), content_type="application/json")
    assert answer.status_code == 200, answer.content
    return [one["status"] for one in answer.json()["marks"]]


KINDS = ("present", "absent", "arrived", "left", "undo")
TOUCHES = st.lists(
    st.tuples(st.booleans(), st.sampled_from(KINDS), st.integers(0, 7)), min_size=1, max_size=8
)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(touches=TOUCHES, chance=st.randoms(use_true_random=False), slow=st.integers(-90, 90))
def test_the_queue_in_any_order_doubled_or_cut_gives_the_same_list(
    tablet, cast, lunch, touches, chance, slow
):
    """`slow`: minutes that the clock of the device is behind."""
    device = NOW - timedelta(minutes=slow)
    queue = []
    for number, (is_lea, kind, aim) in enumerate(touches):
        target = aim % number if number and kind in ("undo", "left") else None
        at = device - timedelta(seconds=60 - number)
        queue.append(item(lunch, (cast.lea if is_lea else cast.noe).pk, kind, at, number, target))

    def told(parts: list[list[dict]]) -> tuple:
        Mark.objects.all().delete()
        for part in parts:
            send(tablet, {"now": device.isoformat(), "marks": part})
        found = day_list(lunch)
        assert Mark.objects.count() == len(queue)
        return found.count, [(row.who, row.state) for row in found.rows]

    expected = told([queue])
    shuffled = chance.sample(queue + chance.sample(queue, len(queue) // 2), len(queue) + len(queue) // 2)
    cut = chance.randrange(len(shuffled) + 1)
    assert told([shuffled[:cut], shuffled[cut:]]) == expected
    assert told([queue[:cut], queue, queue[cut:]]) == expected  # cut, begun again, and its end once more


def test_nobody_else_is_told_what_the_device_may_keep(cast, lunch):
    for who, status in ((cast.alice.user, 404), (cast.renee, 403)):
        client = Client()
        client.force_login(who)
        assert client.get(reverse("field:state")).status_code == status
        assert kept(client, lunch).status_code == status
