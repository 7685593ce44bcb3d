"""A service, a weekday or a week ticked at once, by a button that the server answers: works without JavaScript."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.bookings.models import Booking
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, booked, session, week
from tests.front.test_planning import DECEMBER, hidden, month_url

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(IN_TIME, tick=False):
        yield


@pytest.fixture
def alice(client, cast):
    client.force_login(cast.alice.user)
    return client


def ticked(response):
    """The boxes that the page shows ticked."""
    boxes = re.findall(r'name="s" value="([0-9-]+)"[^>]* checked>', response.content.decode())
    return sorted(boxes)


def press(client, child, tick, ticks=(), *, shown=""):
    return client.post(month_url(child), {"tick": tick, "s": [s.pk for s in ticks], "shown": shown})


def ids(*sessions):
    return sorted(str(s.pk) for s in sessions)


def test_a_week_at_once_then_back(alice, cast):
    days = week(cast)
    later = session(cast, MONDAY + timedelta(days=7))
    page = press(alice, cast.lea, "s2026-12-07", [later])
    assert page.status_code == 200
    assert ticked(page) == ids(*days, later)
    assert ticked(press(alice, cast.lea, "s2026-12-07", [*days, later])) == ids(later)
    assert not Booking.objects.exists()


def test_a_weekday_and_a_service(alice, cast):
    monday, tuesday, *_ = week(cast)
    next_monday = session(cast, MONDAY + timedelta(days=7))
    assert ticked(press(alice, cast.lea, "w0")) == ids(monday, next_monday)
    assert ticked(press(alice, cast.lea, "c0", [tuesday])) == ids(*week_of(cast), next_monday)


def week_of(cast):
    return [s for s in cast.canteen.sessions.all() if s.date < MONDAY + timedelta(days=7)]


def test_what_was_booked_and_unticked_stays_so(alice, cast):
    monday, tuesday, *_ = week(cast)
    for lunch in (monday, tuesday):
        make.BookingFactory(child=cast.lea, session=lunch, household=cast.alice.household)
    shown = f"{monday.pk}.{tuesday.pk}"
    page = press(alice, cast.lea, "w3", [tuesday], shown=shown)
    assert str(monday.pk) not in ticked(page)
    assert hidden(page, "shown") == shown
    assert booked(cast.lea) == [monday.pk, tuesday.pk]


def test_what_cannot_change_is_not_ticked(alice, cast):
    full = session(cast, capacity=0)
    free = session(cast, MONDAY + timedelta(days=1))
    page = press(alice, cast.lea, "s2026-12-07")
    assert ticked(page) == ids(free)
    assert f'value="{full.pk}"' not in page.content.decode()


@pytest.mark.parametrize("tick", ["c9", "c", "w7", "w", "s2026-99-99", "x", "c" + "9" * 40, "c²"])
def test_nonsense_ticks_nothing(alice, cast, tick):
    week(cast)
    page = press(alice, cast.lea, tick)
    assert (page.status_code, ticked(page)) == (200, [])


def test_all_children_at_once(alice, cast):
    monday = session(cast)
    url = reverse("front:month", args=[None, DECEMBER])
    page = alice.post(url, {"tick": "w0", "s": [], "shown": ""})
    assert ticked(page) == sorted(f"{child.pk}-{monday.pk}" for child in (cast.lea, cast.noe))


def test_an_agent_ticks_for_the_family(client, cast):
    days = week(cast)
    client.force_login(cast.agnes)
    url = reverse("desk:month", args=[cast.alice.household.pk, cast.lea.pk, DECEMBER])
    assert ticked(client.post(url, {"tick": "s2026-12-07"})) == ids(*days)


def test_enter_presses_the_button_that_checks(alice, cast):
    """A browser submits with the first button of the form: it must not be one that ticks."""
    week(cast)
    page = alice.get(month_url(cast.lea)).content.decode()
    form = page[page.index("data-planning") :]
    first = re.search(r"<button([^>]*)>", form)
    assert first
    assert 'name="tick"' not in first[1]
