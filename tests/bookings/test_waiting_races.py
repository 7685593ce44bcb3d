"""Fifty people at once around one waiting list, on real connections.

Without the lock on the session PostgreSQL offers one place to two families: these tests were seen red that way.
"""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest

from portail.bookings.actions import BookingsNotChanged, lists_over, offers
from portail.bookings.models import Booking, Receipt
from portail.cli import invariants
from tests import factories as make
from tests.bookings.sayings import IN_TIME, add, change, remove, session
from tests.bookings.test_waiting import LIST, WEEKLY, law_of, wait
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PLACES, WAITERS, NEWCOMERS = 10, 20, 20
LATER = IN_TIME + timedelta(hours=1)


@pytest.fixture
def town(cast):
    """Ten places taken, twenty children who wait, twenty families who know nothing of it."""
    law_of(WEEKLY, LIST)
    lunch = session(cast, capacity=PLACES)
    families = []
    for number in range(PLACES + WAITERS + NEWCOMERS):
        household = make.HouseholdFactory(number=str(8000 + number))
        user = make.UserFactory(username=f"famille{number}")
        child = make.ChildFactory(first_name=f"Enfant{number}", birth_date=date(2017, 1, 1))
        make.HouseholdChildFactory(household=household, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
        families.append(SimpleNamespace(household=household, user=user, child=child))
    for one in families[:PLACES]:
        change(one, add(one.child, lunch))
    for number, one in enumerate(families[PLACES : PLACES + WAITERS]):
        change(one, wait(one.child, lunch), now=IN_TIME + timedelta(seconds=number))
    booked, waiting, new = families[:PLACES], families[PLACES:-NEWCOMERS], families[-NEWCOMERS:]
    return SimpleNamespace(lunch=lunch, booked=booked, waiting=waiting, new=new)


def states(families):
    rows = Booking.objects.filter(child__in=[one.child.pk for one in families])
    return Counter(rows.values_list("state", flat=True))


def the_first(town, count):
    """The children of the list in the order of their requests."""
    return [one.child.pk for one in town.waiting[:count]]


def quiet(task):
    """A refusal is an answer; anything else is a fault."""

    def run():
        try:
            return task()
        except (BookingsNotChanged, offers.OfferEnded):
            return None

    return run


def test_fifty_at_once(town):
    lunch = town.lunch
    work = [lambda one=one: change(one, remove(one.child, lunch), now=LATER) for one in town.booked]
    work += [lambda one=one: change(one, add(one.child, lunch), now=LATER) for one in town.new]
    work += [lambda: lists_over.pass_on(LATER) for _ in range(10)]
    work += [lambda one=one: change(one, remove(one.child, lunch), now=LATER) for one in town.waiting[-10:]]
    faults = [r for r in all_at_once([quiet(task) for task in work]) if isinstance(r, Exception)]
    assert faults == []
    # Every place that was freed went to the list, in its order; nobody who came by booked one.
    assert states(town.new) == {}
    offered = Booking.objects.filter(state=Booking.State.OFFERED).order_by("created_at", "pk")
    assert list(offered.values_list("child", flat=True)) == the_first(town, PLACES)
    assert Booking.objects.taking_a_place().count() == PLACES

    # All answer at once, each twice, while the clock ends the offers of those who say no.
    answers = []
    for number, booking in enumerate(offered):
        act = offers.refuse if number % 3 == 0 else offers.accept
        answers += [lambda act=act, pk=booking.pk: act(pk, actor=None, now=LATER)] * 4
    answers += [lambda: lists_over.pass_on(LATER) for _ in range(10)]
    faults = [r for r in all_at_once([quiet(task) for task in answers]) if isinstance(r, Exception)]
    assert faults == []
    assert Booking.objects.taking_a_place().count() <= PLACES
    assert states(town.waiting)["booked"] == 6
    assert Receipt.objects.filter(lines__change="added", created_at=LATER).count() == 6
    assert [find() for find in invariants.ALL.values() if find()] == []


def test_accepting_against_the_clock(town):
    """At the very moment an offer ends, it is taken or passed on, never both."""
    for one in town.booked[:3]:
        change(one, remove(one.child, town.lunch), now=LATER)
    offered = list(Booking.objects.filter(state=Booking.State.OFFERED))
    until = offered[0].offered_until
    just_before = until - timedelta(microseconds=1)
    work = [lambda pk=b.pk: offers.accept(pk, actor=None, now=just_before) for b in offered for _ in range(3)]
    work += [lambda: lists_over.pass_on(until) for _ in range(6)]
    faults = [r for r in all_at_once([quiet(task) for task in work]) if isinstance(r, Exception)]
    assert faults == []
    assert Booking.objects.taking_a_place().count() == PLACES
    for booking in offered:
        booking.refresh_from_db()
        changes = sorted(booking.receipt_lines.values_list("change", flat=True))
        assert changes == ["added" if booking.state == "booked" else "left", "waiting"]
