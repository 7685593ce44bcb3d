"""The list of a session on a tablet: who is shown it, what a touch does, what is private."""

import re
from datetime import date, time, timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from portail.accounts.models import Role
from portail.accounts.rights import RIGHTS, Right
from portail.attendance.models import Mark, Reading
from portail.attendance.queries.marks import states
from portail.bookings.models import Absence
from portail.core.models import JournalEntry
from portail.families.models import ChildHealth
from tests import factories as make
from tests.attendance.lists import TODAY, assign, mark, session, touch
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lunch(cast, today):
    """Léa (booked by Bob) and Noé (by Alice) at the canteen today."""
    found = session(cast)
    make.BookingFactory(child=cast.lea, session=found, household=cast.bob.household)
    make.BookingFactory(child=cast.noe, session=found, household=cast.alice.household)
    return found


@pytest.fixture
def tablet(client, cast, today):
    assign(cast.lou, cast.offer.place)
    client.force_login(cast.lou)
    return client


def url(name, lunch, *more):
    return reverse(f"field:{name}", args=[lunch.pk, *more])


def posted(client, lunch, child, kind, *, token=None, htmx=False, **more):
    data = {"token": token or uuid4(), "child": child.pk, "kind": kind, **more}
    headers = {"HX-Request": "true"} if htmx else {}
    return client.post(url("mark", lunch), data, headers=headers)


def state_of(lunch, child):
    return states([lunch.pk]).get(lunch.pk, {}).get(child.pk)


def test_the_day_shows_the_lists_of_this_leader_alone(tablet, cast, lunch):
    make.SessionFactory(service=cast.canteen, place__name="Centre", date=TODAY)
    mark(cast.lou, touch(lunch, cast.lea, "present"))
    page = tablet.get(reverse("field:home"))
    assert [each.pk for each, _ in page.context["cards"]] == [lunch.pk]
    assert "1 présent sur 2" in page.content.decode()
    assert "1 à pointer" in page.content.decode()


def test_a_leader_without_place_is_told_what_to_do(client, cast, lunch):
    client.force_login(cast.lou)
    assert "demandez au service de vous le confier" in client.get(reverse("field:home")).content.decode()
    assert client.get(url("list", lunch)).status_code == 404


def test_an_agent_of_every_place_sees_them_all(client, cast, lunch):
    client.force_login(cast.agnes)
    assert client.get(url("list", lunch)).status_code == 200


@pytest.mark.parametrize(("days", "status"), [(-3, 200), (-4, 404), (7, 200), (8, 404)])
def test_lists_out_of_reach_are_not_found(tablet, cast, days, status):
    where = session(cast, TODAY + timedelta(days=days))
    assert tablet.get(url("list", where)).status_code == status


def test_the_list_is_in_the_order_of_names_with_its_head_count(tablet, cast, lunch):
    mark(cast.lou, touch(lunch, cast.lea, "present"), touch(lunch, cast.zoe, "unexpected"))
    page = tablet.get(url("list", lunch))
    assert [row.name for row in page.context["list"].rows] == ["Martin Léa", "Martin Noé", "Petit Zoé"]
    count = page.context["list"].count
    assert (count.expected, count.present, count.waited) == (3, 2, 1)
    assert "Inattendu" in page.content.decode()


def test_a_touch_is_kept_and_leads_back_to_its_row(tablet, cast, lunch):
    answer = posted(tablet, lunch, cast.lea, "present")
    assert answer.url == f"{url('list', lunch)}#e{cast.lea.pk}"
    assert state_of(lunch, cast.lea).presence == "present"


def test_the_lists_are_in_french_and_of_the_town_hall_s_channel(tablet, cast, lunch):
    tablet.cookies["portail_langue"] = "en"
    posted(tablet, lunch, cast.lea, "present")
    assert JournalEntry.objects.get(verb="attendance.marked").channel == JournalEntry.Channel.DESK
    assert tablet.get(url("list", lunch))["Content-Language"] == "fr"


def test_the_same_button_twice_is_once_and_two_buttons_are_two(tablet, cast, lunch):
    token = uuid4()
    for kind in ("present", "present", "absent"):
        posted(tablet, lunch, cast.lea, kind, token=token)
    assert sorted(Mark.objects.values_list("kind", flat=True)) == ["absent", "present"]


def test_touching_again_takes_back(tablet, cast, lunch):
    posted(tablet, lunch, cast.lea, "absent")
    page = tablet.get(url("list", lunch)).content.decode()
    [undo] = re.findall(r'value="(undo:[0-9a-f]{32})"', page)
    posted(tablet, lunch, cast.lea, undo)
    assert state_of(lunch, cast.lea).presence == "waited"


def test_a_touch_by_htmx_brings_its_row_and_the_count(tablet, cast, lunch):
    answer = posted(tablet, lunch, cast.lea, "present", htmx=True).content.decode()
    assert f'id="e{cast.lea.pk}"' in answer
    assert "Noé" not in answer
    assert "1 présent</strong> · 2 attendus" in answer
    assert 'id="compte" hx-swap-oob="true"' in answer


def test_what_is_refused_is_told_and_changes_nothing(tablet, cast):
    tomorrow = session(cast, TODAY + timedelta(days=1))
    make.BookingFactory(child=cast.lea, session=tomorrow, household=cast.bob.household)
    answer = posted(tablet, tomorrow, cast.lea, "present", htmx=True)
    assert answer.status_code == 422
    assert "pas encore eu lieu" in answer.content.decode()
    assert not Mark.objects.exists()


