"""Random histories of bookings, absences, quotients, runs and credit notes: whatever happens, it adds up."""

import uuid
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.billing import queries
from portail.billing.actions import byhand, credits, editions, ledger, runs
from portail.billing.actions.anomalies import accept
from portail.billing.models import Account, Charge, CreditNote, Invoice, InvoiceRun, Movement
from portail.billing.queries.charges import computed
from portail.bookings.models import Booking
from portail.core.money import ZERO
from tests import factories as make
from tests.factories import NOW

from .town import absent, cancel, family, regulate, sessions, work

MONTHS = [(date(2026, m, 1), date(2026, m, last)) for m, last in ((9, 30), (10, 31), (11, 30))]
STEPS = st.one_of(
    st.tuples(st.just("book"), st.integers(0, 1), st.integers(0, 11)),
    st.tuples(st.just("cancel"), st.integers(0, 1), st.integers(0, 11)),
    st.tuples(st.just("absent"), st.integers(0, 1), st.integers(0, 11)),
    st.tuples(st.just("quotient"), st.integers(0, 1), st.sampled_from([300, 742, 1200])),
    st.tuples(st.just("fine"), st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.just("pay"), st.integers(0, 1), st.integers(1, 20)),
    st.tuples(st.just("run"), st.integers(0, 2), st.booleans()),
    st.tuples(st.just("credit"), st.integers(0, 1), st.booleans()),
)


