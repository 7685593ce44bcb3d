"""The check of the data finds each wrong that money may suffer, and nothing in sound accounts."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from portail.billing.models import Allocation, Movement
from portail.cli import money_invariants as money
from portail.payments.actions import corrections, deposits
from portail.payments.models import Deposit, Payment
from tests.factories import NOW
from tests.payments.desk import TODAY, invoiced, paid

pytestmark = pytest.mark.django_db
CHECKS = (money.used_twice, money.payments_unlike_their_movement, money.deposits_that_do_not_add_up)


@pytest.fixture
def drawer(cast):
    """An invoice paid by cheque and handed over, a payment cancelled, cash given back."""
    home, by = cast.alice.household, {"actor": cast.renee, "now": NOW}
    invoiced(home, "48.30", 2026000000001)
    cheque = paid(home, "48.30", "cheque")
    corrections.cancel(paid(home, "10.00", "card").movement, "Saisi deux fois", **by)
    cash = paid(home, "50.00")
    corrections.refund(home, "cash", Decimal(20), "Trop versé", token=uuid4(), **by)
    slip = deposits.hand_over("cheque", [cheque.pk], day=TODAY, token=uuid4(), **by)
    deposits.hand_over("cash", [cash.pk], day=TODAY, token=uuid4(), **by)
    return {"cheque": cheque, "slip": slip, "other": invoiced(cast.bob.household, "5.00", 2026000000002)}


def wrongs() -> list[str]:
    return [wrong for check in CHECKS for wrong in check()]


def test_sound_accounts_have_nothing(drawer):
    assert wrongs() == []


def test_more_than_a_movement_holds(drawer):
    Allocation.objects.update(amount=Decimal("60.00"))
    assert f"mouvement {drawer['cheque'].movement_id}" in wrongs()


def test_a_payment_used_for_somebody_else(drawer):
    drawer["cheque"].movement.pays.update(debit=drawer["other"], amount=Decimal("5.00"))
    assert wrongs() == [f"mouvement {drawer['cheque'].movement_id}"]


@pytest.mark.parametrize("wrong", [{"amount": Decimal("48.31")}, {"received_on": date(2026, 11, 1)}])
def test_a_payment_that_says_otherwise(drawer, wrong):
    Payment.objects.filter(pk=drawer["cheque"].pk).update(**wrong)
    assert f"paiement {drawer['cheque'].pk}" in wrongs()


def test_what_undoes_too_little(drawer):
    Movement.objects.filter(kind="reversal").update(amount=Decimal("9.99"))
    assert any(wrong.startswith("annulation") for wrong in wrongs())


@pytest.mark.parametrize("wrong", [{"total": Decimal("48.31")}, {"mode": "cash"}, {"cancelled_at": NOW}])
def test_a_slip_that_does_not_add_up(drawer, wrong):
    Deposit.objects.filter(pk=drawer["slip"].pk).update(**wrong)
    assert wrongs() == [f"remise {drawer['slip'].pk}"]