@pytest.mark.parametrize(
    "bad",
    [
        {"kind": "eaten"},
        {"kind": "undo:x"},
        {"token": "x"},
        {"child": "x"},
        {"hour": "25:99"},
        {"child": 2**70},
    ],
)
def test_a_button_that_says_nothing_shows_the_list_again(tablet, cast, lunch, bad):
    data = {"token": uuid4(), "child": cast.lea.pk, "kind": "present", **bad}
    answer = tablet.post(url("mark", lunch), data)
    assert answer.status_code == 422
    assert "Martin Léa" in answer.content.decode()


def test_the_page_asks_again_and_is_answered_only_when_something_changed(tablet, cast, lunch):
    version = tablet.get(url("list", lunch)).context["version"]
    again = {"path": url("list", lunch), "data": {"v": version}, "headers": {"HX-Request": "true"}}
    assert tablet.get(**again).status_code == 204
    booking = lunch.bookings.get(child=cast.lea)
    Absence.objects.create(booking=booking, reason="maladie", told_at=NOW, told_by_label="Bob Durand")
    answer = tablet.get(**again)
    assert answer.status_code == 200
    assert "Absence signalée : maladie" in answer.content.decode()
    assert answer.content.decode().startswith("<section")


def test_the_others_are_there_but_not_those_told_absent(tablet, cast, lunch):
    booking = lunch.bookings.get(child=cast.noe)
    Absence.objects.create(booking=booking, told_at=NOW)
    for _ in range(2):
        tablet.post(url("everybody", lunch), {"token": UUID(int=7)})
    assert list(Mark.objects.values_list("child", "kind")) == [(cast.lea.pk, "present")]


def test_the_hour_is_noted_where_it_is_looked_at(tablet, cast, lunch):
    assert 'value="present"' in tablet.get(url("list", lunch)).content.decode()
    type(cast.canteen).objects.filter(pk=cast.canteen.pk).update(serves_meal=False)
    page = tablet.get(url("list", lunch)).content.decode()
    assert 'value="arrived"' in page
    posted(tablet, lunch, cast.lea, "arrived")
    assert state_of(lunch, cast.lea).arrived == time(10, 0)


def test_a_class_is_shown_alone(tablet, cast, lunch):
    small, tall = make.SchoolClassFactory(name="GS"), make.SchoolClassFactory(name="CM2")
    cast.lea.schoolings.update(school_class=small)
    cast.noe.schoolings.update(school_class=tall)
    page = tablet.get(url("list", lunch), {"groupe": f"c{tall.pk}"})
    assert [row.first_name for row in page.context["list"].rows] == ["Noé"]
    assert [(g.name, g.size) for g in page.context["list"].groups] == [("CM2", 1), ("GS", 1)]
    assert page.context["list"].count.expected == 2


def health(child, **values):
    return ChildHealth.objects.create(child=child, **values)


def test_health_is_for_those_with_the_right_and_each_reading_is_written_once_a_day(
    tablet, cast, lunch, monkeypatch
):
    health(cast.lea, allergies="Arachides", has_pai=True)
    for _ in range(2):
        page = tablet.get(url("list", lunch)).content.decode()
        assert "Arachides" in page
        tablet.get(url("sheets", lunch))
    entry = JournalEntry.objects.get(verb="health.read")
    assert (entry.subject, entry.actor) == (f"session:{lunch.pk}", cast.lou)
    assert "Arachides" not in entry.summary + str(entry.after)
    without = {right for right in RIGHTS[Role.LEADER] if right is not Right.READ_HEALTH}
    monkeypatch.setitem(RIGHTS, Role.LEADER, frozenset(without))
    for name in ("list", "sheets"):
        assert "Arachides" not in tablet.get(url(name, lunch)).content.decode()
    assert "Arachides" not in tablet.get(url("child", lunch, cast.lea.pk)).content.decode()


def test_a_list_where_nothing_is_private_writes_nothing(tablet, cast, lunch):
    tablet.get(url("list", lunch))
    assert not Reading.objects.exists()


@pytest.mark.parametrize("name", ["list", "sheets"])
def test_queries_do_not_grow_with_the_list(tablet, cast, lunch, name, django_assert_num_queries):
    health(cast.lea, allergies="Lait")
    tablet.get(url(name, lunch))
    known = {"list": 13, "sheets": 15}[name]
    for extra in (0, 4):
        for number in range(extra):
            child = make.ChildFactory(first_name=f"Enfant{number}")
            make.BookingFactory(child=child, session=lunch, household=cast.alice.household)
            mark(cast.lou, touch(lunch, child, "present"))
            health(child, allergies="Lait")
        tablet.get(url(name, lunch))
        with django_assert_num_queries(known):
            tablet.get(url(name, lunch))


def test_thirty_children_weigh_less_than_forty_thousand_bytes(tablet, cast, lunch):
    for number in range(28):
        child = make.ChildFactory(first_name=f"Maximilien{number}", last_name="Vandenberghe-Lemaire")
        make.SchoolingFactory(child=child)
        make.BookingFactory(child=child, session=lunch, household=cast.alice.household)
        mark(cast.lou, touch(lunch, child, "arrived", minutes=-number))
        health(child, allergies="Arachides, fruits à coque et leurs traces", has_pai=True)
    assert len(tablet.get(url("list", lunch)).content) < 40_000


@pytest.mark.parametrize(
    ("who", "status"), [("alice", 404), ("remi", 403), ("renee", 403), ("lou", 404), ("agnes", 200)]
)
def test_who_opens_a_list(client, cast, lunch, who, status):
    client.force_login(cast.alice.user if who == "alice" else getattr(cast, who))
    for name in ("list", "sheets", "unexpected"):
        assert client.get(url(name, lunch)).status_code == status
    assert client.post(url("mark", lunch), {"kind": "present"}).status_code == (
        422 if status == 200 else status
    )
    assert date(2026, 11, 24) == TODAY
