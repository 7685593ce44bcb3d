"""The list on paper, and typed afterwards."""

from datetime import time, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from portail.attendance.models import Mark
from portail.attendance.queries.marks import states
from portail.core.models import JournalEntry
from portail.families.models import ChildHealth
from tests import factories as make
from tests.attendance.lists import TODAY, assign, mark, session, touch
from tests.factories import NOW
from tests.pdfs import text as text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def lunch(cast, today):
    today.move_to(NOW.replace(hour=14))
    found = session(cast)
    make.BookingFactory(child=cast.lea, session=found, household=cast.bob.household)
    make.BookingFactory(child=cast.noe, session=found, household=cast.alice.household)
    return found


@pytest.fixture
def tablet(client, cast, lunch):
    assign(cast.lou, cast.offer.place)
    client.force_login(cast.lou)
    return client


def typed(client, lunch, **values):
    data = {"token": values.pop("token", None) or uuid4(), **values}
    return client.post(reverse("field:typing", args=[lunch.pk]), data)


def state(lunch, who):
    return states([lunch.pk])[lunch.pk][who]


def test_the_paper_has_the_children_the_boxes_and_what_must_be_known(tablet, cast, lunch):
    ChildHealth.objects.create(child=cast.lea, allergies="Arachides")
    mark(cast.lou, touch(lunch, cast.noe, "arrived", hour=time(11, 5)), now=NOW.replace(hour=14))
    answer = tablet.get(reverse("field:paper", args=[lunch.pk]))
    text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    for words in ("Martin Léa", "Allergie : Arachides", "Martin Noé", "11 h 05", "24 novembre 2026", "[   ]"):
        assert words in text.replace("\u00a0", " ")
    assert JournalEntry.objects.filter(verb="health.read").count() == 1


def test_a_whole_list_is_typed_once(tablet, cast, lunch):
    lea, noe = cast.lea.pk, cast.noe.pk
    token = uuid4()
    for _ in range(2):
        answer = typed(
            tablet,
            lunch,
            token=token,
            **{f"p-{lea}": "present", f"a-{lea}": "11:05", f"l-{lea}": "13:10", f"p-{noe}": "absent"},
            guests="Malo\n\nSa cousine",
        )
        assert answer.url == reverse("field:list", args=[lunch.pk])
    assert (state(lunch, lea).arrived, state(lunch, lea).left) == (time(11, 5), time(13, 10))
    assert state(lunch, noe).presence == "absent"
    assert sorted(Mark.objects.exclude(guest=None).values_list("text", flat=True)) == ["Malo", "Sa cousine"]
    assert Mark.objects.count() == 5


def test_typing_again_what_is_already_there_writes_nothing(tablet, cast, lunch):
    page = tablet.get(reverse("field:typing", args=[lunch.pk]))
    assert page.context["form"][f"p-{cast.lea.pk}"].value() == ""
    typed(tablet, lunch, **{f"p-{cast.lea.pk}": "present", f"a-{cast.lea.pk}": "11:05"})
    typed(tablet, lunch, **{f"p-{cast.lea.pk}": "present", f"a-{cast.lea.pk}": "11:05"})
    assert Mark.objects.count() == 1


def test_an_absence_typed_by_mistake_is_corrected(tablet, cast, lunch, today):
    typed(tablet, lunch, **{f"p-{cast.lea.pk}": "absent"})
    today.shift(60)
    typed(tablet, lunch, **{f"l-{cast.lea.pk}": "13:00"})
    found = state(lunch, cast.lea.pk)
    assert (found.presence, found.left, found.conflict) == ("left", time(13, 0), ())


def test_those_left_blank_were_there(tablet, cast, lunch):
    typed(tablet, lunch, **{f"p-{cast.lea.pk}": "absent"}, others="on")
    assert (state(lunch, cast.lea.pk).presence, state(lunch, cast.noe.pk).presence) == ("absent", "present")


@pytest.mark.parametrize(
    "wrong",
    [
        {"p-{lea}": "absent", "a-{lea}": "11:05"},
        {"a-{lea}": "13:00", "l-{lea}": "11:00"},
        {"a-{lea}": "25:00"},
        {"p-{lea}": "eaten"},
        {"guests": "\n".join(f"x{n}" for n in range(21))},
        {"token": "x"},
    ],
)
def test_what_was_typed_stays_and_is_explained(tablet, cast, lunch, wrong):
    values = {name.format(lea=cast.lea.pk): value for name, value in wrong.items()}
    answer = typed(tablet, lunch, **values)
    assert answer.status_code == 422
    assert not Mark.objects.exists()
    for value in values.values():
        assert value in ("eaten", "x") or value.split("\n")[0] in answer.content.decode()


def test_a_list_of_days_ago_is_typed_by_who_may(client, cast, today):
    old = session(cast, TODAY - timedelta(days=20))
    make.BookingFactory(child=cast.lea, session=old, household=cast.bob.household)
    client.force_login(cast.agnes)
    typed(client, old, **{f"p-{cast.lea.pk}": "present", f"l-{cast.lea.pk}": "13:20"})
    assert state(old, cast.lea.pk).left == time(13, 20)
    assign(cast.lou, cast.offer.place)
    client.force_login(cast.lou)
    assert client.get(reverse("field:typing", args=[old.pk])).status_code == 404
