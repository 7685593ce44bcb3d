"""The meals that are needed: places taken, less the absences told, by diet; nothing that no session serves."""

from datetime import date

import pytest

from portail.attendance.actions.kitchen import DayGone, set_adult_meals
from portail.attendance.models import AdultMeals
from portail.attendance.queries.meals import Dish, Meals, differences, needs
from portail.bookings.models import Absence, Booking
from portail.core.models import JournalEntry
from tests import factories as make
from tests.attendance.kitchen import AFTER, BEFORE, DAY, book, health, lunch, said

pytestmark = pytest.mark.django_db


def of_day(day: date = DAY) -> dict[str, tuple[int, int, int]]:
    return said(needs(day, day).get(day, {}))


def test_a_child_booked_eats_the_usual_meal_or_its_diet(cast):
    book(cast, lunch(cast), "lea", "noe", "zoe")
    health(cast.noe, diet="sans porc", allergies="Arachide")
    health(cast.zoe, diet="sans porc", has_pai=True)
    assert of_day() == {"child": (1, 0, 0), "child sans porc": (2, 1, 1)}


@pytest.mark.parametrize(
    ("state", "eats"),
    [("booked", True), ("offered", True), ("waiting", False), ("cancelled", False), ("refused", False)],
)
def test_only_a_place_taken_is_a_meal(cast, state, eats):
    until = {"offered_until": AFTER} if state == "offered" else {}
    book(cast, lunch(cast), "lea", state=Booking.State(state), **until)
    assert of_day() == ({"child": (1, 0, 0)} if eats else {})


def test_an_absence_told_is_seen_at_once_and_its_withdrawal_too(cast):
    [booking] = book(cast, lunch(cast), "lea")
    absence = Absence.objects.create(booking=booking, told_at=AFTER)
    assert of_day() == {}
    absence.withdrawn_at = AFTER
    absence.save()
    assert of_day() == {"child": (1, 0, 0)}


@pytest.mark.parametrize("serves", [True, False])
def test_only_a_service_that_serves_a_meal_counts(cast, serves):
    cast.canteen.serves_meal = serves
    cast.canteen.save()
    book(cast, lunch(cast), "lea")
    assert of_day() == ({"child": (1, 0, 0)} if serves else {})


def test_a_closed_session_serves_nothing(cast):
    session = lunch(cast)
    book(cast, session, "lea")
    session.closing = make.ClosingFactory()
    session.save()
    assert of_day() == {}


def test_a_meal_from_home_is_counted_apart(cast):
    book(cast, lunch(cast), "lea", "noe")
    health(cast.lea, diet="sans porc", has_pai=True, brings_meal=True)
    assert of_day() == {"child": (1, 0, 0), "basket": (1, 0, 1)}


@pytest.mark.parametrize(("until", "counted"), [(None, 1), (date(2026, 12, 3), 1), (date(2026, 12, 2), 0)])
def test_a_pai_counts_until_its_last_day(cast, until, counted):
    book(cast, lunch(cast), "lea")
    health(cast.lea, has_pai=True, pai_until=until)
    assert of_day() == {"child": (1, 0, counted)}


def test_adults_are_added_by_diet_and_told_once(cast):
    session = lunch(cast)
    book(cast, session, "lea")
    assert set_adult_meals(session, {"": 3, "sans viande": 1}, actor=cast.agnes, now=BEFORE) == {
        "": 3,
        "sans viande": 1,
    }
    assert set_adult_meals(session, {"": 3, "sans viande": 1}, actor=cast.agnes, now=BEFORE) == {}
    assert of_day() == {"child": (1, 0, 0), "adult": (3, 0, 0), "adult sans viande": (1, 0, 0)}
    assert [entry.after for entry in JournalEntry.objects.filter(verb="kitchen.adults")] == [{"meals": 4}]
    set_adult_meals(session, {"": 0, "sans viande": 1}, actor=cast.agnes, now=BEFORE)
    assert of_day() == {"child": (1, 0, 0), "adult sans viande": (1, 0, 0)}


def test_the_adults_of_a_day_gone_stay(cast):
    with pytest.raises(DayGone):
        set_adult_meals(lunch(cast, date(2026, 11, 20)), {"": 3}, actor=cast.agnes, now=make.NOW)
    assert not AdultMeals.objects.exists()


def test_what_differs_is_told_both_ways():
    usual, porkless, gone = Dish(1, 1, "child"), Dish(1, 1, "child", "sans porc"), Dish(1, 2, "child")
    asked = {usual: Meals(5, 1), gone: Meals(2)}
    need = {usual: Meals(5, 2), porkless: Meals(1)}
    assert differences(asked, need) == {
        usual: Meals(0, 1),
        porkless: Meals(1),
        gone: Meals(-2),
    }
    assert differences(need, need) == {}


def test_a_week_costs_as_many_queries_as_a_day(cast, django_assert_num_queries):
    for day in range(1, 5):
        book(cast, lunch(cast, date(2026, 12, day)), "lea", "noe")
    with django_assert_num_queries(2):
        found = needs(date(2026, 12, 1), date(2026, 12, 7))
    assert {day.day: said(of) for day, of in found.items()} == {
        day: {"child": (2, 0, 0)} for day in range(1, 5)
    }
