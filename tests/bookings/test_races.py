"""Several people at once, on real connections.

Without the lock on the sessions PostgreSQL sells places twice: these tests were seen red that way (9 places out of 3).
SQLite writes one transaction at a time: there they prove only that nobody waits for ever.
"""

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction

from portail.activities.models import Closing, Regulation, Session
from portail.bookings.actions import BookingsNotChanged, RecapChanged, Wish, change_bookings
from portail.bookings.models import Booking, Receipt, ReceiptLine
from portail.bookings.standing import State
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, add, session, week
from tests.threads import all_at_once, closing_its_connection

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_ONCE = 16


@pytest.fixture
def families(cast):
    """Families with a child each, all enrolled in the canteen."""
    found = []
    for number in range(AT_ONCE):
        household = make.HouseholdFactory(number=str(8000 + number), name=f"FAMILLE {number}")
        user = make.UserFactory(username=f"famille{number}")
        make.AdultFactory(household=household, user=user)
        child = make.ChildFactory(first_name=f"Enfant{number}")
        make.HouseholdChildFactory(household=household, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
        found.append(SimpleNamespace(household=household, user=user, child=child))
    return found


def asking(who, wishes, token=None):
    token = token or uuid4()
    return lambda: change_bookings(who.household, wishes, token=token, actor=who.user, now=IN_TIME)


def outcomes(results):
    return Counter(
        type(r).__name__ if isinstance(r, BookingsNotChanged | Receipt) else repr(r) for r in results
    )


def test_the_last_places(cast, families):
    lunch = session(cast, capacity=3)
    results = all_at_once([asking(f, add(f.child, lunch)) for f in families])
    assert Booking.objects.taking_a_place().count() == 3
    assert outcomes(results) == {"Receipt": 3, "RecapChanged": AT_ONCE - 3}
    assert Receipt.objects.count() == ReceiptLine.objects.count() == 3


def test_the_last_places_of_a_quota(cast, families):
    """The session has room for all; three places are for the little ones, and the eldest still find theirs."""
    text = (
        'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
        '[[deadlines]]\nanchor = "week"\nweekday = "dimanche"\nat = "21:00"\n'
        '[[quotas]]\nname = "3-5 ans"\nservices = ["cantine"]\nage = { max = 5 }\nmost = 3\n'
    )
    Regulation.objects.create(version=Regulation.objects.count() + 1, text=text, applied_at=make.NOW)
    for number, family in enumerate(families):
        family.child.birth_date = date(2022 if number % 4 else 2017, 3, 1)
        family.child.save()
    lunch = session(cast, capacity=AT_ONCE)
    results = all_at_once([asking(f, add(f.child, lunch)) for f in families])
    little = Booking.objects.taking_a_place().filter(child__birth_date__year=2022).count()
    assert (little, Booking.objects.taking_a_place().count()) == (3, 3 + AT_ONCE // 4)
    assert outcomes(results) == {"Receipt": 7, "RecapChanged": AT_ONCE - 7}


def test_a_week_in_any_order_without_deadlock(cast, families):
    """Everybody wants the same four days, named in different orders: all or nothing, and nobody waits in a ring."""
    days = week(cast, capacity=5)
    work = []
    for number, family in enumerate(families):
        turned = days[number % 4 :] + days[: number % 4]
        work.append(asking(family, add(family.child, *(turned if number % 2 else reversed(turned)))))
    results = all_at_once(work)
    assert outcomes(results) == {"Receipt": 5, "RecapChanged": AT_ONCE - 5}
    assert Counter(Booking.objects.values_list("session_id", flat=True)) == {s.pk: 5 for s in days}


def test_a_double_click(cast):
    """The same form from many fingers: one receipt, given to all."""
    lunch, token = session(cast), uuid4()
    results = all_at_once([asking(cast.alice, add(cast.lea, lunch), token) for _ in range(8)])
    assert outcomes(results) == {"Receipt": 8}
    assert len({receipt.pk for receipt in results}) == 1
    assert Booking.objects.count() == Receipt.objects.count() == 1


def test_two_tabs(cast):
    lunch = session(cast)
    results = all_at_once([asking(cast.alice, add(cast.lea, lunch)) for _ in range(8)])
    assert outcomes(results) == {"Receipt": 1, "NothingToChange": 7}
    assert Booking.objects.count() == Receipt.objects.count() == 1


def test_two_tabs_cancelling(cast):
    lunch = session(cast)
    make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    wishes = [Wish(cast.lea.pk, lunch.pk, False)]
    results = all_at_once([asking(cast.alice, wishes) for _ in range(8)])
    assert outcomes(results) == {"Receipt": 1, "NothingToChange": 7}
    assert ReceiptLine.objects.count() == 1


def test_two_parents_at_once(cast):
    """Alice and Bob both book Léa for the same days: each day has one of them, never both."""
    days = [session(cast, MONDAY + timedelta(days=n)) for n in range(4)]
    work = [asking(who, add(cast.lea, day)) for day in days for who in (cast.alice, cast.bob)]
    results = all_at_once(work)
    assert outcomes(results) == {"Receipt": 4, "RecapChanged": 4}
    assert sorted(Booking.objects.values_list("session_id", flat=True)) == sorted(day.pk for day in days)


@pytest.mark.postgres
def test_the_lock_is_on_the_sessions_alone(cast, families):
    """Locking what is joined too (the service, the place) would make every family wait for every other."""
    first, second = session(cast), session(cast, MONDAY + timedelta(days=1))
    with transaction.atomic():
        list(Session.objects.locked([first.pk]).select_related("service", "place"))
        (result,) = all_at_once([asking(families[0], add(families[0].child, second))])
    assert isinstance(result, Receipt)


def test_a_session_closed_while_somebody_waits_for_it(cast):
    """What is joined to a row must be read after its lock: before, the closing is not there yet."""
    lunch = session(cast)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            list(Session.objects.locked([lunch.pk]))
            waiting = pool.submit(closing_its_connection, asking(cast.alice, add(cast.lea, lunch)))
            time.sleep(0.5)
            trip = Closing.objects.create(reason="Sortie", start=MONDAY, end=MONDAY, created_at=IN_TIME)
            Session.objects.filter(pk=lunch.pk).update(closing=trip)
        refused = waiting.exception(60)
    assert isinstance(refused, RecapChanged)
    assert [change.standing.state for change in refused.recap.refused] == [State.CLOSED]
