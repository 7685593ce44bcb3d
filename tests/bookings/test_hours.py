"""Care by the hour: families choose when their child comes, and places are counted one moment at a time."""

import re
from contextlib import suppress
from datetime import time, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portail.activities.models import Regulation
from portail.bookings.actions import BookingsNotChanged, Wish, check
from portail.bookings.actions.closings import beyond
from portail.bookings.models import Booking
from portail.bookings.queries import law, planning
from portail.bookings.queries.occupancy import hours_taken, places_taken
from portail.bookings.spans import Span
from portail.bookings.standing import State, said
from portail.cli import invariants
from portail.families.models import HouseholdChild
from portail.rules.peaks import peak
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, booked, change, session

pytestmark = pytest.mark.django_db
MORNING, NOON, ALL = (time(8), time(10)), (time(10), time(12)), (time(8), time(12))
HOURLY = (
    'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
    '[[tariffs]]\nname = "Accueil"\nservices = ["cantine"]\nprice = 1\nunit = "time"\nstep = 30\n'
)


@pytest.fixture
def town(cast):
    """The canteen lets families choose their hours, from 8 to 12, every half hour."""
    cast.canteen.starts_at, cast.canteen.ends_at, cast.canteen.hours_step = time(8), time(12), 30
    cast.canteen.save()
    make.EnrolmentFactory(child=cast.zoe, activity=cast.canteen.activity, place=cast.offer.place)
    return cast


def at(child, found, hours):
    return Wish(child.pk, found.pk, True, hours)


def told(who, *wishes):
    return check(who.household, wishes, actor=who.user, now=IN_TIME)


def test_children_who_come_in_turn_share_a_place(town):
    monday = session(town, capacity=1)
    change(town.alice, [at(town.noe, monday, MORNING)])
    change(town.charlie, [at(town.zoe, monday, NOON)])
    assert places_taken([monday]) == {monday.pk: 1}
    assert invariants.sessions_over_capacity() == []
    refused = told(town.bob, at(town.lea, monday, (time(9), time(11)))).refused
    assert [c.standing.state for c in refused] == [State.FULL]


def test_brothers_and_sisters_take_their_turn_in_the_same_change(town):
    monday = session(town, capacity=1)
    both = [at(town.lea, monday, MORNING), at(town.noe, monday, NOON)]
    assert len(told(town.alice, *both).added) == 2
    crossing = told(town.alice, at(town.lea, monday, MORNING), at(town.noe, monday, ALL))
    assert (len(crossing.added), [c.standing.state for c in crossing.refused]) == (1, [State.FULL])


def test_other_hours_cancel_and_book_in_one_receipt(town):
    monday = session(town, capacity=1)
    change(town.alice, [at(town.noe, monday, MORNING)])
    recap = told(town.alice, at(town.noe, monday, ALL))
    assert [(c.wanted, c.hours) for c in recap.changes] == [(True, ALL), (False, MORNING)]
    receipt = change(town.alice, [at(town.noe, monday, ALL)])
    lines = {(line.change, line.booking.hours) for line in receipt.lines.all()}
    assert lines == {("added", ALL), ("removed", MORNING)}
    assert booked(town.noe) == [monday.pk]
    again = told(town.alice, at(town.noe, monday, ALL))
    assert (again.changes, [c.hours for c in again.kept]) == ((), [ALL])


def test_other_hours_that_are_full_leave_the_booking_as_it_is(town):
    monday = session(town, capacity=1)
    change(town.alice, [at(town.noe, monday, MORNING)])
    change(town.charlie, [at(town.zoe, monday, NOON)])
    recap = told(town.alice, at(town.noe, monday, ALL))
    assert recap.changes == ()
    assert [c.standing.state for c in recap.refused] == [State.FULL]
    with pytest.raises(BookingsNotChanged):
        change(town.alice, [at(town.noe, monday, ALL)])
    assert Booking.objects.active().get(child=town.noe).hours == MORNING


@pytest.mark.parametrize(
    "hours",
    [
        (time(7), time(9)),
        (time(8), time(12, 30)),
        (time(8, 10), time(9)),
        (time(10), time(10)),
        (time(11), time(9)),
    ],
)
def test_hours_outside_the_session_or_between_its_steps_are_refused(town, hours):
    recap = told(town.alice, at(town.noe, session(town), hours))
    assert recap.changes == ()
    assert (
        said(recap.refused[0].standing.why) == "Choisissez des heures entre 8 h et 12 h, de 30 en 30 minutes"
    )


def test_without_hours_it_is_as_last_time_then_the_whole_session(town):
    monday, tuesday = session(town), session(town, MONDAY + timedelta(days=1))
    (first,) = told(town.alice, at(town.noe, monday, None)).added
    assert first.hours == ALL
    change(town.alice, [at(town.noe, monday, MORNING)])
    (second,) = told(town.alice, at(town.noe, tuesday, None)).added
    assert second.hours == MORNING


