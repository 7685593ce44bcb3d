"""Absences, surcharges, quotient and baskets: every row of docs/rules/absences.md."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portail.rules import PriceUnknown, price
from portail.rules.absences import AbsenceRule, Away, absence
from portail.rules.constraints import violations
from portail.rules.quotients import Effect, QuotientRule, QuotientValue, quotient_on, validity
from portail.rules.surcharges import Trigger, surcharge

from . import pages

PAGE = "absences.md"
TUESDAY = date(2027, 1, 12)
AWAY = (
    "Service",
    "Motif",
    "Absent",
    "Prévenu le",
    "Pièce le",
    "Dû chaque jour",
    "Le portail dit (dernier jour)",
)
WRONG = ("Service", "Ce qui s'est passé", "Ce qu'on sait", "Prix", "Composantes", "Compté par")


def days(words: str) -> tuple[date, ...]:
    return tuple(datetime.strptime(word, "%d/%m/%Y").date() for word in words.split())  # noqa: DTZ007


@pytest.mark.parametrize("row", pages.rows(PAGE, *AWAY), ids=str)
def test_an_absence_costs_what_the_page_says(row):
    cells = row.cells
    told, proved = (pages.moment(cells[name]) if cells[name] else None for name in ("Prévenu le", "Pièce le"))
    known = (("reason", cells["Motif"]),) if cells["Motif"] else ()
    away = Away(cells["Service"], days(cells["Absent"]), told, proved, known)
    found = absence(pages.regulation(row.toml).absences, away, pages.calendar(row.toml))
    assert [day.day for day in found] == list(away.days)
    assert [day.due for day in found] == [Decimal(share) for share in cells["Dû chaque jour"].split()]
    assert found[-1].reason.fr() == cells["Le portail dit (dernier jour)"]


@pytest.mark.parametrize("row", pages.rows(PAGE, *WRONG), ids=str)
def test_a_surcharge_is_what_the_page_says(row):
    cells, regulation = row.cells, pages.regulation(row.toml)
    asked = (cells["Service"], TUESDAY, pages.known(cells["Ce qu'on sait"]))
    try:
        base = price(regulation.tariffs, *asked)
    except PriceUnknown:
        base = None
    found = surcharge(regulation.surcharges, Trigger(cells["Ce qui s'est passé"]), *asked, base=base)
    if cells["Prix"] == "rien":
        assert found is None
        return
    assert found.refused is (cells["Prix"] == "refusé")
    assert found.refused or str(found.price.amount) == cells["Prix"]
    assert ", ".join(f"{c.part} {c.amount}" for c in found.price.components) == cells["Composantes"]
    assert found.price.amount == sum(c.amount for c in found.price.components)
    assert found.once == cells["Compté par"]


@pytest.mark.parametrize(
    "row", pages.rows(PAGE, "Reçus", "Jour de service", "Quotient", "Le portail dit"), ids=str
)
def test_the_quotient_of_a_day_is_what_the_page_says(row):
    values = []
    for words in row.cells["Reçus"].split(" ; "):
        kind, value, received = re.fullmatch(r"(.+) (\d+) le (\S+)", words).groups()
        [on] = days(received)
        values.append(QuotientValue(Decimal(value), kind, on, on))
    found = quotient_on(values, pages.regulation(row.toml).quotient, pages.day(row.cells["Jour de service"]))
    shown = "aucun" if found.value is None else str(found.value)
    assert (shown, found.reason.fr()) == (row.cells["Quotient"], row.cells["Le portail dit"])


@pytest.mark.parametrize("row", pages.rows(PAGE, "Panier", "Le portail dit"), ids=str)
def test_a_basket_respects_what_the_page_says(row):
    basket = []
    for words in row.cells["Panier"].split(" ; "):
        service, _, when = words.partition(" ")
        basket += [(service, day) for day in days(when)]
    found = violations(pages.regulation(row.toml).constraints, basket, pages.calendar(row.toml))
    assert [v.told.fr() for v in found] == (
        [row.cells["Le portail dit"]] if row.cells["Le portail dit"] else []
    )


@given(
    st.lists(st.dates(date(2026, 9, 1), date(2027, 8, 31)), min_size=1, max_size=10, unique=True),
    st.sets(st.integers(1, 5)),
    st.integers(1, 5),
    st.integers(0, 100),
)
@settings(deadline=None, max_examples=200)
def test_an_absence_never_costs_more_than_presence(away, billed, least, kept):
    rule = AbsenceRule("x", billed_days=frozenset(billed), least=least, kept=Decimal(kept))
    found = absence([rule], Away("cantine", tuple(sorted(away))), pages.calendar())
    assert len(found) == len(away)
    assert all(0 <= day.due <= 1 for day in found)
    assert all((day.due == 1) is (day.outcome is None) or kept == 100 for day in found)


@given(
    st.lists(st.tuples(st.integers(0, 3000), st.dates(date(2024, 1, 1), date(2027, 12, 31))), max_size=6),
    st.sampled_from(Effect),
    st.none() | st.integers(1, 24),
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
)
@settings(deadline=None, max_examples=200)
def test_a_quotient_never_counts_before_it_was_received(values, effect, months, day):
    proved = [QuotientValue(Decimal(value), "CAF", on, on) for value, on in values]
    found = quotient_on(proved, QuotientRule(effect=effect, renewal=(2, 1), valid_months=months), day)
    received = {v.value for v in proved if v.received_on <= day}
    assert found.value is None or found.value in received


@given(
    st.dates(date(2024, 1, 1), date(2028, 12, 31)),
    st.sampled_from(Effect),
    st.sampled_from([(2, 1), (2, 29), (3, 1), (12, 31)]),
    st.sampled_from([(), (10,), (30, 10)]),
)
@settings(deadline=None, max_examples=60)
def test_a_proof_is_good_until_a_renewal_and_past_those_it_answered(received, effect, renewal, reminders):
    rule = QuotientRule(effect=effect, renewal=renewal, reminders=reminders)
    proved = QuotientValue(Decimal(742), "CAF", received, received)
    start, end = validity(proved, rule)
    assert received <= start <= end < start + timedelta(days=367 + max(reminders, default=0))
    assert rule.next_renewal(end) == end + timedelta(days=1)
    asked = rule.next_renewal(received)
    assert end >= asked or received < rule.opens(asked)
    assert quotient_on([proved], rule, start).value == quotient_on([proved], rule, end).value == proved.value
    assert quotient_on([proved], rule, end + timedelta(days=1)).value is None
