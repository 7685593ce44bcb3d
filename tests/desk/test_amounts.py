"""Amounts as people type them."""

from decimal import Decimal

import pytest

from portail.core.forms import Form
from portail.desk.forms.amounts import AmountField


class Asked(Form):
    amount = AmountField(label="Montant")
    free = AmountField(label="Facultatif", required=False, least=Decimal(0))


@pytest.mark.parametrize(
    ("typed", "amount"),
    [
        ("48,30", "48.30"),
        ("48.3", "48.30"),
        ("1 234,50", "1234.50"),
        ("1\u00a0234,50\u202f€", "1234.50"),
        ("12", "12.00"),
        ("12,", "12.00"),
        ("0,01", "0.01"),
        ("99 999,99 €", "99999.99"),
        ("7,100", "7.10"),
        ("20 euros", "20.00"),
    ],
)
def test_an_amount_is_read(typed, amount):
    form = Asked({"amount": typed})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["amount"] == Decimal(amount)
    assert str(form.cleaned_data["amount"]) == amount


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Remplissez"),
        ("€", "comme 48,30"),
        ("douze", "comme 48,30"),
        ("1.234,50", "comme 48,30"),
        ("NaN", "comme 48,30"),
        ("1e5", "comme 48,30"),
        ("٤٨", "comme 48,30"),
        ("12,345", "deux chiffres"),
        ("0", "plus grand que zéro"),
        ("-5", "plus grand que zéro"),
        ("100000", "au plus 99 999,99"),
        ("999999999999", "comme 48,30"),
    ],
)
def test_an_amount_badly_typed_is_told_what_to_do(typed, told):
    form = Asked({"amount": typed})
    assert told in form.errors["amount"][0]
    assert 'value="' + typed in form.as_p() or not typed


def test_an_amount_may_be_left_empty_or_nothing():
    assert Asked({"amount": "1"}).is_valid()
    form = Asked({"amount": "1", "free": "0"})
    assert form.is_valid()
    assert form.cleaned_data["free"] == Decimal("0.00")


def test_an_amount_is_shown_with_its_comma():
    assert 'value="48,30"' in str(Asked(initial={"amount": Decimal("48.3")})["amount"])
