"""Whatever families, agents and the clock do, in any order: never a place nor a quota too many but with a reason, an
offer counts, the order of the list is kept, and receipts tell the whole story."""

from datetime import date, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from portail.activities.models import Session
from portail.bookings.actions import (
    BookingsNotChanged,
    How,
    Wish,
    change_bookings,
    closings,
    lists_over,
    offers,
)
from portail.bookings.models import Booking, ReceiptLine
from portail.cli import invariants
from tests.bookings.sayings import IN_TIME, TOO_LATE, session
from tests.bookings.test_waiting import LIST, SMALL, WEEKLY, family, law_of

LITTLE, BIG = date(2022, 3, 1), date(2017, 3, 1)
CHILDREN = 5
LISTED, TAKING = Booking.LISTED, Booking.TAKING
child = st.integers(0, CHILDREN - 1)
step = st.one_of(
    st.tuples(
        st.sampled_from(["book", "wait", "wait", "cancel", "cancel", "accept", "accept", "refuse"]), child
    ),
    st.tuples(st.just("give"), child, st.booleans()),
    st.tuples(st.just("places"), st.sampled_from([1, 2, 3, None])),
    st.tuples(st.just("hours"), st.sampled_from([1, 13, 30])),
)


@pytest.mark.django_db
@given(history=st.lists(step, min_size=4, max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_history_of_a_list(cast, history):
    with transaction.atomic():
        law_of(WEEKLY, LIST, SMALL)
        lunch = session(cast, capacity=1)
        families = [family(cast, number) for number in range(CHILDREN)]
        for number, one in enumerate(families):
            one.child.birth_date = LITTLE if number % 2 else BIG
            one.child.save()
        town = SimpleNamespace(cast=cast, lunch=lunch, families=families, now=IN_TIME)
        for move in history:
            before = {b.pk: b.state for b in Booking.objects.all()}
            play(town, *move)
            promises_hold(town, before)
        transaction.set_rollback(True)


def play(town, what, *more):
    """One move; what is refused changes nothing."""
    try:
        globals()[f"_{what}"](town, *more)
        event(what)
    except (
        BookingsNotChanged,
        offers.OfferEnded,
        offers.CannotTake,
        closings.PlacesTaken,
        Booking.DoesNotExist,
    ) as no:
        event(f"{what}: {type(no).__name__}")


def _change(town, number, wanted, how=How.BOOK):
    one = town.families[number]
    wish = Wish(one.child.pk, town.lunch.pk, wanted, how=how)
    change_bookings(one.household, [wish], token=uuid4(), actor=one.user, now=town.now)


def _book(town, number):
    _change(town, number, True)


def _wait(town, number):
    _change(town, number, True, how=How.WAIT)


def _cancel(town, number):
    _change(town, number, False)


def _of(town, number):
    return Booking.objects.filter(child=town.families[number].child).latest("pk").pk


def _accept(town, number):
    offers.accept(_of(town, number), actor=None, now=town.now)


def _refuse(town, number):
    offers.refuse(_of(town, number), actor=None, now=town.now)


def _give(town, number, beyond):
    agent = town.cast.agnes
    offers.give(_of(town, number), actor=agent, now=town.now, reason="Urgence", may_exceed=beyond)


def _places(town, capacity):
    closings.change_places(town.lunch, capacity, actor=town.cast.agnes, now=town.now)


def _hours(town, count):
    town.now = min(town.now + timedelta(hours=count), TOO_LATE)
    lists_over.pass_on(town.now)
    lists_over.end_lists(town.now)


def promises_hold(town, before):
    rows = list(Booking.objects.select_related("child", "household").order_by("pk"))
    lunch = Session.objects.get(pk=town.lunch.pk)
    taking = [row for row in rows if row.state in TAKING]
    little = [row for row in taking if row.child.birth_date == LITTLE]
    over = sum(row.is_over for row in taking)
    assert lunch.capacity is None or len(taking) - over <= lunch.capacity
    assert len(little) - sum(row.is_over for row in little) <= 1
    assert [find() for find in invariants.ALL.values() if find()] == []
    waiting = [row for row in rows if row.state == Booking.State.WAITING]
    if town.now < TOO_LATE:
        assert all(offers.may_take(row, now=town.now) is None for row in waiting), (
            "a place is free and nobody is asked"
        )
    for row in rows:
        if row.state == Booking.State.OFFERED and before.get(row.pk) != Booking.State.OFFERED:
            passed_over = [w for w in waiting if (w.created_at, w.pk) < (row.created_at, row.pk)]
            assert all(w.child.birth_date == LITTLE for w in passed_over), "only a full quota is passed over"
            assert little or not passed_over
    # A receipt if and only if something changed: the last line of each booking tells its state (invariants), and every
    # place beyond the places has an agent's reason.
    for row in taking:
        if row.is_over:
            receipt = ReceiptLine.objects.get(booking=row, change="added").receipt
            assert (receipt.by_service, receipt.reason) == (True, "Urgence")
