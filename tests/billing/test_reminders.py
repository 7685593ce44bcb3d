"""Reminders: who is written to, once, and what stays a trace."""

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from portail.billing.actions import reminders
from portail.billing.models import Reminder
from portail.billing.queries import unpaid
from portail.core import jobs
from portail.core.models import Job, JournalEntry, OutboxMail
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)
TOKEN = UUID(int=7)


def clock():
    return NOW


@pytest.fixture
def account(cast):
    return make.AccountFactory(household=cast.alice.household)


def late(account, days=10, **values):
    return make.InvoiceFactory(account=account, due_on=TODAY - timedelta(days=days), **values)


def run(cast, invoices, *, days=15, token=TOKEN, now=NOW):
    ids = [invoice.pk for invoice in invoices]
    job = reminders.start(ids, days=days, token=token, actor=cast.renee, now=now)
    jobs.finish(job, lambda: now)
    return job


# --- what is unpaid


def test_what_is_unpaid_is_what_is_left_of_what_is_published(account):
    whole, part, paid = late(account, 40), late(account, 20), late(account, 5)
    to_come = make.InvoiceFactory(account=account)
    make.InvoiceFactory(account=account, number=None, issued_on=None, due_on=TODAY - timedelta(days=9))
    make.CreditNoteFactory(invoice=late(account, 3))
    for invoice, amount in ((part, "20.10"), (paid, "48.30")):
        credit = make.MovementFactory(account=account, amount=-Decimal(amount))
        make.AllocationFactory(debit=invoice.movement, credit=credit, amount=Decimal(amount))
    assert list(unpaid.late(today=TODAY)) == [whole, part]
    assert set(unpaid.unpaid()) == {whole, part, to_come}
    assert unpaid.left_of_all(unpaid.late(today=TODAY)) == Decimal("76.50")


@pytest.mark.parametrize(
    ("days", "age"),
    [(1, "0-30"), (30, "0-30"), (31, "31-60"), (60, "31-60"), (61, "61-90"), (90, "61-90"), (91, "91")],
)
def test_the_age_of_an_invoice(account, days, age):
    invoice = late(account, days)
    assert unpaid.age_of(invoice.due_on, today=TODAY).key == age
    [wanted] = [each for each in unpaid.AGES if each.key == age]
    assert list(unpaid.late(today=TODAY, age=wanted)) == [invoice]
    counts = {total.age.key: total.count for total in unpaid.totals(unpaid.late(today=TODAY), today=TODAY)}
    assert counts == {each.key: int(each.key == age) for each in unpaid.AGES}


def test_ten_times_ten_cents_is_a_euro_and_nothing_is_left(account):
    invoice = late(account, amount=Decimal("1.00"))
    for _ in range(10):
        credit = make.MovementFactory(account=account, amount=Decimal("-0.10"))
        make.AllocationFactory(debit=invoice.movement, credit=credit, amount=Decimal("0.10"))
    assert not unpaid.late(today=TODAY).exists()


# --- reminding


def test_a_family_gets_one_mail_for_all_that_is_late_and_the_journal_says_so(cast, account):
    first, second = late(account, 40), late(account, 10)
    run(cast, [second, first])
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.about) == ("alice@exemple.fr", cast.alice.household.journal_subject)
    assert "Martin" not in mail.subject_line
    assert str(first.number) in mail.text
    assert "96,60" in mail.text
    assert [(r.invoice, r.rank, r.left, r.by) for r in Reminder.objects.order_by("invoice_id")] == [
        (first, 1, Decimal("48.30"), cast.renee),
        (second, 1, Decimal("48.30"), cast.renee),
    ]
    entry = JournalEntry.objects.get(verb="invoices.reminded")
    assert entry.actor == cast.renee
    assert str(second.number) in entry.summary


def test_nobody_is_reminded_twice_of_an_invoice_in_so_many_days(cast, account):
    invoice = late(account, 40)
    run(cast, [invoice])
    run(cast, [invoice], token=UUID(int=8), now=NOW + timedelta(days=14))
    assert Reminder.objects.count() == 1
    run(cast, [invoice], token=UUID(int=9), now=NOW + timedelta(days=15))
    assert [reminder.rank for reminder in Reminder.objects.order_by("rank")] == [1, 2]
    assert OutboxMail.objects.count() == 2


def test_the_same_gesture_and_a_job_done_again_write_nothing_more(cast, account):
    invoice = late(account, 40)
    job = run(cast, [invoice])
    assert run(cast, [invoice]) == job
    assert (Job.objects.count(), OutboxMail.objects.count()) == (1, 1)


def test_what_was_paid_meanwhile_is_left_alone(cast, account):
    invoice = late(account, 40)
    job = reminders.start([invoice.pk], days=15, token=TOKEN, actor=cast.renee, now=NOW)
    credit = make.MovementFactory(account=account, amount=-invoice.amount)
    make.AllocationFactory(debit=invoice.movement, credit=credit, amount=invoice.amount)
    jobs.finish(job, clock)
    assert not OutboxMail.objects.exists()
    assert not Reminder.objects.exists()


def test_the_plan_says_who_is_written_to_and_who_is_not_and_why(cast, account):
    late_one = late(account, 40)
    alone = make.AccountFactory(household=make.HouseholdFactory(name="SANS"))
    unreachable = late(alone, 5)
    reminded = late(account, 8)
    Reminder.objects.create(invoice=reminded, rank=1, left=1, batch=TOKEN, at=NOW - timedelta(days=14))
    paid = make.InvoiceFactory(account=account)
    plan = reminders.plan([each.pk for each in (late_one, unreachable, reminded, paid)], days=15, now=NOW)
    assert [(family.household.name, family.invoices) for family in plan.written] == [("MARTIN", (late_one,))]
    assert [family.invoices for family in plan.without_address] == [(unreachable,)]
    assert (plan.too_soon, plan.settled, plan.count) == ([reminded], 1, 1)
    assert plan.left == Decimal("48.30")


@pytest.mark.parametrize("families", [1, 5])
def test_a_plan_costs_the_same_whatever_the_number_of_families(cast, families, django_assert_num_queries):
    invoices = [late(make.AccountFactory(household=make.AdultFactory().household)) for _ in range(families)]
    with django_assert_num_queries(2):
        assert len(reminders.plan([each.pk for each in invoices], days=15, now=NOW).written) == families


def test_many_families_are_written_to_in_batches(cast, monkeypatch):
    monkeypatch.setattr(reminders, "AT_ONCE", 2)
    invoices = [late(make.AccountFactory(household=make.AdultFactory().household)) for _ in range(5)]
    job = reminders.start([each.pk for each in invoices], days=15, token=TOKEN, actor=cast.renee, now=NOW)
    steps = reminders.remind(job, clock)
    assert next(steps) == (2, 5)
    assert OutboxMail.objects.count() == 2
    assert list(reminders.remind(job, clock))[-1] == (5, 5)  # the worker died; another starts again
    assert OutboxMail.objects.count() == 5
