"""The calendar of a year, its periods, the national calendars brought in."""

import pytest
from django.urls import reverse

from portail.activities.models import CalendarEntry
from tests import factories as make
from tests.desk.screens import errors, post, said

pytestmark = pytest.mark.django_db
SUMMER = {"kind": "closure", "label": "Fermeture d'été", "start": "2027-08-01", "end": "2027-08-15"}


@pytest.fixture
def filled(desk):
    post(desk, "calendar_import", first="2026", last="2027", seen="2026-2027", confirmed="1")
    return desk


def test_a_year_and_its_neighbours(filled):
    page = filled.get(reverse("desk:calendar"), {"annee": "2027"}).content.decode()
    assert "Vacances de printemps" in page
    assert "samedi 17 avril 2027" in page
    assert 'href="?annee=2028"' in page
    assert (
        "Rien n'est connu de cette année"
        in filled.get(reverse("desk:calendar"), {"annee": "2035"}).content.decode()
    )


@pytest.mark.parametrize("year", ["", "abc", "-1", "0", "99999999999999", "2²", "1850"])
def test_a_strange_year_shows_this_one(desk, year):
    page = desk.get(reverse("desk:calendar"), {"annee": year})
    assert (page.status_code, page.context["year"]) == (200, 2026)


def test_an_import_is_shown_then_done(desk):
    shown = post(desk, "calendar_import", first="2026", last="2027")
    assert shown.status_code == 200
    assert "Vacances de printemps" in shown.content.decode()
    assert not CalendarEntry.objects.exists()
    other = post(desk, "calendar_import", first="2026", last="2026", seen="2026-2027", confirmed="1")
    assert other.status_code == 200
    assert not CalendarEntry.objects.exists()
    done = post(desk, "calendar_import", first="2026", last="2027", seen="2026-2027", confirmed="1")
    assert said(done) == [f"{CalendarEntry.objects.count()} périodes ajoutées, 0 retirée, 0 inchangée."]
    again = post(desk, "calendar_import", first="2026", last="2027")
    assert "rien à importer" in again.content.decode()


@pytest.mark.parametrize(
    ("first", "last", "field"),
    [
        ("2027", "2026", "last"),
        ("2020", "2027", "last"),
        ("", "2027", "first"),
        ("abc", "2027", "first"),
        ("0", "2027", "first"),
        ("2027", "99999", "last"),
        ("2031", "2032", "last"),
    ],
)
def test_years_badly_typed_or_not_published_are_refused_in_words(desk, first, last, field):
    assert list(errors(post(desk, "calendar_import", first=first, last=last))) == [field]
    assert not CalendarEntry.objects.exists()


def test_past_the_last_year_published_it_says_what_to_do(desk):
    told = errors(post(desk, "calendar_import", first="2031", last="2031"))["last"][0]
    assert "ne sont pas encore publiées" in told
    assert "ajoutez ces périodes à la main" in told


def test_a_period_is_added_changed_and_taken_away(desk):
    added = post(desk, "calendar_entry_new", **SUMMER)
    assert added.url == f"{reverse('desk:calendar')}?annee=2027"
    entry = CalendarEntry.objects.get()
    post(desk, "calendar_entry", entry.pk, **{**SUMMER, "end": "2027-08-20"})
    entry.refresh_from_db()
    assert entry.end.day == 20
    asked = post(desk, "calendar_entry_remove", entry.pk)
    assert "Retirer « Fermeture d'été » du calendrier ?" in asked.context["title"]
    post(desk, "calendar_entry_remove", entry.pk, confirmed="1")
    assert not CalendarEntry.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"end": "2027-07-31"}, "__all__"),
        ({"start": "2027-02-30"}, "start"),
        ({"start": "0027-08-01"}, "start"),
        ({"end": "20270-08-01"}, "end"),
        ({"label": ""}, "label"),
        ({"label": "a" * 101}, "label"),
        ({"kind": "holiday"}, "kind"),
    ],
)
def test_a_period_badly_typed_keeps_what_was_typed(desk, change, field):
    response = post(desk, "calendar_entry_new", **{**SUMMER, **change})
    assert list(errors(response)) == [field]
    assert not CalendarEntry.objects.exists()


def test_the_same_period_twice_is_refused_in_words(desk):
    post(desk, "calendar_entry_new", **SUMMER)
    assert errors(post(desk, "calendar_entry_new", **SUMMER)) == {
        "__all__": ["Cette période est déjà au calendrier."]
    }


@pytest.mark.parametrize("kind", ["closure", "public_holiday"])
def test_days_that_families_booked_are_closed_first(desk, cast, kind):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date="2027-08-02")
    booking = make.BookingFactory(session=session, child=cast.lea, household=cast.alice.household)
    refused = errors(post(desk, "calendar_entry_new", **{**SUMMER, "kind": kind}))
    assert "Fermez d'abord les séances" in refused["__all__"][0]
    booking.state = "cancelled"
    booking.save()
    assert post(desk, "calendar_entry_new", **{**SUMMER, "kind": kind}).status_code == 302


def test_a_national_period_changed_becomes_the_commune_s(filled):
    entry = CalendarEntry.objects.get(label="Vacances d'hiver", start__year=2027)
    page = filled.get(reverse("desk:calendar_entry", args=[entry.pk])).content.decode()
    assert "Modifiée, elle devient celle de la commune" in page
    post(
        filled,
        "calendar_entry",
        entry.pk,
        kind=entry.kind,
        label=entry.label,
        start="2027-02-19",
        end="2027-03-07",
    )
    entry.refresh_from_db()
    assert entry.source == "commune"


def test_a_year_costs_the_same_with_more_periods(desk, django_assert_num_queries):
    for year in (2027, 2028):
        with django_assert_num_queries(7):
            desk.get(reverse("desk:calendar"), {"annee": "2027"})
        make.CalendarEntryFactory(start=f"{year}-01-01", end=f"{year}-12-31")
