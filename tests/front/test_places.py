"""A waiting family's screens: the box of a full day, the list and its rank, the page of an offered place."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.bookings import offer_keys
from portail.bookings.actions import lists_over
from portail.bookings.models import Booking
from portail.core.models import OutboxMail
from tests import factories as make
from tests.bookings.sayings import IN_TIME, add, change, remove, session
from tests.bookings.test_waiting import HOUR, LIST, POINTS, WEEKLY, law_of, of, wait

pytestmark = pytest.mark.django_db
DECEMBER = date(2026, 12, 1)


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(IN_TIME + HOUR, tick=False):
        yield


@pytest.fixture
def town(cast):
    """Zoé has the only place of the canteen on Monday 7 December."""
    law_of(WEEKLY, LIST)
    make.EnrolmentFactory(child=cast.zoe, activity=cast.canteen.activity, place=cast.offer.place)
    cast.lunch = session(cast, capacity=1)
    change(cast.charlie, add(cast.zoe, cast.lunch))
    return cast


@pytest.fixture
def alice(client, town):
    client.force_login(town.alice.user)
    return client


def month(town):
    return reverse("front:month", args=[town.lea.pk, DECEMBER])


def offered(town):
    change(town.alice, wait(town.lea, town.lunch))
    change(town.charlie, remove(town.zoe, town.lunch))
    return of(town.lea)


def test_from_the_full_day_to_the_receipt_and_the_rank(alice, town):
    page = alice.get(month(town)).content.decode()
    assert f'name="w" value="{town.lunch.pk}"' in page
    recap = alice.post(month(town), {"w": str(town.lunch.pk)})
    told = recap.content.decode()
    assert "En liste d&#x27;attente (1)" in told or "En liste d'attente (1)" in told
    assert "1er sur la liste d" in told
    done = alice.post(reverse("front:planning_save"), {**recap.context["hidden"], "step": "save"})
    assert "Voir mon rang" in alice.get(done["Location"]).content.decode()
    assert of(town.lea).state == "waiting"
    listed = alice.get(reverse("front:waiting_lists")).content.decode()
    assert "1er sur la liste d" in listed
    assert "un enfant attend" in listed.lower()
    cell = alice.get(month(town)).content.decode()
    assert f'name="s" value="{town.lunch.pk}"' in cell
    assert "1er sur la liste d" in cell


def test_the_list_is_left_by_a_recap_too(alice, town):
    change(town.alice, wait(town.lea, town.lunch))
    recap = alice.post(month(town), {"shown": str(town.lunch.pk)})
    assert [c.child for c in recap.context["recap"].left] == [town.lea]
    alice.post(reverse("front:planning_save"), {**recap.context["hidden"], "step": "save"})
    assert of(town.lea).state == "left"


def test_a_place_that_went_meanwhile_comes_back_as_a_list_to_join(alice, town):
    free = session(town, date(2026, 12, 8), capacity=1)
    recap = alice.post(month(town), {"s": str(free.pk)})
    change(town.charlie, add(town.zoe, free))
    moved = alice.post(reverse("front:planning_save"), {**recap.context["hidden"], "step": "save"})
    assert moved.status_code == 422
    assert "Une liste d" in moved.content.decode()
    assert Booking.objects.filter(child=town.lea).count() == 0


def test_the_link_of_the_mail_works_without_signing_in_and_says_little(client, town):
    booking = offered(town)
    mail = OutboxMail.objects.get(kind="bookings/mail/offer")
    url = reverse("front:offer", args=[offer_keys.make(booking)])
    assert url in mail.text
    assert town.lea.first_name not in mail.subject_line
    for _ in range(2):  # a scanner opens every link
        page = client.get(url).content.decode()
        assert of(town.lea).state == "offered"
    assert "Léa" in page
    assert "no-referrer" not in page, "a browser would send no origin, and its answer would be refused"
    for secret in ("Martin", "MARTIN", town.alice.household.number, "€"):
        assert secret not in page.split("<main")[1]
    assert client.post(url).status_code == 422
    assert client.post(url, {"answer": "peut-être"}).status_code == 422
    assert of(town.lea).state == "offered"
    assert client.post(url, {"answer": "oui"}).status_code == 302
    assert (of(town.lea).state, "La place est à vous" in client.get(url).content.decode()) == ("booked", True)
    assert client.post(url, {"answer": "non"}).status_code == 200
    assert of(town.lea).state == "booked"


def test_refusing_from_the_link(client, town):
    url = reverse("front:offer", args=[offer_keys.make(offered(town))])
    client.post(url, {"answer": "non"})
    assert of(town.lea).state == "left"
    assert "autre famille" in client.get(url).content.decode()


def test_an_offer_that_has_ended_says_so(client, town):
    url = reverse("front:offer", args=[offer_keys.make(offered(town))])
    with time_machine.travel(IN_TIME + timedelta(days=2), tick=False):
        assert "a pris fin" in client.get(url).content.decode()
        client.post(url, {"answer": "oui"})
        assert of(town.lea).state == "offered"
        lists_over.pass_on(IN_TIME + timedelta(days=2))
    assert of(town.lea).state == "left"


def test_a_garbled_link_is_not_there(client, town):
    assert client.get(reverse("front:offer", args=["abc.def.ghi"])).status_code == 404


def test_the_home_page_leads_to_the_answer(alice, town):
    booking = offered(town)
    page = alice.get(reverse("front:dashboard")).content.decode()
    assert "Une place se libère pour Léa" in page
    assert reverse("front:offer", args=[offer_keys.make(booking)]) in page
    listed = alice.get(reverse("front:waiting_lists")).content.decode()
    assert "Répondre" in listed
    assert reverse("front:waiting_lists") in alice.get(month(town)).content.decode()


def test_the_author_is_the_one_who_is_signed_in(alice, town):
    booking = offered(town)
    alice.post(reverse("front:offer", args=[offer_keys.make(booking)]), {"answer": "oui"})
    assert of(town.lea).receipt_lines.get(change="added").receipt.author == town.alice.user


def test_another_family_is_not_told_of_my_list(client, town):
    change(town.alice, wait(town.lea, town.lunch))
    client.force_login(town.charlie.user)
    assert "Aucune attente" in client.get(reverse("front:waiting_lists")).content.decode()


@pytest.mark.parametrize(("size", "rules", "more"), [(1, LIST, 0), (5, LIST, 0), (5, POINTS, 2)])
def test_queries(alice, town, size, rules, more, django_assert_num_queries):
    """The planning stays at ten, also where ranks hang on points: those are told on the page of the lists."""
    law_of(WEEKLY, rules)
    lunches = [session(town, date(2026, 12, 14) + timedelta(days=n), capacity=0) for n in range(size)]
    change(town.alice, wait(town.lea, *lunches))
    with django_assert_num_queries(12 + more):
        alice.get(reverse("front:waiting_lists"))
    with django_assert_num_queries(10):
        alice.get(month(town))
