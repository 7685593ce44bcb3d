"""Many days at once, by an agent for a family: the same gestures, with a reason past the deadline."""

import html
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.bookings.models import Booking, Receipt, TypicalWeek
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, TOO_LATE, booked, session, week
from tests.front.test_gestures import HIDDEN
from tests.front.test_planning import hidden, text_of

pytestmark = pytest.mark.django_db
PAGES = ["typical_week", "copy_week", "copy_month", "clear_period"]


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


@pytest.fixture
def agnes(client, cast):
    client.force_login(cast.agnes)
    return client


def url(cast, page, *args):
    return reverse(f"desk:{page}", args=[cast.alice.household.pk, *args])


def ask_week(client, cast, weekdays, **more):
    data = {
        "children": [cast.lea.pk, cast.noe.pk],
        "days": [f"{cast.canteen.pk}-{day}" for day in weekdays],
        "when": "dates",
        "first": "2026-12-07",
        "last": "2026-12-20",
        "mode": "replace",
    }
    return client.post(url(cast, "typical_week"), data | more)


def validate(client, cast, recap, **more):
    posted = {name: html.unescape(hidden(recap, name)) for name in HIDDEN}
    return client.post(url(cast, "planning_save"), posted | {"step": "save"} | more)


def test_a_typical_week_for_a_family_is_one_receipt(agnes, cast):
    monday, tuesday, *_ = week(cast)
    make.BookingFactory(child=cast.noe, session=tuesday, household=cast.alice.household)
    recap = ask_week(agnes, cast, [0], keep="on")
    assert "Ajouté (2)" in text_of(recap)
    assert "Retiré (1)" in text_of(recap)
    assert Receipt.objects.count() == 0
    saved = validate(agnes, cast, recap)
    receipt = Receipt.objects.get()
    assert saved.url == url(cast, "receipt", receipt.number)
    assert (receipt.by_service, receipt.lines.count()) == (True, 3)
    assert (booked(cast.lea), booked(cast.noe)) == ([monday.pk], [monday.pk])
    assert TypicalWeek.objects.filter(household=cast.alice.household).count() == 2
    assert "La semaine type de Léa" in text_of(agnes.get(url(cast, "typical_week")))


def test_past_the_deadline_a_reason_is_needed_and_the_week_waits_for_it(agnes, cast, clock):
    week(cast)
    clock.move_to(TOO_LATE)
    recap = ask_week(agnes, cast, [1], keep="on")
    refused = validate(agnes, cast, recap)
    assert refused.status_code == 422
    assert "Écrivez pourquoi la date limite" in text_of(refused)
    assert not Booking.objects.exists()
    assert not TypicalWeek.objects.exists()
    assert validate(agnes, cast, refused, reason="Accord du service").status_code == 302
    assert (Receipt.objects.count(), TypicalWeek.objects.count()) == (1, 2)


def test_a_place_that_went_is_told_and_the_rest_is_kept(agnes, cast):
    monday = session(cast, capacity=1)
    recap = ask_week(agnes, cast, [0], children=[cast.lea.pk])
    make.BookingFactory(child=cast.zoe, session=monday, household=cast.charlie.household)
    again = validate(agnes, cast, recap)
    assert again.status_code == 422
    assert "Ceci est devenu impossible : Léa · Cantine · 7 décembre" in text_of(again)


def test_clear_and_back_to_the_form(agnes, cast):
    make.BookingFactory(child=cast.lea, session=session(cast), household=cast.alice.household)
    data = {
        "children": cast.lea.pk,
        "services": cast.canteen.pk,
        "when": "dates",
        "first": "2026-12-07",
        "last": "2026-12-08",
    }
    recap = agnes.post(url(cast, "clear_period"), data)
    back = validate(agnes, cast, recap, step="edit")
    assert back.url.startswith(url(cast, "clear_period") + "?children=")
    assert 'value="2026-12-08"' in agnes.get(back.url).content.decode()
    validate(agnes, cast, recap)
    assert booked(cast.lea) == []


def test_a_week_is_stopped_for_its_own_household_alone(agnes, cast):
    week(cast)
    validate(agnes, cast, ask_week(agnes, cast, [0], keep="on", first="2026-12-01"))
    kept = TypicalWeek.objects.first()
    other = reverse("desk:typical_week_stop", args=[cast.bob.household.pk, kept.pk])
    assert agnes.post(other).status_code == 404
    assert agnes.post(url(cast, "typical_week_stop", kept.pk)).url == url(cast, "typical_week")
    assert TypicalWeek.objects.count() == 1


@pytest.mark.parametrize("page", PAGES)
def test_each_page_says_what_is_wrong(agnes, cast, page):
    assert agnes.get(url(cast, page)).status_code == 200
    assert agnes.post(url(cast, page), {"first": "demain", "when": "dates"}).status_code == 422
    assert agnes.put(url(cast, page)).status_code == 405


def test_who_may_not_book(client, cast):
    client.force_login(cast.remi)
    assert client.get(url(cast, "typical_week")).status_code == 403
    client.force_login(cast.alice.user)
    assert client.get(url(cast, "typical_week")).status_code == 404


@pytest.mark.parametrize("size", [1, 5])
def test_queries_of_a_preview(agnes, cast, size, django_assert_num_queries):
    for number in range(size):
        session(cast, MONDAY + timedelta(days=7 * number))
    with django_assert_num_queries(20):
        ask_week(agnes, cast, [0], last="2027-02-01")
