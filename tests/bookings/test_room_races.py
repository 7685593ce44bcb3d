"""The waiting room when many come at once, on real connections; and when the server dies in the middle.

Seen red: without the lock on the room, PostgreSQL let more families in than may be.
"""

import os
import signal
from collections import Counter
from uuid import uuid4

import pytest
from django.db import connection, connections, transaction

from portail.bookings.actions import RecapChanged, change_bookings, rooms
from portail.bookings.models import Booking, Receipt, Ticket, WaitingRoom
from tests import factories as make
from tests.bookings.rushes import MINUTE, OPENS, SECOND, call, household, room_at, rush, take
from tests.bookings.sayings import add, session
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_ONCE = 50
T = Ticket.State


@pytest.fixture
def crowd(cast):
    """Fifty families of the commune, each with a child enrolled in the canteen."""
    rush(**{"families = 2": "families = 5"})
    found = []
    for number in range(AT_ONCE):
        home = household(number)
        user = make.UserFactory(username=f"foule{number}")
        make.AdultFactory(household=home, user=user)
        child = make.ChildFactory(first_name=f"Enfant{number}")
        make.HouseholdChildFactory(household=home, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
        found.append((home, user, child))
    room_at(OPENS)
    return found


def test_each_has_one_ticket_and_never_too_many_are_let_in(crowd):
    """Each twice (two tabs), and all of them ask whether it is their turn."""
    homes = [home for home, _, _ in crowd]
    tickets = all_at_once([lambda home=home: take(home, OPENS).pk for home in (*homes[:25], *homes[:25])])
    tickets += all_at_once([lambda home=home: take(home, OPENS).pk for home in homes[25:]])
    assert Ticket.objects.count() == AT_ONCE == len(set(tickets))
    room = WaitingRoom.objects.get()
    all_at_once([lambda n=n: rooms.let_in(room.pk, now=OPENS + n * SECOND) for n in range(16)])
    in_order = Ticket.objects.order_by("rank", "pk")
    states = list(in_order.values_list("state", flat=True))
    assert states == [T.INSIDE] * 5 + [T.WAITING] * (AT_ONCE - 5)


def test_only_those_inside_book_and_nothing_is_oversold(cast, crowd):
    lunch = session(cast, capacity=3)
    for home, _, _ in crowd:
        take(home, OPENS)
    inside = set(call(OPENS + SECOND))
    now = OPENS + MINUTE
    results = all_at_once(
        [
            lambda one=one: change_bookings(one[0], add(one[2], lunch), token=uuid4(), actor=one[1], now=now)
            for one in crowd
        ]
    )
    assert Counter(type(result) for result in results) == {Receipt: 3, RecapChanged: AT_ONCE - 3}
    assert Booking.objects.taking_a_place().count() == 3
    assert set(Booking.objects.values_list("household_id", flat=True)) <= inside
    assert Counter(Ticket.objects.values_list("state", flat=True)) == {
        T.DONE: 3, T.INSIDE: 2, T.WAITING: AT_ONCE - 5
    }  # fmt: skip


@pytest.mark.postgres
def test_a_server_killed_in_the_middle_loses_no_ticket_nor_order(crowd):
    """Killed while it writes a ticket and while it lets families in: what it told stays, the rest never was."""
    for home, _, _ in crowd[:10]:
        take(home, OPENS)
    before = list(Ticket.objects.order_by("rank", "pk").values_list("pk", "rank"))
    connections.close_all()
    child = os.fork()
    if child == 0:
        with transaction.atomic():
            take(crowd[10][0], OPENS)
            rooms.let_in(WaitingRoom.objects.get().pk, now=OPENS + SECOND)
            os.kill(os.getpid(), signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    connection.ensure_connection()
    assert list(Ticket.objects.order_by("rank", "pk").values_list("pk", "rank")) == before
    assert call(OPENS + MINUTE) == [home.pk for home, _, _ in crowd[:5]]
    assert take(crowd[10][0], OPENS + MINUTE).state == T.WAITING