def test_the_price_is_that_of_the_hours(town):
    Regulation.objects.create(version=2, text=HOURLY, applied_at=make.NOW)
    monday = session(town)
    assert told(town.alice, at(town.noe, monday, MORNING)).difference.total == Decimal(4)
    change(town.alice, [at(town.noe, monday, MORNING)])
    assert told(town.alice, at(town.noe, monday, (time(8), time(9)))).difference.total == Decimal(-2)
    links = HouseholdChild.objects.filter(child=town.noe).select_related("child", "household")
    (cell,) = planning(links, Span(MONDAY.replace(day=1)), law(IN_TIME)).cells
    assert (cell.price, cell.hours) == (Decimal(4), MORNING)


def test_a_day_is_full_when_every_hour_is(town):
    monday = session(town, capacity=1)
    links = HouseholdChild.objects.filter(child=town.noe).select_related("child", "household")

    def shown():
        (cell,) = planning(links, Span(MONDAY.replace(day=1)), law(IN_TIME)).cells
        return cell.standing.state

    change(town.charlie, [at(town.zoe, monday, MORNING)])
    assert shown() is State.FREE
    change(town.charlie, [at(town.zoe, monday, ALL)])
    assert shown() is State.FULL


def test_fewer_places_take_them_from_the_last_who_crosses_another(town):
    monday = session(town, capacity=2)
    for who, child, hours in (
        (town.alice, town.noe, MORNING),
        (town.charlie, town.zoe, NOON),
        (town.bob, town.lea, (time(9), time(11))),
    ):
        change(who, [at(child, monday, hours)])
    assert [booking.child for booking in beyond(monday, 1)] == [town.lea]


hours = st.tuples(st.integers(0, 7), st.integers(1, 8)).map(
    lambda s: (
        time(8 + s[0] // 2, s[0] % 2 * 30),
        time(8 + min(s[0] + s[1], 8) // 2, min(s[0] + s[1], 8) % 2 * 30),
    )
)
step = st.tuples(st.sampled_from(["alice-noe", "alice-lea", "charlie-zoe", "bob-lea"]), hours, st.booleans())


@given(history=st.lists(step, min_size=2, max_size=10), capacity=st.integers(0, 2))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
def test_never_more_children_at_once_than_places(town, history, capacity):
    with transaction.atomic():
        monday = session(town, capacity=capacity)
        for who, chosen, wanted in history:
            parent, child = (getattr(town, name) for name in who.split("-"))
            with suppress(BookingsNotChanged):
                change(parent, [Wish(child.pk, monday.pk, wanted, chosen if wanted else None)])
            taken = hours_taken({monday.pk: ALL}).get(monday.pk, [])
            assert peak(taken) <= capacity
        transaction.set_rollback(True)


# --- on the screen
def fields(response):
    page = response.content.decode()
    found = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="([\w-]+)"[^>]*>(.*?)</select>', page, re.DOTALL):
        found[name] = re.search(r'value="([\d:]+)" selected', options)[1]
    found.pop("csrfmiddlewaretoken", None)
    return found


@time_machine.travel(IN_TIME, tick=False)
def test_a_parent_chooses_hours_on_the_recap_and_changes_them_later(client, town):
    client.force_login(town.alice.user)
    monday = session(town)
    pair = f"{town.noe.pk}-{monday.pk}"
    month = reverse("front:month", args=[town.noe.pk, Span(MONDAY.replace(day=1))])
    recap = client.post(month, {"s": [monday.pk], "shown": ""})
    shown = fields(recap)
    assert (shown[f"from-{pair}"], shown[f"to-{pair}"]) == ("08:00", "12:00")
    # Chosen, then « Valider » at once: shown again before anything is written.
    save = reverse("front:planning_save")
    again = client.post(save, shown | {f"to-{pair}": "10:00", "step": "save"})
    assert again.status_code == 200
    assert not Booking.objects.exists()
    shown = fields(again)
    assert shown[f"to-{pair}"] == "10:00"
    assert client.post(save, shown | {"step": "save"}).status_code == 302
    assert Booking.objects.get().hours == MORNING
    page = client.get(month).content.decode()
    assert "8\u00a0h – 10\u00a0h" in page
    # Later: the booked days of the month, at their hours.
    later = fields(client.post(month, {"s": [monday.pk], "shown": str(monday.pk), "step": "hours"}))
    assert later[f"from-{pair}"] == "08:00"
    moved = fields(client.post(save, later | {f"from-{pair}": "09:00", "step": "hours"}))
    assert client.post(save, moved | {"step": "save"}).status_code == 302
    assert Booking.objects.active().get().hours == (time(9), time(10))


@pytest.mark.parametrize("typed", ["25:00", "", "8", "<b>", "99-99"])
@time_machine.travel(IN_TIME, tick=False)
def test_strange_hours_are_answered_plainly(client, town, typed):
    client.force_login(town.alice.user)
    monday = session(town)
    pair = f"{town.noe.pk}-{monday.pk}"
    shown = fields(
        client.post(
            reverse("front:month", args=[town.noe.pk, Span(MONDAY.replace(day=1))]), {"s": [monday.pk]}
        )
    )
    answer = client.post(reverse("front:planning_save"), shown | {f"from-{pair}": typed, "step": "hours"})
    assert answer.status_code in (200, 422)
    assert not Booking.objects.exists()
