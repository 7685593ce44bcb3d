"""What the service gives back when it cancels days: the amount told is the amount that the invoices take off."""

from datetime import date
from decimal import Decimal

import pytest

from portail.billing.models import Charge
from portail.billing.queries.cancelling import Credit, credit_of
from portail.billing.queries.charges import to_invoice
from portail.bookings.models import Booking
from tests import factories as make
from tests.billing.town import OCTOBER, SEPTEMBER, book, cancel, family, published, regulate, sessions

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(cast):
    """Two days of September on an invoice, one of December that is not."""
    regulate()
    household, child = family()
    invoiced = book(household, child, sessions(date(2026, 9, 3), 2))
    published(*SEPTEMBER)
    (coming,) = book(household, child, sessions(date(2026, 12, 3), 1))
    return household, invoiced, coming


def test_what_is_told_is_what_the_next_invoices_take_off(town):
    household, invoiced, coming = town
    told = credit_of([*(b.pk for b in invoiced), coming.pk])
    assert told == Credit(2, Decimal("7.00"))
    for booking in (*invoiced, coming):
        cancel(booking)
    due = to_invoice([household.pk], *OCTOBER).due
    assert [(d.kind, d.amount) for d in due] == [(Charge.Kind.ADJUSTMENT, Decimal("-3.50"))] * 2


def test_nothing_invoiced_gives_nothing_back(town):
    assert credit_of([town[2].pk]) == credit_of([]) == Credit()


def test_what_was_credited_then_given_back_is_asked_again(town):
    household, (first, _), _ = town
    book(household, first.child, sessions(date(2026, 10, 1), 2))  # an invoice that only gives back would wait
    cancel(first)
    published(*OCTOBER)
    assert credit_of([first.pk]) == Credit(1, Decimal("0.00"))
    Booking.objects.filter(pk=first.pk).update(state=Booking.State.BOOKED, cancelled_at=None)
    (due,) = to_invoice([household.pk], date(2026, 11, 1), date(2026, 11, 30)).due
    assert (due.amount, due.reason.split(" ;")[0]) == (Decimal("3.50"), "Réservation rétablie")


@pytest.mark.parametrize(
    ("kind", "key", "inputs"),
    [
        (Charge.Kind.PACKAGE, "package:month", {}),
        (Charge.Kind.SURCHARGE, "late", {"trigger": "late-cancel"}),
    ],
)
def test_packages_and_late_cancellations_stay_due(town, kind, key, inputs):
    line = Charge.objects.filter(booking=town[1][0]).get().line
    make.ChargeFactory(
        account=line.invoice.account,
        kind=kind,
        key=key,
        inputs=inputs,
        booking=town[1][0],
        line=line,
        amount=Decimal(40),
    )
    assert credit_of([town[1][0].pk]) == Credit(1, Decimal("3.50"))


def test_a_crowd_costs_a_query_for_five_hundred(town, django_assert_num_queries):
    with django_assert_num_queries(1):
        credit_of(range(1, 501))
