"""Session lists: the right children, whom to call, on screen, on paper and in a spreadsheet."""

import csv
from datetime import date
from io import StringIO

import pytest
from django.urls import reverse
from django.utils.html import strip_tags

from portail.bookings.models import Booking
from portail.families.models import Adult, ChildContact
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = {"date": "2026-12-03"}


@pytest.fixture
def reader(client, cast, today):
    client.force_login(cast.remi)
    return client


@pytest.fixture
def lunch(cast):
    """Léa (booked by Bob) and Noé (by Alice) at the canteen on Thursday; Zoé cancelled."""
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    make.BookingFactory(child=cast.lea, session=session, household=cast.bob.household)
    make.BookingFactory(child=cast.noe, session=session, household=cast.alice.household)
    make.BookingFactory(
        child=cast.zoe, session=session, household=cast.charlie.household, state=Booking.State.CANCELLED
    )
    Adult.objects.filter(pk=cast.bob.adult.pk).update(mobile_phone="+33698765432", work_phone="+33231112233")
    ChildContact.objects.create(
        household=cast.bob.household,
        child=cast.lea,
        name="Mamie Durand",
        relation="grand-mère",
        phone="+33231445566",
        may_pick_up=True,
    )
    ChildContact.objects.create(
        household=cast.alice.household, child=cast.lea, name="Voisine", phone="+33231000000", may_pick_up=True
    )
    ChildContact.objects.create(
        household=cast.alice.household,
        child=cast.noe,
        name="Docteur Roux",
        phone="+33231778899",
        is_emergency=True,
    )
    cast.lea.schoolings.update(school_class=make.SchoolClassFactory(name="CE1 - Mme Petit"))
    return session


def test_the_only_session_shows_its_children(reader, lunch):
    page = reader.get(reverse("desk:lists"), DAY).content.decode()
    assert ": 2 enfants" in page
    assert page.index("Martin Léa") < page.index("Martin Noé")
    assert "CE1 - Mme Petit" in page
    assert "Zoé" not in page


def test_the_household_of_the_day_is_called_and_its_contacts_alone(reader, lunch):
    page = reader.get(reverse("desk:lists"), DAY).content.decode()
    assert "Bob Durand : 06 98 76 54 32, 02 31 11 22 33" in strip_tags(page)
    assert "Mamie Durand (grand-mère) : 02 31 44 55 66" in strip_tags(page)
    assert "Voisine" not in page
    assert "Urgence, Docteur Roux : 02 31 77 88 99" in strip_tags(page)
    assert 'href="tel:0698765432"' in page


def test_several_sessions_are_counted_then_chosen(reader, lunch, cast):
    evening = make.SessionFactory(service__code="soir", service__name="Soir", place=cast.offer.place)
    make.SessionFactory(service=evening.service, place__name="Centre", capacity=None)
    page = reader.get(reverse("desk:lists"), DAY)
    assert len(page.context["sessions"]) == 3
    assert "2 sur 40" in page.content.decode()
    assert "Martin Léa" not in page.content.decode()
    chosen = reader.get(
        reverse("desk:lists"), {**DAY, "prestation": cast.canteen.pk, "lieu": cast.offer.place_id}
    )
    assert "Martin Léa" in chosen.content.decode()


def test_arrows_lead_to_the_days_of_the_same_choice(reader, lunch, cast):
    other = make.SessionFactory(service__code="soir", place=cast.offer.place, date=date(2026, 12, 4))
    make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 12, 7))
    anything = reader.get(reverse("desk:lists"), DAY).context
    canteen = reader.get(reverse("desk:lists"), {**DAY, "prestation": cast.canteen.pk}).context
    assert (anything["before"], anything["after"]) == (None, other.date)
    assert canteen["after"] == date(2026, 12, 7)


@pytest.mark.parametrize(
    "asked",
    [
        {"date": "2026-02-30"},
        {"date": "demain"},
        {"lieu": "x"},
        {"prestation": "-1"},
        {"lieu": "9" * 30},
        {"date": ""},
    ],
)
def test_a_strange_address_shows_today(reader, lunch, asked):
    page = reader.get(reverse("desk:lists"), asked)
    assert (page.status_code, page.context["day"]) == (200, date(2026, 11, 24))


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_the_ends_of_the_calendar_are_days_without_session(reader, lunch, day):
    assert "Aucune séance ce jour-là" in reader.get(reverse("desk:lists"), {"date": day}).content.decode()


def test_on_paper_each_session_is_a_sheet_with_its_date_and_place(reader, lunch, cast):
    evening = make.SessionFactory(service__code="soir", service__name="Soir", place=cast.offer.place)
    make.BookingFactory(child=cast.noe, session=evening, household=cast.alice.household)
    make.SessionFactory(service=evening.service, place__name="Vide")
    page = reader.get(reverse("desk:lists_print"), DAY).content.decode()
    assert page.count('class="card sheet"') == 2
    assert "Restaurant Jules-Verne, jeudi 3 décembre 2026" in page
    assert "Vide" not in page


def test_the_spreadsheet_has_the_same_lines_and_runs_nothing(reader, lunch, cast):
    cast.noe.first_name = '=HYPERLINK("http://mal.example")'
    cast.noe.save()
    response = reader.get(reverse("desk:lists_csv"), DAY)
    assert response["Content-Disposition"] == 'attachment; filename="liste-2026-12-03.csv"'
    text = response.content.decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text), delimiter=";"))
    assert rows[0][3:5] == ["Nom", "Prénom"]
    names = [row[4] for row in rows[1:]]
    assert names == ['\'=HYPERLINK("http://mal.example")', "Léa"]
    assert len(rows) == 3


def test_names_follow_each_other_as_in_a_directory(reader, lunch, cast):
    for last_name in ("Évrard", "zola", "Eluard"):
        child = make.ChildFactory(last_name=last_name)
        make.BookingFactory(child=child, session=lunch, household=cast.bob.household)
    lines = reader.get(reverse("desk:lists"), DAY).context["detail"].lines
    assert [line.child.last_name for line in lines] == ["Eluard", "Évrard", "Martin", "Martin", "zola"]


def test_a_list_costs_the_same_with_more_children(reader, lunch, cast, django_assert_num_queries):
    for number in range(5):
        with django_assert_num_queries(13):
            reader.get(reverse("desk:lists"), DAY)
        household = make.HouseholdFactory(number=str(8000 + number))
        child = make.ChildFactory()
        make.AdultFactory(household=household)
        make.SchoolingFactory(child=child)
        make.BookingFactory(child=child, session=lunch, household=household)


def test_a_full_canteen_is_a_light_page(reader, cast):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    for number in range(60):
        household = make.HouseholdFactory(number=str(8000 + number))
        make.AdultFactory(household=household)
        child = make.ChildFactory()
        make.BookingFactory(child=child, session=session, household=household)
    assert ": 60 enfants" in reader.get(reverse("desk:lists"), DAY).content.decode()