class History:
    """A town of two families, and everything that may happen to it, one moment after the other."""

    def __init__(self) -> None:
        self.now = NOW
        self.families = [family("BERNARD"), family("PETIT")]
        self.days = [session for first, _ in MONTHS for session in sessions(first, 4)]

    def step(self, what: str, which: int, value) -> None:
        self.now += timedelta(minutes=1)
        getattr(self, f"_{what}")(which, value)

    def booking(self, which: int, number: int) -> Booking | None:
        household, _child = self.families[which]
        return Booking.objects.filter(household=household, session=self.days[number], state="booked").first()

    def _book(self, which: int, number: int) -> None:
        household, child = self.families[which]
        if self.booking(which, number) is None:
            make.BookingFactory(
                household=household, child=child, session=self.days[number], created_at=self.now
            )

    def _cancel(self, which: int, number: int) -> None:
        if booking := self.booking(which, number):
            cancel(booking, self.now)

    def _absent(self, which: int, number: int) -> None:
        booking = self.booking(which, number)
        if booking is not None and not booking.absences.filter(withdrawn_at=None).exists():
            absent(booking)

    def _quotient(self, which: int, value: int) -> None:
        make.QuotientFactory(
            household=self.families[which][0],
            value=Decimal(value),
            proved_on=date(2026, 8, 1),
            received_on=date(2026, 8, 1) + timedelta(days=(self.now - NOW).seconds // 60 % 28),
            created_at=self.now,
        )

    def _fine(self, which: int, euros: int) -> None:
        byhand.add(
            self.families[which][0],
            "Retard",
            Decimal(euros),
            day=date(2026, 9, 15),
            part="penalty",
            token=uuid.uuid4(),
            actor=None,
            now=self.now,
        )

    def _pay(self, which: int, euros: int) -> None:
        account = ledger.account_of(self.families[which][0], now=self.now)
        ledger.enter(
            account, Movement.Kind.PAYMENT, -Decimal(euros), "Payé", day=NOW.date(), now=self.now, actor=None
        )
        ledger.settle(account, now=self.now)

    def _run(self, month: int, is_discarded: bool) -> None:
        run = runs.start(*MONTHS[month], due_on=date(2026, 12, 31), actor=None, now=self.now)
        self.work()
        before = drafted_content()
        runs.redo(run, actor=None, now=self.now)
        self.work()
        assert drafted_content() == before
        accept(run.anomalies.all(), "Vu", actor=make.UserFactory(), now=self.now)
        if is_discarded or not run.invoices.exists():
            runs.discard(run, actor=None, now=self.now)
        else:
            runs.publish(run, actor=None, now=self.now)
            self.work()

    def _credit(self, which: int, bills_again: bool) -> None:
        household = self.families[which][0]
        for invoice in Invoice.objects.filter(account__household=household, number__isnull=False):
            lines = invoice.lines.filter(credited_by=None)
            if lines.exists():
                credits.credit(
                    invoice,
                    lines[:1],
                    "Repris",
                    token=uuid.uuid4(),
                    actor=None,
                    now=self.now,
                    bills_again=bills_again,
                )
                return

    def work(self) -> None:
        work(self.now)


def drafted_content() -> list[tuple]:
    rows = Charge.objects.filter(line__invoice__number=None, line__isnull=False)
    return sorted(rows.values_list("account", "kind", "key", "amount", "reason", "line__label"))


def assert_adds_up() -> None:
    for charge in Charge.objects.prefetch_related("components"):
        assert charge.amount == sum((c.amount for c in charge.components.all()), ZERO)
    for invoice in Invoice.objects.prefetch_related("lines__charges"):
        assert invoice.amount == sum((line.amount for line in invoice.lines.all()), ZERO)
        for line in invoice.lines.all():
            assert line.amount == sum((c.amount for c in line.charges.all()), ZERO)
            assert line.amount == line.quantity * line.unit_price
    once = Charge.objects.exclude(key="").exclude(kind="adjustment").values_list("key", flat=True)
    assert [key for key, count in Counter(once).items() if count > 1] == []
    for model in (Invoice, CreditNote):
        numbers = sorted(n for n in model.objects.values_list("number", flat=True) if n)
        assert numbers == list(range(2026000000001, 2026000000001 + len(numbers)))
    for invoice in Invoice.objects.filter(number__isnull=False):
        assert invoice.movement.amount == invoice.amount
    for account in Account.objects.all():
        asked = sum((i.amount for i in account.invoices.filter(number__isnull=False)), ZERO)
        back = sum((n.amount for n in CreditNote.objects.filter(invoice__account=account)), ZERO)
        paid = sum((m.amount for m in account.movements.filter(kind="payment")), ZERO)
        assert queries.balance(account) == asked - back + paid
        left = ledger.left_of(account.movements.all())
        assert all(amount >= 0 for amount in left.values())


def assert_all_is_invoiced(history: History) -> None:
    """Once everything is caught up and corrected, what is invoiced is what is due, thing by thing.

    Not what a credit note closed, and by the rules of the time where they were kept: here there is only one.
    """
    for month in range(3):
        history.now += timedelta(minutes=1)
        history._run(month, False)
    closed = set(
        Charge.objects.filter(line__credited_by__note__bills_again=False).values_list("key", flat=True)
    )
    invoiced: dict[str, Decimal] = defaultdict(lambda: ZERO)
    live = Charge.objects.filter(line__invoice__number__isnull=False, line__credited_by=None).exclude(key="")
    for key, amount in live.values_list("key", "amount"):
        invoiced[key] += amount
    due = computed([h.pk for h, _ in history.families], MONTHS[0][0], MONTHS[2][1])
    now = {d.key: d.amount for d in due.due}
    keys = {*invoiced, *now} - closed
    assert {k: invoiced[k] for k in keys} == {k: now.get(k, ZERO) for k in keys}


@pytest.fixture
def no_paper(monkeypatch):
    """Making the PDFs is proved elsewhere; here they would take all the time."""
    monkeypatch.setattr(editions, "waiting", lambda: Invoice.objects.none())
    monkeypatch.setattr(editions, "edit_credit_note", lambda note, now: None)


@pytest.mark.django_db
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(STEPS, min_size=4, max_size=14))
def test_whatever_happens_it_adds_up(no_paper, steps):
    with transaction.atomic():
        make.CommuneFactory()
        regulate()
        history = History()
        history.step("book", 0, 0)
        for step in steps:
            history.step(*step)
            assert_adds_up()
        assert_all_is_invoiced(history)
        assert_adds_up()
        transaction.set_rollback(True)


def test_the_states_of_a_run_say_whether_it_is_open():
    assert set(InvoiceRun.OPEN) == {"drafting", "draft", "publishing"}
