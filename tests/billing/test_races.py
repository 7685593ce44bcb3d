"""Two agents press at once: one run, one publication, each number once; the lock is what keeps it so."""

import uuid
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection, transaction

from portail.billing.actions import credits, runs, series
from portail.billing.models import CreditNote, Invoice, InvoiceRun, Movement, Series
from portail.core import jobs
from portail.core.models import Job
from tests import factories as make
from tests.factories import NOW
from tests.threads import all_at_once

from .town import OCTOBER, book, drafted, family, published, regulate, sessions, work

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def town(db):
    make.CommuneFactory()
    regulate()
    for number in range(6):
        household, child = family(f"FAMILLE{number}")
        place = make.PlaceFactory(name=f"Lieu {number}")
        book(household, child, sessions(OCTOBER[0], 2, place=place))


def test_two_agents_begin_one_run(town):
    def begin():
        return runs.start(*OCTOBER, due_on=date(2026, 12, 31), actor=None, now=NOW)

    done = all_at_once([begin] * 4)
    assert sum(isinstance(found, InvoiceRun) for found in done) == 1
    assert {type(found) for found in done} <= {InvoiceRun, runs.RunOpen}
    assert Job.objects.count() == 1


def test_two_agents_and_two_workers_publish_once(town):
    run = drafted(*OCTOBER)

    def press():
        return runs.publish(run, actor=None, now=NOW)

    assert {found.pk for found in all_at_once([press] * 4)} == {run.pk}
    job = Job.objects.get(kind=runs.PUBLISH)

    def go_on():
        for _ in runs.publish_job(Job.objects.get(pk=job.pk), lambda: NOW):
            pass

    assert all_at_once([go_on] * 3) == [None] * 3
    jobs.finish(Job.objects.get(kind=runs.EDIT), lambda: NOW)
    numbers = sorted(Invoice.objects.values_list("number", flat=True))
    assert numbers == list(range(2026000000001, 2026000000007))
    assert Movement.objects.count() == 6
    run.refresh_from_db()
    assert run.state == InvoiceRun.State.PUBLISHED


def test_numbers_taken_at_once_are_all_different_and_none_is_missing(town):
    def take():
        with transaction.atomic():
            return list(series.take(series.INVOICE, date(2026, 11, 24), 5))

    taken = sorted(number for numbers in all_at_once([take] * 6) for number in numbers)
    assert taken == list(range(2026000000001, 2026000000031))
    assert Series.objects.get().last == 30


def test_two_agents_credit_one_line_once(town):
    invoice = published(*OCTOBER).invoices.order_by("pk").first()

    def take_back():
        lines = invoice.lines.all()
        return credits.credit(invoice, lines, "Repris", token=uuid.uuid4(), actor=None, now=NOW)

    done = all_at_once([take_back] * 3)
    assert sum(isinstance(found, CreditNote) for found in done) == 1, done
    assert CreditNote.objects.get().amount == invoice.amount == Decimal("7.00")


def test_a_draft_is_not_thrown_away_under_the_worker(town):
    run = runs.start(*OCTOBER, due_on=date(2026, 12, 31), actor=None, now=NOW)
    job = Job.objects.get()

    def go_on():
        for _ in runs.draft_job(Job.objects.get(pk=job.pk), lambda: NOW):
            pass

    assert [type(x) for x in all_at_once([go_on, lambda: runs.discard(run, actor=None, now=NOW)])] == [
        type(None),
        InvoiceRun,
    ]
    work()
    run.refresh_from_db()
    assert (run.state, Invoice.objects.count()) == (InvoiceRun.State.DISCARDED, 0)
    assert connection.in_atomic_block is False
