"""What several bookings cost together: packages, shared days, caps; and what cannot be told."""

from datetime import date, timedelta
from decimal import Decimal
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portail.rules import default_entries, know, parse, price
from portail.rules.baskets import Place, price_basket

HEAD = 'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
MONDAY = date(2027, 1, 11)
MONTH = (date(2027, 1, 1), date(2027, 1, 31))
LEA, NOE = 1, 2


@cache
def law(text):
    regulation = parse(HEAD + text)
    entries = default_entries("B", None, range(2025, 2028))
    return regulation.tariffs, regulation.calendar_with(entries, date(2027, 12, 31))


def bill(text, *places, complete=None):
    tariffs, calendar = law(text)
    asked = [
        Place(child, service, MONDAY + timedelta(days=n), know(**facts))
        for child, service, n, facts in places
    ]
    return price_basket(tariffs, asked, calendar, complete=complete)


def amounts(found):
    return [priced.amount for priced in found.places]


def at(child, service, n=0, **facts):
    return child, service, n, facts


ITEM = '[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\nprice = 3.75\n'
WEEKLY = '[[tariffs]]\nname = "Étude"\nservices = ["etude"]\nunit = "week"\nprice = 12\n'
FAMILY = (
    '[[tariffs]]\nname = "Garderie"\nservices = ["matin", "soir"]\nunit = "family-day"\n'
    "columns = [{ present = 1 }, { present = 2 }]\nprices = [2.80, 4.65]\n"
)
CAPPED = (
    '[[tariffs]]\nname = "Garderie"\nservices = ["matin", "soir"]\nprice = 2.29\n'
    'cap = { amount = 3.05, per = "day" }\n'
)


def test_each_its_own_price_in_the_order_given():
    found = bill(ITEM, at(LEA, "cantine", 3), at(NOE, "cantine"))
    assert amounts(found) == [Decimal("3.75")] * 2
    assert (found.total, found.packages, found.is_whole) == (Decimal("7.50"), (), True)


def test_a_package_is_due_once_for_each_child_and_week():
    found = bill(WEEKLY, at(LEA, "etude"), at(LEA, "etude", 1), at(NOE, "etude"), at(LEA, "etude", 7))
    assert amounts(found) == [0, 0, 0, 0]
    assert [(p.child, p.start) for p in found.packages] == [
        (LEA, MONDAY),
        (NOE, MONDAY),
        (LEA, MONDAY + timedelta(days=7)),
    ]
    assert found.total == 36
    assert found.places[1].price.sentence().fr() == "0,00 € : compris dans « Étude », dû une fois par semaine"
    assert found.places[1].package is found.packages[0]


def test_a_familys_day_is_due_once_for_all_its_children():
    found = bill(
        FAMILY, at(NOE, "soir", present=2), at(LEA, "matin", present=2), at(LEA, "matin", 1, present=1)
    )
    assert [(p.child, p.price.amount) for p in found.packages] == [
        (None, Decimal("4.65")),
        (None, Decimal("2.80")),
    ]


def test_a_cap_when_all_of_its_period_is_there():
    places = at(LEA, "matin"), at(LEA, "soir"), at(NOE, "soir"), at(LEA, "soir", 1)
    found = bill(CAPPED, *places, complete=MONTH)
    assert amounts(found) == [Decimal("2.29"), Decimal("0.76"), Decimal("2.29"), Decimal("2.29")]


@pytest.mark.parametrize(
    ("per", "complete", "second"),
    [
        ("day", None, "2.29"),
        ("week", (MONDAY, MONDAY + timedelta(days=6)), "0.76"),
        ("week", (MONDAY + timedelta(days=1), MONTH[1]), "2.29"),
        ("month", MONTH, "0.76"),
        ("month", (MONTH[0], MONTH[1] - timedelta(days=1)), "2.29"),
        ("year", (date(2026, 8, 1), date(2027, 9, 30)), "0.76"),
        ("year", MONTH, "2.29"),
    ],
)
def test_a_cap_of_a_period_that_is_not_all_there_is_left_to_the_invoice(per, complete, second):
    found = bill(CAPPED.replace('"day"', f'"{per}"'), at(LEA, "matin"), at(LEA, "soir"), complete=complete)
    assert found.places[1].amount == Decimal(second)
    assert ("avant le plafond" in found.places[1].price.sentence().fr()) == (second == "2.29")


def test_a_booking_without_a_price_says_why_and_spoils_nothing():
    text = ITEM + '[[tariffs]]\nname = "Soir"\nservices = ["soir"]\nprice = 1\nunit = "time"\nstep = 30\n'
    found = bill(text, at(LEA, "soir"), at(LEA, "cantine"), at(LEA, "judo"))
    assert amounts(found) == [None, Decimal("3.75"), None]
    assert found.places[0].unknown.fr() == "Ce tarif dépend de : durée en minutes. Précisez-le"
    assert found.places[2].unknown.fr().startswith("Aucun tarif n'est fixé pour « judo »")
    assert (found.total, found.is_whole) == (Decimal("3.75"), False)


def test_a_supplement_may_be_a_package():
    text = (
        ITEM + '[[tariffs]]\nname = "Adhésion"\nadds = true\npart = "membership"\nunit = "year"\nprice = 15\n'
    )
    found = bill(text, at(LEA, "cantine"), at(LEA, "cantine", 1))
    assert amounts(found) == [Decimal("3.75")] * 2
    assert found.total == Decimal("22.50")


places = st.lists(
    st.tuples(
        st.sampled_from([LEA, NOE]),
        st.sampled_from(["matin", "soir", "cantine", "etude"]),
        st.integers(0, 13),
    ),
    unique=True,
    max_size=12,
)


@given(places, st.sampled_from([FAMILY, CAPPED]), st.randoms())
def test_the_same_basket_costs_the_same_in_any_order(asked, text, chance):
    text = ITEM + WEEKLY + text
    given_in = [at(*place, present=1) for place in asked]
    shuffled = given_in.copy()
    chance.shuffle(shuffled)
    one, other = (bill(text, *p, complete=MONTH) for p in (given_in, shuffled))
    assert one.total == other.total
    assert dict(zip(map(str, given_in), amounts(one), strict=True)) == dict(
        zip(map(str, shuffled), amounts(other), strict=True)
    )


@given(places)
def test_without_shared_prices_the_sum_is_that_of_each_alone(asked):
    tariffs, _ = law(ITEM + CAPPED.replace('cap = { amount = 3.05, per = "day" }\n', ""))
    kept = [place for place in asked if place[1] != "etude"]
    found = bill(ITEM + CAPPED.replace('cap = { amount = 3.05, per = "day" }\n', ""), *(at(*p) for p in kept))
    assert found.total == sum(
        (price(tariffs, s, MONDAY + timedelta(days=n)).amount for _, s, n in kept), Decimal(0)
    )
