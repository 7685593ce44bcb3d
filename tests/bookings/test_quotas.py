"""Places by age, school, group, residence in one session: the planning, the recap and the writing say the same."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.activities.models import Regulation
from portail.bookings import queries
from portail.bookings.actions import RecapChanged, check
from portail.bookings.models import Booking
from portail.bookings.standing import State, said
from portail.families.models import HouseholdChild
from tests import factories as make
from tests.bookings.sayings import IN_TIME, MONDAY, TOO_LATE, add, booked, change, remove, session

pytestmark = pytest.mark.django_db
HEAD = 'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
WEEKLY = '[[deadlines]]\nanchor = "week"\nweekday = "dimanche"\nat = "21:00"\n'
SMALL = '[[quotas]]\nname = "3-5 ans"\nservices = ["cantine"]\nage = { min = 3, max = 5 }\nmost = 1\n'
OUTSIDE = '[[quotas]]\nname = "Extérieurs"\nresidences = ["extérieur"]\nmost = 1\n'
ELSEWHERE = '[[quotas]]\nname = "Petits"\nservices = ["garderie"]\nage = { max = 5 }\nmost = 1\n'
MONTH = 6
"""Queries of a month without quota, its links counted in."""
FULL = "Complet pour « 3-5 ans » : 1 place prise sur 1"


def law_of(*parts):
    Regulation.objects.create(
        version=Regulation.objects.count() + 1, text=HEAD + "".join(parts), applied_at=make.NOW
    )


@pytest.fixture
def town(cast):
    """Léa and Noé are both four; Alice lives in the commune, Bob outside."""
    for who, residence in ((cast.alice, "commune"), (cast.bob, "extérieur")):
        who.household.residence = residence
        who.household.save()
    for child in (cast.lea, cast.noe):
        born(child, date(2022, 3, 1))
    return cast


def born(child, day):
    child.birth_date = day
    child.save()


def taken_by_another(cast, lesson, *, day=date(2022, 5, 1), residence="commune"):
    """A child of another family has a place in this session."""
    household = make.HouseholdFactory(number=str(9000 + Booking.objects.count()), residence=residence)
    child = make.ChildFactory(first_name="Autre", birth_date=day)
    make.HouseholdChildFactory(household=household, child=child)
    make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
    return make.BookingFactory(child=child, session=lesson, household=household)


def ask(who, wishes, *, now=IN_TIME, **more):
    return check(who.household, wishes, actor=who.user, now=now, **more)


def december(who, child):
    links = HouseholdChild.objects.filter(household=who.household, child=child)
    links = links.select_related("child", "household")
    return queries.month(list(links), date(2026, 12, 1), queries.law(IN_TIME))


def told(changes):
    return [(c.child.first_name, c.standing.state, said(c.standing.why)) for c in changes]


def test_the_last_place_of_a_quota_is_for_one_of_two_siblings(town):
    law_of(WEEKLY, SMALL)
    lunch = session(town, capacity=30)
    both = add(town.lea, lunch) + add(town.noe, lunch)
    recap = ask(town.alice, both)
    assert [c.child for c in recap.added] == [town.lea]
    assert told(recap.refused) == [("Noé", State.FULL, FULL)]
    with pytest.raises(RecapChanged):
        change(town.alice, both)
    assert not Booking.objects.exists()
    change(town.alice, add(town.lea, lunch))
    assert booked(town.lea) == [lunch.pk]


def test_a_child_of_another_age_still_gets_a_place(town):
    law_of(WEEKLY, SMALL)
    lunch = session(town, capacity=2)
    taken_by_another(town, lunch)
    born(town.noe, date(2024, 3, 1))  # two years old, and judged after Léa, the eldest
    recap = ask(town.alice, add(town.lea, lunch) + add(town.noe, lunch))
    assert [c.child for c in recap.added] == [town.noe], "who is refused by its quota takes no place"
    assert told(recap.refused) == [("Léa", State.FULL, FULL)]
    change(town.alice, add(town.noe, lunch))
    assert booked(town.noe) == [lunch.pk]


def test_an_older_child_does_not_count_in_the_quota(town):
    law_of(WEEKLY, SMALL)
    lunch = session(town)
    taken_by_another(town, lunch, day=date(2018, 1, 1))
    assert ask(town.alice, add(town.lea, lunch)).is_as_wished


def test_the_age_is_that_of_the_day(town):
    law_of(WEEKLY, SMALL)
    born(town.lea, date(2020, 12, 8))
    monday, tuesday = session(town), session(town, MONDAY + timedelta(days=1))
    for lesson in (monday, tuesday):
        taken_by_another(town, lesson)
    recap = ask(town.alice, add(town.lea, monday, tuesday))
    assert [c.session for c in recap.added] == [tuesday], "six on Tuesday"


def test_a_place_given_back_is_free_for_the_sibling_and_for_others(town):
    law_of(WEEKLY, SMALL)
    lunch = session(town)
    change(town.alice, add(town.lea, lunch))
    assert told(ask(town.alice, add(town.noe, lunch)).refused) == [("Noé", State.FULL, FULL)]
    swap = remove(town.lea, lunch) + add(town.noe, lunch)
    assert ask(town.alice, swap).is_as_wished
    change(town.alice, swap)
    assert (booked(town.lea), booked(town.noe)) == ([], [lunch.pk])
    change(town.alice, remove(town.noe, lunch))
    assert ask(town.alice, add(town.lea, lunch)).is_as_wished


def test_what_is_removed_may_not_come_back(town):
    law_of(WEEKLY, SMALL)
    lunch = session(town)
    change(town.alice, add(town.lea, lunch))
    (removed,) = ask(town.alice, remove(town.lea, lunch)).removed
    assert said(removed.conditions).endswith(", s'il reste de la place")


def test_the_residence_is_that_of_the_household_that_books(town):
    law_of(WEEKLY, OUTSIDE)
    lunch = session(town)
    taken_by_another(town, lunch, residence="extérieur")
    assert ask(town.alice, add(town.lea, lunch)).is_as_wished
    (refused,) = ask(town.bob, add(town.lea, lunch)).refused
    assert said(refused.standing.why) == "Complet pour « Extérieurs » : 1 place prise sur 1"


def test_the_group_and_the_place_of_the_enrolment_are_counted(town):
    place = town.offer.place.name
    law_of(
        WEEKLY,
        '[[quotas]]\nname = "Grands"\ngroups = ["grands"]\nmost = 0\n'
        f'[[quotas]]\nname = "Lieu"\nplaces = ["{place}"]\nmost = 1\n',
    )
    lunch = session(town)
    taken_by_another(town, lunch)
    town.lea.enrolments.update(group="grands")
    recap = ask(town.alice, add(town.lea, lunch) + add(town.noe, lunch))
    assert [said(c.standing.why) for c in recap.refused] == [
        "Aucune place n'est ouverte pour « Grands » ce jour-là",
        "Complet pour « Lieu » : 1 place prise sur 1",
    ]


@pytest.mark.parametrize("now", [IN_TIME, TOO_LATE])
def test_the_service_does_not_pass_a_full_quota(town, now):
    law_of(WEEKLY, SMALL)
    lunch = session(town)
    taken_by_another(town, lunch)
    recap = ask(town.alice, add(town.lea, lunch), now=now, as_service=True)
    assert told(recap.refused) == [("Léa", State.FULL, FULL)]
    with pytest.raises(RecapChanged):
        change(town.alice, add(town.lea, lunch), now=now, as_service=True, reason="Accord du maire")


def test_the_capacity_of_the_session_holds_for_all(town):
    law_of(WEEKLY, SMALL)
    lunch = session(town, capacity=1)
    taken_by_another(town, lunch, day=date(2018, 1, 1))
    (refused,) = ask(town.alice, add(town.lea, lunch)).refused
    assert said(refused.standing.why) == "Complet : 1 place prise sur 1"


def test_the_month_shows_what_is_full_for_this_child(town):
    law_of(WEEKLY, SMALL)
    monday, _tuesday = session(town), session(town, MONDAY + timedelta(days=1))
    taken_by_another(town, monday)
    born(town.noe, date(2018, 3, 1))
    cells = december(town.alice, town.lea).cells
    assert [(c.standing.state, c.standing.can_change) for c in cells] == [
        (State.FULL, False),
        (State.FREE, True),
    ]
    assert said(cells[0].standing.why) == FULL
    assert [c.standing.state for c in december(town.alice, town.noe).cells] == [State.FREE] * 2


def test_the_page_of_the_month_says_it(town, client):
    client.force_login(town.alice.user)
    taken_by_another(town, session(town))
    shown = {}
    for quota in ("", SMALL):
        law_of(WEEKLY, quota)
        with time_machine.travel(IN_TIME, tick=False):
            page = client.get(reverse("front:month", args=[town.lea.pk, date(2026, 12, 1)]))
        shown[quota] = "Complet" in page.content.decode()
    assert shown == {"": False, SMALL: True}


@pytest.mark.parametrize(("quota", "more"), [("", 0), (ELSEWHERE, 0), (SMALL, 3)])
def test_a_quota_is_counted_only_where_it_speaks(town, django_assert_num_queries, quota, more):
    law_of(WEEKLY, quota)
    days = [session(town, MONDAY + timedelta(days=n)) for n in range(5)]
    for lesson in days:
        taken_by_another(town, lesson, day=date(2018, 1, 1))
    for wished in (days[:1], days):
        with django_assert_num_queries(8 + more):
            assert ask(town.alice, add(town.lea, *wished)).is_as_wished


@pytest.mark.parametrize(("quota", "more"), [("", 0), (ELSEWHERE, 0), (SMALL, 3)])
def test_a_month_reads_the_places_at_once(town, django_assert_num_queries, quota, more):
    law_of(WEEKLY, quota)
    for count in (1, 5):
        lesson = session(town, MONDAY + timedelta(days=count))
        for _ in range(count):
            taken_by_another(town, lesson, day=date(2018, 1, 1))
        with django_assert_num_queries(MONTH + more):
            december(town.alice, town.lea)
