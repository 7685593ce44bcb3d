"""Sessions of a month, made from the calendar, and the places of one of them."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from portail.activities.actions.calendar import import_calendar
from portail.activities.models import Service, Session
from portail.bookings.models import Booking
from portail.core.models import OutboxMail
from tests import factories as make
from tests.desk.screens import errors, post, said
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def calendar(desk):
    make.SchoolYearFactory()
    import_calendar("B", None, [2026, 2027], actor=None, now=NOW)


@pytest.fixture
def session(cast):
    """Thursday 3 December, 3 places, Léa then Noé."""
    found = make.SessionFactory(service=cast.canteen, place=cast.offer.place, capacity=3)
    for minute, child in enumerate((cast.lea, cast.noe)):
        make.BookingFactory(
            child=child,
            session=found,
            household=cast.alice.household,
            created_at=NOW + timedelta(minutes=minute),
        )
    return found


def wanted(cast, **changes):
    return {"du": "2026-12-14", "au": "2027-01-08", "offres": [cast.offer.pk], **changes}


def test_the_form_proposes_today_to_the_end_of_the_year_for_everything(desk, cast):
    page = desk.get(reverse("desk:generate")).content.decode()
    assert 'value="2026-11-24"' in page
    assert 'value="2027-07-03"' in page
    assert "checked" in page


def test_generating_is_shown_then_done_and_done_twice_is_done_once(desk, cast):
    shown = desk.get(reverse("desk:generate"), wanted(cast))
    assert "8 à créer, 0 à retirer" in shown.content.decode()
    assert not Session.objects.exists()
    done = post(desk, "generate", **wanted(cast))
    assert said(done) == ["8 séances créées, 0 déjà là, 0 retirée."]
    assert Session.objects.count() == 8
    again = post(desk, "generate", **wanted(cast))
    assert said(again)[-1] == "0 séance créée, 8 déjà là, 0 retirée."
    assert "Tout est déjà à jour" in desk.get(reverse("desk:generate"), wanted(cast)).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"au": "2026-12-13"}, "au"),
        ({"au": "2029-12-14"}, "au"),
        ({"du": "2026-02-30"}, "du"),
        ({"du": "0001-01-01"}, "du"),
        ({"du": "9999-12-31", "au": "9999-12-31"}, "du"),
        ({"offres": []}, "offres"),
        ({"offres": ["999999"]}, "offres"),
        ({"offres": ["un"]}, "offres"),
        ({"du": "2028-03-01", "au": "2028-03-31"}, "au"),
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_generation_badly_asked_does_nothing(desk, cast, method, change, field):
    response = getattr(desk, method)(reverse("desk:generate"), wanted(cast, **change))
    assert field in errors(response)
    assert not Session.objects.exists()


def test_past_the_calendar_it_says_to_complete_it(desk, cast):
    response = desk.get(reverse("desk:generate"), wanted(cast, du="2028-03-01", au="2028-03-31"))
    assert "complétez le calendrier de la commune" in errors(response)["au"][0]


def test_booked_days_that_are_served_no_more_are_pointed_out(desk, cast, session):
    Service.objects.update(weekdays="1")
    asked = wanted(cast, du="2026-12-01", au="2026-12-06")
    page = desk.get(reverse("desk:generate"), asked).content.decode()
    assert "jeudi 3 décembre 2026" in page
    assert f"{reverse('desk:closing_new')}?du=2026-12-03" in page
    assert "fermez-les" in said(post(desk, "generate", **asked))[1]
    assert Session.objects.get() == session


def test_the_clock_s_changes_lose_no_day(desk, cast):
    Service.objects.update(period="all", weekdays="1234567")
    for start, end in (("2026-10-23", "2026-10-27"), ("2027-03-26", "2027-03-28")):
        post(desk, "generate", **wanted(cast, du=start, au=end))
    assert [f"{s.date:%d/%m}" for s in Session.objects.all()] == (
        ["23/10", "24/10", "25/10", "26/10", "27/10", "26/03", "27/03", "28/03"]
    )


def test_a_month_shows_places_bookings_and_closings(desk, cast, session):
    make.SessionFactory(
        service=cast.canteen, place=cast.offer.place, date=date(2026, 12, 4), closing=make.ClosingFactory()
    )
    asked = {"offre": cast.offer.pk, "mois": "2026-12"}
    page = desk.get(reverse("desk:sessions"), asked).content.decode()
    assert "jeudi 3 décembre" in page
    assert "Panne de chauffage" in page
    same = desk.get(
        reverse("desk:sessions"),
        {"prestation": cast.canteen.pk, "lieu": cast.offer.place_id, "mois": "2026-12"},
    )
    assert len(same.context["rows"]) == 2


@pytest.mark.parametrize("month", ["", "2026-13", "abc", "99999-01", "2026-12-03", "0000-01"])
def test_a_strange_month_shows_this_one(desk, cast, month):
    page = desk.get(reverse("desk:sessions"), {"mois": month})
    assert (page.status_code, page.context["first"]) == (200, date(2026, 11, 1))


@pytest.mark.parametrize("asked", [{"offre": "x"}, {"offre": "999999"}, {"prestation": "1", "lieu": "x"}])
def test_an_offer_that_does_not_exist_asks_to_choose(desk, cast, asked):
    page = desk.get(reverse("desk:sessions"), asked)
    assert page.context["offer"] is None
    assert "choisissez dans la liste" in page.content.decode()


def test_a_month_costs_the_same_with_more_sessions(desk, cast, session, django_assert_num_queries):
    asked = {"offre": cast.offer.pk, "mois": "2026-12"}
    for day in range(7, 11):
        with django_assert_num_queries(5):
            desk.get(reverse("desk:sessions"), asked)
        make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 12, day))


def test_more_places_are_simply_kept(desk, session):
    done = post(desk, "session", session.pk, capacity="50")
    assert done.url.endswith("mois=2026-12")
    session.refresh_from_db()
    assert session.capacity == 50
    post(desk, "session", session.pk, capacity="")
    session.refresh_from_db()
    assert session.capacity is None


@pytest.mark.parametrize("typed", ["-1", "1000000000", "dix", "1,5", "1e3"])
def test_a_number_of_places_badly_typed_is_refused(desk, session, typed):
    response = post(desk, "session", session.pk, capacity=typed)
    assert list(errors(response)) == ["capacity"]
    assert typed in response.content.decode()
    session.refresh_from_db()
    assert session.capacity == 3


def test_fewer_places_than_bookings_name_who_would_lose_theirs(desk, session):
    response = post(desk, "session", session.pk, capacity="1")
    assert "1 enfant réservé de trop" in errors(response)["capacity"][0]
    page = response.content.decode()
    assert "Noé Martin" in page
    assert "Annuler ces réservations et prévenir" in page
    assert Booking.objects.active().count() == 2


def test_the_last_booked_are_cancelled_once_shown_with_a_reason(desk, session):
    seen = post(desk, "session", session.pk, capacity="1").context["reason_form"].initial["seen"]
    nothing = post(desk, "session", session.pk, capacity="1", seen=seen, reason=" ")
    assert list(errors(nothing, "reason_form")) == ["reason"]
    assert Booking.objects.active().count() == 2
    for _ in range(2):
        post(desk, "session", session.pk, capacity="1", seen=seen, reason="Une animatrice absente")
    assert [booking.child.first_name for booking in Booking.objects.active()] == ["Léa"]
    assert OutboxMail.objects.count() == 1


def test_a_list_that_changed_meanwhile_is_shown_again(desk, session, cast):
    seen = post(desk, "session", session.pk, capacity="1").context["reason_form"].initial["seen"]
    make.BookingFactory(
        child=cast.zoe,
        session=session,
        household=cast.charlie.household,
        created_at=NOW + timedelta(hours=1),
    )
    response = post(desk, "session", session.pk, capacity="1", seen=seen, reason="Absence")
    assert "La liste a changé" in errors(response)["__all__"][0]
    assert "Zoé Petit" in response.content.decode()
    assert 'value="Absence"' in response.content.decode()
    assert Booking.objects.active().count() == 3
