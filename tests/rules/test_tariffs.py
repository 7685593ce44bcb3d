"""Prices: every figure of docs/rules/tarifs.md, and what holds whatever the tariff."""

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portail.rules import PriceUnknown, know, parse, price
from portail.rules.scopes import Span

from . import pages

TUESDAY = date(2027, 1, 12)
PRICED = ("Service", "Ce qu'on sait", "Prix", "Le portail dit")


def asked(row, day: date = TUESDAY):
    tariffs = pages.regulation(row.toml).tariffs
    return price(tariffs, row.cells["Service"], day, pages.known(row.cells.get("Ce qu'on sait", "")))


@pytest.mark.parametrize("row", pages.rows("tarifs.md", *PRICED), ids=str)
def test_a_price_is_what_the_page_says(row):
    if not row.cells["Le portail dit"]:
        with pytest.raises(PriceUnknown) as unknown:
            asked(row)
        assert str(unknown.value) == row.cells["Prix"]
        return
    found = asked(row)
    assert (str(found.amount), found.sentence().fr()) == (row.cells["Prix"], row.cells["Le portail dit"])


@pytest.mark.parametrize(
    "row", pages.rows("tarifs.md", "Service", "Ce qu'on sait", "Prix", "Composantes"), ids=str
)
def test_components_are_what_the_page_says_and_sum_to_the_price(row):
    found = asked(row)
    told = ", ".join(f"{c.part} {c.amount}" for c in found.components)
    assert (str(found.amount), told) == (row.cells["Prix"], row.cells["Composantes"])


@pytest.mark.parametrize("row", pages.rows("tarifs.md", "Service", "Jour", "Prix"), ids=str)
def test_a_grid_changes_on_its_day(row):
    assert str(asked(row, pages.day(row.cells["Jour"])).amount) == row.cells["Prix"]


def test_no_tariff_is_told_with_the_service_and_the_day():
    with pytest.raises(PriceUnknown, match="Aucun tarif n'est fixé pour « vélo » le mardi 12 janvier 2027"):
        price((), "vélo", TUESDAY)


amounts = st.decimals(0, 500, places=2)


@given(st.lists(amounts, min_size=3, max_size=3), st.decimals(-50, 50, places=1), st.integers(0, 3000))
@settings(deadline=None, max_examples=200)
def test_the_parts_are_the_total(prices, percent, quotient):
    meal, care, aid = prices
    toml = f"""
[[tariffs]]
name = "Repas"
services = ["cantine"]
part = "meal"
price = {meal}
adjust = [{{ label = "remise", percent = {percent} }}, {{ label = "aide", part = "aid", amount = -{aid} }}]
[[tariffs]]
name = "Accueil"
services = ["cantine"]
adds = true
bands = [{{ max = 1000, price = {care} }}, {{ price = {care + 1} }}]
"""
    found = price(parse(pages.HEAD + toml).tariffs, "cantine", TUESDAY, know(quotient=Decimal(quotient)))
    assert found.amount == sum(component.amount for component in found.components)
    assert found.amount.as_tuple().exponent == -2


@given(st.lists(st.integers(1, 3000), min_size=1, max_size=8, unique=True), st.decimals(0, 4000, places=2))
@settings(deadline=None, max_examples=200)
def test_bands_that_only_say_their_maximum_leave_no_hole(tops, quotient):
    rows = [f"{{ max = {top}, price = {n + 1} }}" for n, top in enumerate(sorted(tops))]
    toml = f'[[tariffs]]\nname = "x"\nbands = [{", ".join(rows)}, {{ price = 99 }}]\n'
    found = price(parse(pages.HEAD + toml).tariffs, "cantine", TUESDAY, know(quotient=quotient)).amount
    expected = next((n + 1 for n, top in enumerate(sorted(tops)) if quotient <= top), 99)
    assert found == expected


@given(st.integers(0, 600), st.integers(0, 600))
@settings(deadline=None, max_examples=100)
def test_a_longer_stay_never_costs_less(one, other):
    [row] = [r for r in pages.rows("tarifs.md", *PRICED) if r.cells["Ce qu'on sait"] == "minutes = 75"]
    tariffs = pages.regulation(row.toml).tariffs
    short, long = (price(tariffs, "garderie", TUESDAY, know(minutes=m)).amount for m in sorted((one, other)))
    assert short <= long


ends = st.none() | st.integers(0, 6)


@given(st.tuples(ends, ends, ends, ends), st.tuples(ends, ends, ends, ends))
@settings(deadline=None, max_examples=400)
def test_ranges_that_share_a_number_overlap(one, other):
    """Checked against every half of a number: `overlaps` may only say no when there is none in common."""
    spans = [Span("x", *(None if e is None else Decimal(e) for e in span)) for span in (one, other)]
    shared = [n for n in range(-4, 20) if all(span.holds(Decimal(n) / 2) for span in spans)]
    assert spans[0].overlaps(spans[1]) or not shared


def test_a_hundred_thousand_explained_prices_take_less_than_five_seconds():
    """Measured on a twentieth of them, each with its own quotient."""
    rows = [f"{{ max = {100 * n}, prices = [{n}.10, {n}.55] }}" for n in range(1, 15)]
    toml = (
        '[[tariffs]]\nname = "Repas"\nservices = ["cantine"]\npart = "meal"\n'
        'columns = [{ residences = ["commune"] }, { residences = ["extérieur"] }]\n'
        f"bands = [{', '.join(rows)}, {{ prices = [20, 30] }}]\n"
        'adjust = [{ label = "Fratrie", rank = { min = 2 }, percent = -20 }]\n'
        '[[tariffs]]\nname = "Temps du midi"\nservices = ["cantine"]\nadds = true\npercent = 0.1\n'
    )
    tariffs = parse(pages.HEAD + toml).tariffs
    began = time.process_time()
    for quotient in range(5000):
        facts = know(quotient=Decimal(quotient) / 2, residence="commune", rank=quotient % 3 + 1)
        assert price(tariffs, "cantine", TUESDAY, facts).sentence().fr()
    assert time.process_time() - began < 0.25
