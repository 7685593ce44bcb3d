"""Two cash officers at once, on real connections.

On SQLite writers follow each other by themselves; on PostgreSQL the first was seen red without the lock on the account,
the second without the lock on the payments.
"""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db.models import Sum

from portail.billing.models import Allocation
from portail.core.money import to_cents
from portail.payments.actions import corrections, deposits
from portail.payments.actions.taking import Handed, take
from portail.payments.models import Deposit, Payment
from portail.payments.queries.dues import standing
from portail.payments.refusals import AccountMoved
from tests.factories import NOW
from tests.payments.desk import TODAY, invoiced, left, paid
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6


def kinds(results):
    return Counter(type(result).__name__ for result in results)


def taking(home, cast, *, token=None, seen=None, first=None):
    handed = Handed("card", Decimal("48.30"), TODAY)
    return lambda: take(
        home, handed, token=token or uuid4(), actor=cast.renee, now=NOW, seen=seen, first=first
    )


def test_an_invoice_paid_by_many_at_once_receives_no_more_than_it_asks(cast):
    home = cast.alice.household
    debt = invoiced(home, "48.30", 2026000000001)
    results = all_at_once([taking(home, cast) for _ in range(AT_ONCE)])
    assert kinds(results) == {"Payment": AT_ONCE}
    assert to_cents(Allocation.objects.filter(debit=debt).aggregate(n=Sum("amount"))["n"]) == Decimal("48.30")
    assert left(debt) == ["0.00"]
    assert standing(home.account).advance == Decimal("48.30") * (AT_ONCE - 1)


def test_who_comes_second_is_shown_that_the_account_moved(cast):
    home = cast.alice.household
    debt = invoiced(home, "48.30", 2026000000001)
    seen = {"seen": Decimal("48.30"), "first": {debt.pk: Decimal("48.30")}}
    results = all_at_once([taking(home, cast, **seen) for _ in range(AT_ONCE)])
    assert kinds(results) == {"Payment": 1, AccountMoved.__name__: AT_ONCE - 1}
    assert left(debt) == ["0.00"]


def test_the_same_form_sent_many_times_is_one_payment(cast):
    home, token = cast.alice.household, uuid4()
    invoiced(home, "48.30", 2026000000001)
    results = all_at_once([taking(home, cast, token=token) for _ in range(AT_ONCE)])
    assert kinds(results) == {"Payment": AT_ONCE}
    assert Payment.objects.count() == 1


def test_a_cheque_is_on_one_slip_and_never_cancelled_before_it(cast):
    cheques = [paid(cast.alice.household, "10.00", "cheque", TODAY - timedelta(days=day)) for day in range(3)]
    by = {"actor": cast.renee, "now": NOW}

    def handing():
        ids = [cheque.pk for cheque in cheques]
        return deposits.hand_over("cheque", ids, day=TODAY, token=uuid4(), **by)

    work = [handing] * 3 + [lambda: corrections.cancel(cheques[0].movement, "Rendu", **by)] * 2
    results = all_at_once(work)
    assert kinds(results)["Movement"] == 2
    undone = Payment.objects.exclude(movement__reversed_by=None).get()
    made = Deposit.objects.count()
    assert made <= 1
    assert (undone.deposit_id is not None) == (made == 1)
    assert kinds(results)["Refused"] == 3 - made
