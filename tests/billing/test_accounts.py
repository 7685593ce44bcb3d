"""Where invoices stand, what moved an account, and the years it has."""

from datetime import date
from decimal import Decimal

import pytest

from portail.billing.models import Movement
from portail.billing.queries import accounts
from portail.billing.queries.accounts import Standing
from tests import factories as make

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture
def account(cast):
    return make.AccountFactory(household=cast.alice.household)


def pay(invoice, amount, day=date(2026, 11, 12)):
    credit = make.MovementFactory(account=invoice.account, amount=-Decimal(amount), day=day)
    make.AllocationFactory(debit=invoice.movement, credit=credit, amount=Decimal(amount))
    return credit


def only(account):
    [bill] = accounts.bills(accounts.published(account), today=TODAY)
    return bill


@pytest.mark.parametrize(
    ("due_on", "paid", "standing", "left"),
    [
        (date(2026, 11, 24), None, Standing.TO_PAY, "48.30"),
        (date(2026, 11, 23), None, Standing.LATE, "48.30"),
        (date(2026, 12, 15), "20.00", Standing.TO_PAY, "28.30"),
        (date(2026, 11, 1), "48.30", Standing.PAID, "0.00"),
    ],
)
def test_an_invoice_is_to_pay_late_or_paid(account, due_on, paid, standing, left):
    invoice = make.InvoiceFactory(account=account, due_on=due_on)
    if paid:
        pay(invoice, paid)
    bill = only(account)
    assert (bill.standing, bill.left, bill.is_part_paid) == (standing, Decimal(left), paid == "20.00")


def test_a_whole_credit_note_takes_the_invoice_back_even_when_it_was_paid(account):
    invoice = make.InvoiceFactory(account=account)
    pay(invoice, "48.30")
    note = make.CreditNoteFactory(invoice=invoice)
    bill = only(account)
    assert (bill.standing, bill.credit_notes, bill.left) == (Standing.CREDITED, (note,), 0)


def test_a_credit_note_of_a_line_leaves_the_rest(account):
    invoice = make.InvoiceFactory(account=account)
    note = make.CreditNoteFactory(invoice=invoice, amount=Decimal("6.90"))
    make.AllocationFactory(debit=invoice.movement, credit=note.movement, amount=Decimal("6.90"))
    assert (only(account).standing, only(account).left) == (Standing.TO_PAY, Decimal("41.40"))


def test_an_invoice_that_gives_back_asks_for_nothing(account):
    make.InvoiceFactory(account=account, amount=Decimal("-3.10"), due_on=date(2026, 1, 1))
    assert only(account).standing == Standing.NOTHING


def test_a_draft_is_no_invoice_yet(account):
    make.InvoiceFactory(account=account, number=None, issued_on=None)
    assert list(accounts.published(account)) == []


@pytest.mark.parametrize("count", [1, 5])
def test_bills_cost_the_same_whatever_their_number(account, count, django_assert_num_queries):
    for _ in range(count):
        pay(make.InvoiceFactory(account=account), "10.00")
    with django_assert_num_queries(3):
        assert len(accounts.bills(accounts.published(account), today=TODAY)) == count


def test_a_statement_adds_up_from_the_balance_before(account):
    make.InvoiceFactory(account=account, issued_on=date(2026, 9, 5), amount=Decimal("30.10"))
    make.InvoiceFactory(account=account, issued_on=date(2026, 11, 5), amount=Decimal("48.30"))
    make.MovementFactory(account=account, day=date(2026, 11, 12), amount=Decimal("-78.40"))
    make.MovementFactory(account=account, day=date(2026, 11, 13), amount=Decimal("-5.00"))
    found = accounts.statement(account, date(2026, 11, 1), date(2026, 11, 12))
    assert found.before == Decimal("30.10")
    assert [row.balance for row in found.rows] == [Decimal("78.40"), 0]
    assert (found.asked, found.received, found.after) == (Decimal("48.30"), Decimal("78.40"), 0)
    assert found.before + found.asked - found.received == found.after


def test_a_cancelled_payment_is_not_billed(account):
    make.InvoiceFactory(account=account, issued_on=date(2026, 11, 5), amount=Decimal("48.30"))
    make.MovementFactory(account=account, day=date(2026, 11, 6), amount=Decimal("-20.00"))
    make.MovementFactory(
        account=account, day=date(2026, 11, 7), kind=Movement.Kind.REVERSAL, amount=Decimal("20.00")
    )
    found = accounts.statement(account, date(2026, 11, 1), date(2026, 11, 12))
    assert (found.billed, found.settled, found.after) == (Decimal("48.30"), 0, Decimal("48.30"))


def test_a_family_never_asked_for_anything_has_an_empty_statement():
    found = accounts.statement(None, date(2026, 1, 1), date(2026, 12, 31))
    assert (found.before, found.rows, found.after) == (0, (), 0)


def test_the_years_run_from_the_first_movement_to_today(account):
    make.MovementFactory(account=account, day=date(2025, 8, 30))
    assert [year.key for year in accounts.years(account, today=TODAY)] == [
        "2026-2027",
        "2025-2026",
        "2024-2025",
        "2026",
        "2025",
    ]
    assert [year.key for year in accounts.years(None, today=TODAY)] == ["2026-2027", "2026"]
    assert accounts.school_year(2025).last == date(2026, 8, 31)
