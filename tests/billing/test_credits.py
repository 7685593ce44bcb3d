"""Credit notes and what agents add by hand."""

import uuid
from datetime import date, timedelta
from decimal import Decimal

import pytest

from portail.billing import queries
from portail.billing.actions import byhand, credits, ledger, runs
from portail.billing.models import Allocation, Charge, CreditNote, Movement
from tests import factories as make
from tests.factories import NOW

from .town import OCTOBER, SEPTEMBER, book, drafted, family, published, regulate
from .town import sessions as days

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=1)


@pytest.fixture
def invoice(db):
    make.CommuneFactory()
    regulate()
    household, child = family()
    book(household, child, days(SEPTEMBER[0], 3))
    return published(*SEPTEMBER).invoices.get()


def credit(invoice, **more):
    values = {"token": uuid.uuid4(), "actor": None, "now": LATER} | more
    return credits.credit(invoice, invoice.lines.all(), "Facturée par méprise", **values)


def test_a_credit_note_takes_an_invoice_back_in_its_own_series(invoice):
    token = uuid.uuid4()
    note = credit(invoice, token=token)
    assert (note.number, note.amount, note.invoice) == (2026000000001, Decimal("10.50"), invoice)
    assert credit(invoice, token=token) == note
    assert queries.balance(invoice.account) == 0
    assert ledger.left_of([invoice.movement, note.movement]) == {
        invoice.movement.pk: Decimal("0.00"),
        note.movement.pk: Decimal("0.00"),
    }
    assert note.document_id
    with pytest.raises(credits.NothingToCredit):
        credit(invoice)
    assert CreditNote.objects.count() == 1


def test_a_paid_invoice_credited_leaves_an_advance(invoice):
    account = invoice.account
    paid = ledger.enter(
        account,
        Movement.Kind.PAYMENT,
        Decimal("-10.50"),
        "Chèque",
        day=date(2026, 11, 24),
        now=NOW,
        actor=None,
    )
    ledger.settle(account, now=NOW)
    note = credit(invoice)
    assert queries.balance(account) == Decimal("-10.50")
    assert [(a.debit, a.credit) for a in Allocation.objects.all()] == [(invoice.movement, note.movement)]
    assert ledger.left_of([paid]) == {paid.pk: Decimal("10.50")}


def test_what_is_credited_is_closed_unless_it_is_to_be_billed_again(invoice):
    credit(invoice)
    assert not drafted(*OCTOBER, now=LATER).invoices.exists()


def test_what_is_credited_to_be_billed_again_comes_back_once(invoice):
    credit(invoice, bills_again=True)
    run = drafted(*OCTOBER, now=LATER)
    [line] = run.invoices.get().lines.all()
    assert (line.quantity, line.amount) == (3, Decimal("10.50"))
    assert "Facturé de nouveau" in line.explanation["reason"]
    runs.discard(run, actor=None, now=LATER)
    published(*OCTOBER, now=LATER)
    november = date(2026, 11, 1), date(2026, 11, 30)
    assert not drafted(*november, now=LATER + timedelta(days=1)).invoices.exists()
    assert queries.balance(invoice.account) == Decimal("10.50")


def test_a_credit_note_needs_a_reason_and_a_published_invoice(invoice):
    with pytest.raises(credits.ReasonNeeded):
        credits.credit(invoice, invoice.lines.all(), " ", token=uuid.uuid4(), actor=None, now=LATER)
    draft = make.InvoiceFactory(number=None, issued_on=None)
    with pytest.raises(credits.NotPublished):
        credits.credit(draft, [], "x", token=uuid.uuid4(), actor=None, now=LATER)


def add(household, amount, **more):
    values = {
        "day": date(2026, 10, 6),
        "part": "penalty",
        "token": uuid.uuid4(),
        "actor": None,
        "now": NOW,
    } | more
    return byhand.add(household, "Retard du soir", Decimal(amount), **values)


def test_what_is_added_by_hand_comes_on_the_next_invoice(invoice):
    household, token = invoice.account.household, uuid.uuid4()
    charge = add(household, "10.00", token=token)
    assert add(household, "10.00", token=token) == charge
    assert charge.components.get().part == "penalty"
    [line] = published(*OCTOBER, now=LATER).invoices.get().lines.all()
    assert (line.label, line.amount, list(line.charges.all())) == (
        "Retard du soir",
        Decimal("10.00"),
        [charge],
    )
    charge.refresh_from_db()
    with pytest.raises(byhand.Invoiced):
        byhand.remove(charge, actor=None, now=LATER)


def test_what_is_added_by_hand_can_be_removed_until_then(invoice):
    charge = add(invoice.account.household, "10.00")
    byhand.remove(charge, actor=None, now=NOW)
    byhand.remove(charge, actor=None, now=NOW)
    assert not Charge.objects.filter(key="").exists()


@pytest.mark.parametrize("amount", ["0", "100000.00", "1.001"])
def test_an_amount_that_is_none_is_refused(invoice, amount):
    with pytest.raises(byhand.NotAnAmount):
        add(invoice.account.household, amount)


def test_giving_back_needs_a_reason_and_is_an_adjustment(invoice):
    household = invoice.account.household
    with pytest.raises(byhand.ReasonNeeded):
        add(household, "-5.00")
    assert add(household, "-5.00", reason="Geste commercial").kind == Charge.Kind.ADJUSTMENT
    assert add(household, "99999.99").amount == Decimal("99999.99")
