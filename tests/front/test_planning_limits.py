"""What the planning costs at most: one child's month, and three children with four services each."""

import re
from datetime import date, datetime, time, timedelta

import pytest
import time_machine
from django.urls import reverse

from portail.activities.models import Regulation, Session
from portail.bookings.models import Booking
from portail.bookings.spans import month_of, week_of
from tests import factories as make
from tests.bookings.sayings import PARIS

pytestmark = pytest.mark.django_db
MARCH = date(2027, 3, 1)  # twenty-three working days, no holiday: nothing is heavier
NOW = datetime(2027, 2, 1, 12, 0, tzinfo=PARIS)
STATIC = re.compile(r'(?:href|src)="((?:/static/|/style-)[^"#]+)')
TARIFFS = """
[[tariffs]]
name = "Accueil"
services = ["cantine", "matin", "soir", "etude"]
bands = [{ max = 700, prices = [2.15] }, { prices = [14.30] }]
adjust = [{ label = "Deuxième enfant", rank = { min = 2 }, percent = -10 }]
"""
MORE = (("matin", "Garderie du matin"), ("soir", "Garderie du soir"), ("etude", "Étude surveillée"))


@pytest.fixture
def family(client, cast):
    """Alice's three children, enrolled in four services of every working day of March, booked every other time."""
    from portail.activities.queries import default_regulation

    Regulation.objects.create(version=1, text=default_regulation() + TARIFFS, applied_at=make.NOW)
    make.QuotientFactory(household=cast.alice.household)
    third = make.ChildFactory(first_name="Maximilien", birth_date=date(2018, 5, 1))
    make.HouseholdChildFactory(household=cast.alice.household, child=third)
    make.EnrolmentFactory(child=third, activity=cast.canteen.activity, place=cast.offer.place)
    services = [cast.canteen] + [
        make.ServiceFactory(
            activity=cast.canteen.activity, code=code, name=name, short_name=name, starts_at=time(7 + n)
        )
        for n, (code, name) in enumerate(MORE)
    ]
    days = [day for n in range(31) if (day := MARCH + timedelta(days=n)).weekday() < 5]
    sessions = Session.objects.bulk_create(
        Session(service=service, place=cast.offer.place, date=day, capacity=40)
        for day in days
        for service in services
    )
    Booking.objects.bulk_create(
        Booking(child=child, session=session, household=cast.alice.household, created_at=make.NOW)
        for child in (cast.lea, cast.noe, third)
        for session in sessions[::2]
    )
    with time_machine.travel(NOW, tick=False):
        client.force_login(cast.alice.user)
        yield cast


@pytest.mark.parametrize(
    ("of_one", "span", "queries", "weight", "boxes"),
    [
        (True, month_of(MARCH), 10, 40_000, 92),
        (True, week_of(MARCH), 10, 40_000, 20),
        (False, month_of(MARCH), 14, 80_000, 276),
        (False, week_of(MARCH), 14, 40_000, 60),
    ],
    ids=["month", "week", "month of all", "week of all"],
)
def test_what_a_planning_costs(
    client, family, of_one, span, queries, weight, boxes, django_assert_max_num_queries
):
    client.html_limit = 80_000
    url = reverse("front:month", args=[family.lea.pk if of_one else None, span])
    client.get(url)  # the rules are read once a process
    with django_assert_max_num_queries(queries):
        page = client.get(url).content
    assert len(page) < weight
    assert page.count(b'type="checkbox"') == boxes
    assert page.count(b"data-price=") == boxes
    assert len(set(STATIC.findall(page.decode()))) == 4
