"""The tax certificate: the page's examples, and never more than was paid."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portail.rules import PaidInvoice, care_paid, is_young

from . import pages

PAGE = "attestation-fiscale.md"


def euros(cell: str) -> Decimal:
    return Decimal(cell.replace(",", "."))


@pytest.mark.parametrize(
    "row", pages.rows(PAGE, "Facture", "Accueil", "Payé avant", "Payé dans l'année", "Compté"), ids=str
)
def test_what_counts_is_what_the_page_says(row):
    asked, care, before, during, counted = map(euros, row.cells.values())
    found = care_paid([PaidInvoice(asked, {1: care}, before=before, during=during)])
    assert found.get(1, Decimal(0)) == counted


@pytest.mark.parametrize("row", pages.rows(PAGE, "Né le", "Année", "Compte"), ids=str)
def test_who_counts_is_who_the_page_says(row):
    born, year, counts = row.cells.values()
    assert is_young(date.fromisoformat(born), int(year)) == (counts == "oui")


def test_two_children_share_by_their_care_and_invoices_add_up():
    first = PaidInvoice(
        Decimal("100.00"), {1: Decimal("30.00"), 2: Decimal("50.00")}, during=Decimal("50.00")
    )
    second = PaidInvoice(Decimal("10.00"), {1: Decimal("10.00")}, during=Decimal("10.00"))
    assert care_paid([first, second]) == {1: Decimal("25.00"), 2: Decimal("25.00")}


def test_partial_payments_of_three_years_are_exactly_the_care():
    third = Decimal("33.33")
    years = [(Decimal(0), third), (third, third), (2 * third, Decimal("33.34"))]
    care = {1: Decimal("100.00")}
    told = [care_paid([PaidInvoice(Decimal("100.00"), care, before=b, during=d)])[1] for b, d in years]
    assert sum(told) == Decimal("100.00")


def test_what_an_adjustment_gives_back_to_one_child_swells_nobody_elses():
    care = {1: Decimal("100.00"), 2: Decimal("-50.00")}
    found = care_paid([PaidInvoice(Decimal("50.00"), care, during=Decimal("50.00"))])
    assert found == {1: Decimal("50.00")}


cents = st.integers(0, 10_000_000).map(lambda value: Decimal(value).scaleb(-2))
signed = st.integers(-10_000_000, 10_000_000).map(lambda value: Decimal(value).scaleb(-2))
invoices = st.builds(PaidInvoice, signed, st.dictionaries(st.integers(1, 4), signed), cents, cents)


@given(st.lists(invoices, max_size=6))
def test_never_more_than_was_paid(found):
    told = care_paid(found)
    assert sum(told.values()) <= sum(invoice.during for invoice in found)
    assert all(amount > 0 and amount == round(amount, 2) for amount in told.values())


@given(st.lists(invoices, max_size=6), st.randoms())
def test_the_order_of_invoices_changes_nothing(found, chance):
    other = list(found)
    chance.shuffle(other)
    assert care_paid(other) == care_paid(found)
