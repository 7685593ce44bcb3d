"""Undone, given back, given up, brought in: always by another entry, never for more than there is."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from portail.billing import queries as billing
from portail.billing.actions import ledger
from portail.billing.models import Movement
from portail.core.models import JournalEntry, OutboxMail
from portail.payments.actions import corrections, deposits
from portail.payments.models import Refund
from portail.payments.queries.dues import standing
from portail.payments.refusals import Refused
from tests.factories import NOW
from tests.payments.desk import TODAY, invoiced, left, owes, paid

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def home(cast):
    return cast.alice.household


@pytest.fixture
def by(cast):
    """Renée, on that morning."""
    return {"actor": cast.renee, "now": NOW}


def refund(home, by, amount="20.00", mode="transfer", reason="Déménagement", token=None):
    return corrections.refund(home, mode, Decimal(amount), reason, token=token or uuid4(), **by)


# --- cancelled


def test_a_cancelled_payment_is_an_opposite_entry_and_what_it_paid_is_due_again(home, by):
    debt = invoiced(home, "48.30", 2026000000001)
    payment = paid(home, "48.30", "cheque", YESTERDAY)
    opposite = corrections.cancel(payment.movement, "Chèque sans provision", **by)
    assert (opposite.kind, opposite.amount) == (Movement.Kind.REVERSAL, Decimal("48.30"))
    assert (opposite.day, opposite.reverses) == (TODAY, payment.movement)
    assert left(debt, payment.movement, opposite) == ["48.30", "0.00", "0.00"]
    assert billing.balance(home.account) == Decimal("48.30")


def test_another_advance_pays_at_once_what_is_due_again(home, by):
    debt = owes(home, "30.00")
    first = paid(home, "30.00")
    paid(home, "12.00", "card")
    corrections.cancel(first.movement, "Saisi deux fois", **by)
    assert left(debt) == ["18.00"]


def test_cancelling_twice_is_once(home, by):
    payment = paid(home, "30.00")
    mails = OutboxMail.objects.count()
    once = corrections.cancel(payment.movement, "Saisi deux fois", **by)
    assert corrections.cancel(payment.movement, "Encore", **by) == once
    assert once.reason == "Saisi deux fois"
    assert OutboxMail.objects.count() == mails + 1
    assert JournalEntry.objects.filter(verb="payment.cancelled").count() == 1


def test_the_family_reads_what_was_cancelled_and_why(home, by):
    owes(home, "48.30")
    payment = paid(home, "48.30")
    corrections.cancel(payment.movement, "Chèque sans provision", **by)
    mail = OutboxMail.objects.latest("pk")
    assert payment.number in mail.text
    assert "Motif : Chèque sans provision" in mail.text
    assert "48,30\xa0€ à payer" in mail.text


def test_a_payment_handed_over_stays_on_its_slip_and_is_undone_today(home, by):
    payment = paid(home, "30.00", "cheque", YESTERDAY)
    slip = deposits.hand_over("cheque", [payment.pk], day=YESTERDAY, token=uuid4(), **by)
    opposite = corrections.cancel(payment.movement, "Impayé", **by)
    payment.refresh_from_db()
    slip.refresh_from_db()
    assert (payment.deposit, slip.total, opposite.day) == (slip, Decimal("30.00"), TODAY)


def test_an_advance_that_was_given_back_is_owed_when_its_cheque_bounces(home, by):
    payment = paid(home, "30.00", "cheque")
    given = refund(home, by, "30.00")
    corrections.cancel(payment.movement, "Impayé", **by)
    assert [(debt.movement, debt.left) for debt in standing(home.account).debts] == [
        (given.movement, Decimal("30.00"))
    ]


def test_an_invoice_is_not_cancelled_here(home, by):
    with pytest.raises(Refused, match="avoir"):
        corrections.cancel(invoiced(home, "30.00", 2026000000001), "Non", **by)


@pytest.mark.parametrize("reason", ["", "  "])
def test_nothing_is_undone_without_saying_why(home, by, reason):
    payment = paid(home, "30.00")
    with pytest.raises(Refused) as refused:
        corrections.cancel(payment.movement, reason, **by)
    assert list(refused.value.message_dict) == ["reason"]


# --- given back


def test_a_refund_comes_out_of_the_advance(home, by):
    owes(home, "30.00")
    paid(home, "50.00")
    given = refund(home, by, "15.00")
    assert (given.amount, given.movement.amount, given.paid_on) == (Decimal("15.00"), Decimal("15.00"), TODAY)
    assert standing(home.account).advance == Decimal("5.00")
    assert standing(home.account).debts == ()
    assert "Motif : Déménagement" in OutboxMail.objects.latest("pk").text


@pytest.mark.parametrize("amount", ["20.01", "99999.99", "0", "-1"])
def test_no_more_than_the_advance_is_given_back(home, by, amount):
    owes(home, "30.00")
    paid(home, "50.00")
    with pytest.raises(Refused) as refused:
        refund(home, by, amount)
    assert list(refused.value.message_dict) == ["amount"]
    assert not Refund.objects.exists()


def test_a_refund_posted_twice_is_made_once(home, by):
    paid(home, "50.00")
    token = uuid4()
    assert refund(home, by, token=token) == refund(home, by, token=token)
    assert standing(home.account).advance == Decimal("30.00")


def test_a_refund_undone_is_an_advance_again(home, by):
    paid(home, "50.00")
    given = refund(home, by)
    corrections.cancel(given.movement, "Virement rejeté", **by)
    assert standing(home.account).advance == Decimal("50.00")
    assert standing(home.account).debts == ()


def test_cash_given_back_leaves_the_next_deposit(home, by):
    payment = paid(home, "50.00")
    given = refund(home, by, "20.00", "cash")
    slip = deposits.hand_over("cash", [payment.pk], day=TODAY, token=uuid4(), **by)
    assert slip.total == Decimal("30.00")
    with pytest.raises(Refused, match="annulez d'abord la remise"):
        corrections.cancel(given.movement, "Non", **by)


def test_cash_that_is_not_in_the_till_is_not_given_back(home, by):
    paid(home, "50.00", "card")
    paid(home, "5.00")
    with pytest.raises(Refused, match="en caisse"):
        refund(home, by, "5.01", "cash")
    assert refund(home, by, "5.00", "cash").mode == "cash"


# --- given up


def test_a_debt_given_up_is_no_longer_due(home, by):
    debt = invoiced(home, "48.30", 2026000000001)
    token = uuid4()
    given_up = corrections.write_off(debt, Decimal("8.30"), "Décision du maire", token=token, **by)
    assert corrections.write_off(debt, Decimal("8.30"), "Décision", token=token, **by) == given_up
    assert left(debt, given_up) == ["40.00", "0.00"]
    corrections.cancel(given_up, "Décision retirée", **by)
    assert left(debt) == ["48.30"]


@pytest.mark.parametrize("amount", ["0", "-1", "28.31", "48.30"])
def test_no_more_than_what_is_left_is_given_up(home, by, amount):
    debt = invoiced(home, "48.30", 2026000000001)
    paid(home, "20.00")
    with pytest.raises(Refused) as refused:
        corrections.write_off(debt, Decimal(amount), "Décision", token=uuid4(), **by)
    assert list(refused.value.message_dict) == ["amount"]
    assert left(debt) == ["28.30"]


# --- brought in


def bring_in(home, by, amount, day=date(2026, 8, 31), token=None):
    return corrections.open_balance(
        home, Decimal(amount), "Ancien logiciel", day=day, token=token or uuid4(), **by
    )


def test_what_was_owed_elsewhere_is_due_here(home, by):
    opened = bring_in(home, by, "120.50")
    assert left(opened) == ["120.50"]
    assert billing.balance(home.account, until=date(2026, 8, 31)) == Decimal("120.50")


def test_an_advance_brought_in_is_used(home, by):
    debt = owes(home, "30.00")
    corrections.cancel(debt, "Repris autrement", **by)
    due = invoiced(home, "20.00", 2026000000001)
    bring_in(home, by, "-50.00")
    assert left(due) == ["0.00"]
    assert standing(home.account).advance == Decimal("30.00")


def test_a_balance_is_brought_in_once(home, by):
    token = uuid4()
    opened = bring_in(home, by, "10.00", token=token)
    assert bring_in(home, by, "10.00", token=token) == opened
    with pytest.raises(Refused, match="déjà repris"):
        bring_in(home, by, "10.00")
    corrections.cancel(opened, "Montant à revoir", **by)
    assert bring_in(home, by, "12.00").amount == Decimal("12.00")


@pytest.mark.parametrize(
    ("amount", "day", "field"),
    [
        ("0", TODAY, "amount"),
        ("100000", TODAY, "amount"),
        ("-100000", TODAY, "amount"),
        ("5", TODAY + timedelta(days=1), "day"),
    ],
)
def test_a_balance_badly_typed_is_refused(home, by, amount, day, field):
    with pytest.raises(Refused) as refused:
        bring_in(home, by, amount, day)
    assert list(refused.value.message_dict) == [field]


def test_every_correction_is_in_the_journal(home, by):
    debt = bring_in(home, by, "10.00")
    corrections.write_off(debt, Decimal("10.00"), "Décision", token=uuid4(), **by)
    paid(home, "5.00")
    refund(home, by, "5.00")
    told = JournalEntry.objects.filter(subject=home.journal_subject, actor=by["actor"])
    verbs = ["balance.opened", "debt.written_off", "refund.made"]
    assert list(told.order_by("pk").values_list("verb", flat=True)) == verbs


def test_a_payment_of_nobody_else_is_touched(home, by, cast):
    other = paid(cast.bob.household, "30.00")
    with pytest.raises(Refused):
        refund(home, by, "1.00")
    assert ledger.left_of([other.movement]) == {other.movement.pk: Decimal("30.00")}
