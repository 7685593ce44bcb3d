"""The account: what is due, what pays it, and nothing used twice."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.billing import queries
from portail.billing.actions import ledger
from portail.billing.models import Allocation, Movement
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)
Kind = Movement.Kind


def entered(account, kind, amount, day=DAY):
    return ledger.enter(account, kind, Decimal(amount), kind.label, day=day, now=NOW, actor=None)


@pytest.fixture
def account(db):
    return ledger.account_of(make.HouseholdFactory(), now=NOW)


def test_an_account_is_opened_once():
    household = make.HouseholdFactory()
    assert ledger.account_of(household, now=NOW) == ledger.account_of(household, now=NOW)


def test_the_balance_is_the_sum_of_the_movements(account):
    entered(account, Kind.OPENING, "30.00", date(2026, 9, 1))
    entered(account, Kind.PAYMENT, "-12.50")
    assert queries.balance(account) == Decimal("17.50")
    assert queries.balance(account, until=date(2026, 9, 30)) == Decimal("30.00")


def test_a_credit_pays_the_oldest_debt_first_and_the_rest_stays(account):
    newer = entered(account, Kind.OPENING, "20.00", date(2026, 10, 1))
    older = entered(account, Kind.OPENING, "30.00", date(2026, 9, 1))
    paid = entered(account, Kind.PAYMENT, "-60.00")
    made = ledger.settle(account, now=NOW)
    assert [(a.debit, a.amount) for a in made] == [(older, Decimal("30.00")), (newer, Decimal("20.00"))]
    assert ledger.left_of([paid]) == {paid.pk: Decimal("10.00")}
    assert ledger.settle(account, now=NOW) == []


def test_a_chosen_debt_is_paid_before_the_others(account):
    older = entered(account, Kind.OPENING, "30.00", date(2026, 9, 1))
    newer = entered(account, Kind.OPENING, "20.00", date(2026, 10, 1))
    entered(account, Kind.PAYMENT, "-25.00")
    ledger.settle(account, now=NOW, first={newer.pk: Decimal("20.00")})
    assert ledger.left_of([older, newer]) == {older.pk: Decimal("25.00"), newer.pk: Decimal("0.00")}


def test_more_than_is_left_is_refused(account):
    debt = entered(account, Kind.OPENING, "30.00")
    paid = entered(account, Kind.PAYMENT, "-20.00")
    with pytest.raises(ledger.TooMuch) as refused:
        ledger.allocate(debt, paid, Decimal("20.01"), now=NOW)
    assert refused.value.left == Decimal("20.00")


def test_what_is_released_is_due_again(account):
    debt = entered(account, Kind.OPENING, "30.00")
    paid = entered(account, Kind.PAYMENT, "-30.00")
    ledger.settle(account, now=NOW)
    ledger.release(paid)
    assert ledger.left_of([debt, paid]) == {debt.pk: Decimal("30.00"), paid.pk: Decimal("30.00")}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(-9999, 9999).filter(bool), max_size=12))
def test_whatever_happens_nothing_is_used_twice(account, cents):
    Allocation.objects.all().delete()
    account.movements.all().delete()
    for amount in cents:
        entered(account, Kind.OPENING if amount > 0 else Kind.PAYMENT, Decimal(amount) / 100)
        ledger.settle(account, now=NOW)
    left = ledger.left_of(account.movements.all())
    assert all(amount >= 0 for amount in left.values())
    due = sum(left[m.pk] if m.amount > 0 else -left[m.pk] for m in account.movements.all())
    assert due == queries.balance(account)
    assert not (any(left[m.pk] for m in account.movements.filter(amount__gt=0)) and due < 0)
