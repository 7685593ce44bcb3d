"""Prices as a parent reads them: on the planning, before saving, on the receipt; as an agent does."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from portail.bookings.models import Booking, ReceiptLine
from portail.core.templatetags.ui import of_name
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, booked, session, week
from tests.bookings.test_prices import HOURLY, LATE, LEAST, MEAL, WEEKLY, law_of
from tests.front.test_planning import check, hidden, month_url, save, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False) as traveller:
        yield traveller


@pytest.fixture
def alice(client, cast):
    cast.alice.household.residence = "commune"
    cast.alice.household.save()
    make.QuotientFactory(household=cast.alice.household)
    law_of(WEEKLY, MEAL)
    client.force_login(cast.alice.user)
    return client


def plain(response):
    return text_of(response).replace("\xa0", " ")


def save_with_price(client, recap):
    data = {name: hidden(recap, name) for name in ("add", "remove", "token", "child", "month", "price")}
    return client.post(reverse("front:planning_save"), data | {"step": "save"})


@pytest.mark.parametrize("days", [1, 5])
def test_the_month_tells_the_price_of_each_day_in_ten_queries(alice, cast, days, django_assert_num_queries):
    for n in range(days):
        session(cast, MONDAY + timedelta(days=n))
    with django_assert_num_queries(10):
        page = alice.get(month_url(cast.lea))
    assert plain(page).count("Libre 4,00 €") == days
    assert page.content.decode().count('data-price="4.00"') == days


def test_without_tariffs_nothing_is_said_of_prices(alice, cast):
    law_of(WEEKLY)
    monday, *_ = week(cast)
    assert "€" not in text_of(alice.get(month_url(cast.lea)))
    recap = check(alice, cast.lea, [monday])
    assert "€" not in text_of(recap)
    assert "€" not in text_of(alice.get(save(alice, recap).url))


def test_recap_and_receipt_tell_the_price_and_why(alice, cast):
    monday, tuesday, *_ = week(cast)
    recap = check(alice, cast.lea, [monday, tuesday])
    words = plain(recap)
    assert "lundi 7 décembre · Cantine + 4,00 €" in words
    assert "Différence avec ce qui était réservé + 8,00 €" in words
    assert "Pourquoi ce prix ?" in words
    assert "Quotient 742, tranche au-delà de 700 : 3,20 €" in words
    assert "2 changements · + 8,00 €" in words
    saved = save_with_price(alice, recap)
    assert booked(cast.lea) == [monday.pk, tuesday.pk]
    receipt = plain(alice.get(saved.url))
    assert "Différence avec ce qui était réservé + 8,00 €" in receipt
    assert "Quotient 742, tranche au-delà de 700 : 3,20 €" in receipt
    made = alice.post(reverse("front:receipt_paper", args=[saved.url.rstrip("/").rsplit("/", 1)[-1]]))
    assert made.status_code == 302, "the same prices on paper"


def test_a_price_that_moved_meanwhile_is_shown_again(alice, cast):
    monday, *_ = week(cast)
    recap = check(alice, cast.lea, [monday])
    make.QuotientFactory(
        household=cast.alice.household,
        value=Decimal(500),
        proved_on=date(2026, 11, 30),
        received_on=date(2026, 11, 30),
    )
    answer = save_with_price(alice, recap)
    assert (answer.status_code, Booking.objects.count()) == (422, 0)
    assert "La situation a changé entre-temps" in plain(answer)
    assert "+ 2,30 €" in plain(answer)
    assert save_with_price(alice, answer).status_code == 302
    assert ReceiptLine.objects.get().price == Decimal("2.30")


def test_a_price_not_known_yet_is_said_in_words(alice, cast):
    law_of(WEEKLY, HOURLY)
    monday, *_ = week(cast)
    told = "Le prix sera connu après l'accueil"
    assert told in plain(alice.get(month_url(cast.lea)))
    recap = check(alice, cast.lea, [monday])
    assert told in plain(recap)
    assert told in plain(alice.get(save(alice, recap).url))


def test_a_surcharge_is_told_on_the_day_and_before_saving(alice, cast, clock):
    law_of(LATE, MEAL)
    _, tuesday, *_ = week(cast)
    clock.move_to(IN_TIME.replace(day=7, hour=9))
    assert "Libre 4,00 € · majoré" in plain(alice.get(month_url(cast.lea)))
    recap = check(alice, cast.lea, [tuesday])
    assert "Après la date limite, avec une majoration de 50 %." in plain(recap)
    assert "Après la date limite, avec une majoration de 50 %." in plain(alice.get(save(alice, recap).url))


def test_too_few_days_say_the_rule(alice, cast):
    law_of(WEEKLY, LEAST)
    monday, *_ = week(cast)
    words = plain(check(alice, cast.lea, [monday]))
    assert "Deux jours par semaine, semaine du 7 décembre : 2 jours au moins, 1 choisi(s)" in words
    assert "Impossible (1)" in words


def test_an_agent_reads_the_same_prices(alice, cast):
    monday, *_ = week(cast)
    alice.force_login(cast.agnes)
    url = reverse("desk:month", args=[cast.alice.household.pk, cast.lea.pk, date(2026, 12, 1)])
    assert "4,00 €" in plain(alice.get(url))
    recap = alice.post(url, {"s": [monday.pk], "shown": ""})
    assert "Différence avec ce qui était réservé + 4,00 €" in plain(recap)
    data = {name: hidden(recap, name) for name in ("add", "remove", "token", "child", "month", "price")}
    saved = alice.post(
        reverse("desk:planning_save", args=[cast.alice.household.pk]), data | {"step": "save", "reason": ""}
    )
    assert "Différence avec ce qui était réservé : + 4,00 €" in plain(alice.get(saved.url))


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Awa", "d'Awa"),
        ("Élise", "d'Élise"),
        ("Yves", "d'Yves"),
        ("Yanis", "de Yanis"),
        ("Hugo", "de Hugo"),
        ("Léa", "de Léa"),
        ("", "de "),
    ],
)
def test_first_names_elide(name, told):
    assert of_name(name) == told


def test_the_planning_of_a_child_whose_name_begins_with_a_vowel(alice, cast):
    cast.lea.first_name = "Awa"
    cast.lea.save()
    week(cast)
    assert "Planning d'Awa" in plain(alice.get(month_url(cast.lea)))
