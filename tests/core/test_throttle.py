"""Tries that slow down."""

from datetime import timedelta

import pytest
from django.test import RequestFactory

from portail.core import throttle
from portail.core.models import Tries
from portail.core.throttle import Counter, Pace, TooSoon
from tests.factories import NOW

pytestmark = pytest.mark.django_db
SECOND = timedelta(seconds=1)
PACE = Pace(free=3, first=10 * SECOND, most=60 * SECOND, memory=timedelta(hours=1))


def counter(who="alice", pace=PACE):
    return Counter("try", who, pace)


def take(*counters, at=0):
    throttle.take(counters or [counter()], now=NOW + at * SECOND)


def wait(*counters, at=0) -> float:
    with pytest.raises(TooSoon) as slow:
        take(*counters, at=at)
    return slow.value.wait.total_seconds()


def test_a_few_tries_are_free_then_waits_double_up_to_the_most():
    for _ in range(3):
        take()
    assert wait() == 10
    assert wait(at=9) == 1
    clock, waits = 10, []
    for _ in range(5):
        take(at=clock)
        waits.append(wait(at=clock))
        clock += waits[-1]
    assert waits == [20, 40, 60, 60, 60]


def test_a_try_refused_counts_for_nothing():
    for _ in range(3):
        take()
    for _ in range(50):
        assert wait(at=1) == 9
    take(at=10)


def test_one_who_waits_does_not_make_another_wait():
    for _ in range(3):
        take()
    take(counter("bob"))


def test_the_longest_wait_of_several_counters_holds_and_none_is_counted():
    slow = counter("place", Pace(free=1, first=30 * SECOND, most=30 * SECOND, memory=timedelta(hours=1)))
    take(slow)
    assert wait(counter(), slow) == 30
    assert not Tries.objects.filter(key=counter().key).exists()


def test_a_good_try_does_not_count_but_earlier_ones_do():
    take()
    take()
    for _ in range(10):
        take(at=5)
        throttle.give_back([counter()], now=NOW + 5 * SECOND)
    take(at=6)
    assert wait(at=6) == 10


def test_everything_is_forgotten_after_a_while():
    for _ in range(3):
        take()
    for _ in range(3):
        take(at=3600)
    assert throttle.forget_old(now=NOW + 7200 * SECOND) == 1
    assert Tries.objects.count() == 0


def test_neither_names_nor_addresses_are_kept():
    take(counter("alice@exemple.fr"))
    assert "alice" not in str(Tries.objects.values().get())


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 seconde"),
        (1, "1 seconde"),
        (45.1, "46 secondes"),
        (90, "90 secondes"),
        (91, "2 minutes"),
        (900, "15 minutes"),
    ],
)
def test_the_wait_is_told_in_words(seconds, words):
    assert (
        TooSoon(timedelta(seconds=seconds)).sentence
        == f"Trop d'essais à la suite. Patientez {words}, puis recommencez."
    )


@pytest.mark.parametrize(
    ("address", "who"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, "0.0.0.0"),  # noqa: S104
        ("::1", "::/64"),
    ],
)
def test_a_place_is_an_address_or_the_network_of_one_house(address, who):
    request = RequestFactory().get("/", REMOTE_ADDR=address or "")
    assert throttle.who(request) == who
