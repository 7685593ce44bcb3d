"""The first day of a commune."""

from datetime import date

import pytest

from portail.activities.actions import founding
from portail.activities.models import CalendarEntry, Commune, Regulation, SchoolYear
from portail.activities.queries import regulation
from portail.core.models import JournalEntry
from portail.rules import SettingsErrors
from tests.factories import NOW


def found(name="Valmont-sur-Orne", zone="B", subdivision="", today=date(2026, 11, 24)) -> Commune:
    return founding.found_commune(name, zone, subdivision, now=NOW, today=today)


@pytest.mark.django_db
def test_it_has_its_name_rules_calendar_and_years():
    commune = found()
    assert (commune.name, commune.zone) == ("Valmont-sur-Orne", "B")
    assert Regulation.objects.get().version == 1
    assert regulation().commune.name == "Valmont-sur-Orne"
    years = SchoolYear.objects.order_by("start").values_list("label", "start", "end", "bookable_from")
    assert list(years) == [
        ("2026-2027", date(2026, 9, 1), date(2027, 8, 31), None),
        ("2027-2028", date(2027, 9, 1), date(2028, 8, 31), None),
    ]
    assert CalendarEntry.objects.filter(label="Vacances de Noël", start=date(2026, 12, 19)).exists()
    assert JournalEntry.objects.filter(verb="commune.founded").count() == 1


@pytest.mark.django_db
def test_its_own_public_holidays_are_known_and_so_are_strange_names():
    found('Ville "du" \\ Lac', "B", "67")
    assert Commune.objects.get().name == 'Ville "du" \\ Lac'
    assert CalendarEntry.objects.filter(start=date(2026, 12, 26)).exists()


@pytest.mark.django_db
def test_years_that_nobody_published_are_left_to_be_typed():
    found(today=date(2030, 1, 15))
    assert not SchoolYear.objects.exists()
    assert not CalendarEntry.objects.exists()


@pytest.mark.django_db
def test_there_is_only_one():
    found()
    with pytest.raises(founding.CommuneExists):
        found("Autre-Ville")
    assert Commune.objects.get().name == "Valmont-sur-Orne"


@pytest.mark.django_db
def test_a_name_that_no_file_can_hold_makes_nothing():
    with pytest.raises(SettingsErrors):
        found("   ")
    assert not Commune.objects.exists()


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 8, 31), date(2025, 9, 1), date(2026, 8, 31)),
        (date(2026, 9, 1), date(2026, 9, 1), date(2027, 8, 31)),
        (date(2027, 1, 1), date(2026, 9, 1), date(2027, 8, 31)),
        (date(2031, 2, 1), date(2030, 9, 1), date(2031, 8, 31)),
    ],
)
def test_the_school_year_of_a_day(day, start, end):
    term = founding.term_of(day, "B")
    assert (term.start, term.end) == (start, end)
    assert founding.preceding(founding.following(term, "B"), "B") == term
