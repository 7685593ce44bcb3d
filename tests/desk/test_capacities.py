"""The heat map: every cell has its figure, leads to its days and lists, stays light, and costs the same."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portail.bookings.queries.heat import Filling
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 12, 3)


def page(desk, **asked) -> str:
    return desk.get(reverse("desk:capacities"), asked).content.decode()


@pytest.fixture
def lunch(cast):
    cast.offer.place.name = "Jules-Verne"
    cast.offer.place.save()
    cast.session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=DAY, capacity=3)
    for child, family in ((cast.lea, cast.alice), (cast.noe, cast.alice)):
        make.BookingFactory(child=child, session=cast.session, household=family.household)
    return cast


@pytest.mark.parametrize(
    ("taken", "capacity", "closed", "percent", "tone"),
    [
        (0, 40, False, 0, ""),
        (19, 40, False, 47, ""),
        (20, 40, False, 50, "ok"),
        (32, 40, False, 80, "warn"),
        (399, 400, False, 99, "warn"),
        (40, 40, False, 100, "bad"),
        (42, 40, False, 105, "bad"),
        (42, None, False, None, ""),
        (0, 0, False, None, ""),
        (1, 0, False, None, "bad"),
        (40, 40, True, 100, ""),
    ],
)
def test_a_figure_and_its_colour(taken, capacity, closed, percent, tone):
    filling = Filling(DAY, taken, capacity, closed)
    assert (filling.percent, filling.tone) == (percent, tone)


def test_a_week_shows_its_fullest_day_and_leads_to_its_days(desk, lunch):
    make.SessionFactory(service=lunch.canteen, place=lunch.offer.place, date=date(2026, 12, 4), capacity=40)
    found = page(desk)
    assert "66 %" in found
    address = f"?echelle=jours&amp;du=2026-11-30&amp;prestation={lunch.canteen.pk}"
    assert address in found
    assert 'data-tone="ok"' in found


def test_a_day_leads_to_its_list(desk, lunch):
    found = page(desk, echelle="jours", du="2026-12-02")
    assert ">2/3</a>" in found
    lists = f"{reverse('desk:lists')}?date=2026-12-03&amp;prestation={lunch.canteen.pk}"
    assert lists in found


@pytest.mark.parametrize(
    ("change", "told"), [({"capacity": None}, ">2</a>"), ({"capacity": 0}, ">2/0</a>"), ({}, "66 %")]
)
def test_what_has_no_percentage_tells_its_children(desk, lunch, change, told):
    for name, value in change.items():
        setattr(lunch.session, name, value)
    lunch.session.save()
    assert told in page(desk)


def test_a_closed_day_says_so(desk, lunch):
    lunch.session.closing = make.ClosingFactory()
    lunch.session.save()
    assert "Fermé</td>" in page(desk, echelle="jours", du="2026-12-03")


def test_a_place_or_a_service_alone(desk, lunch):
    other = make.ServicePlaceFactory(service=lunch.canteen, place__name="Ailleurs")
    assert "Jules-Verne · " in page(desk)
    assert "Jules-Verne · " not in page(desk, lieu=other.place_id)
    assert "Aucune séance" in page(desk, prestation="999999")


@pytest.mark.parametrize(
    "asked", [{"du": "hier"}, {"du": "0001-01-01"}, {"lieu": "²"}, {"page": "x"}, {"echelle": "mois"}]
)
def test_an_odd_address_shows_this_week(desk, lunch, asked):
    assert "du lundi 23 novembre" in page(desk, **asked)


def test_it_leaves_for_a_spreadsheet(desk, lunch):
    lines = desk.get(reverse("desk:capacities_sheet", args=["csv"])).content.decode("utf-8-sig").splitlines()
    assert lines[1:] == ["Jules-Verne;Cantine;03/12/2026;2;3;66;Ouverte"]
    assert desk.get(reverse("desk:capacities_sheet", args=["xlsx"])).content[:2] == b"PK"
    assert desk.get(reverse("desk:capacities_sheet", args=["pdf"])).status_code == 404


@pytest.mark.parametrize("scale", ["semaines", "jours"])
def test_twelve_weeks_of_twenty_lines_stay_light_and_cost_the_same(
    desk, cast, scale, django_assert_num_queries
):
    def line(number: int) -> None:
        offer = make.ServicePlaceFactory(service=cast.canteen, place__name=f"Restaurant {number:02}")
        for week in range(12):
            day = date(2026, 11, 23) + timedelta(days=7 * week)
            make.SessionFactory(service=cast.canteen, place=offer.place, date=day, capacity=40)

    for count in (1, 19):
        for number in range(count):
            line(100 * count + number)
        with django_assert_num_queries(8):
            response = desk.get(reverse("desk:capacities"), {"echelle": scale})
    assert len(response.context["lines"]) == 20
    assert len(response.content) < 40_000
