"""The national calendars come in, and never touch what the commune wrote."""

from datetime import date

import pytest

from portail.activities.actions import calendar as actions
from portail.activities.models import CalendarEntry
from portail.core.models import JournalEntry
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
Kind = CalendarEntry.Kind


@pytest.fixture(autouse=True)
def commune(db):
    return make.CommuneFactory()


def bring(*years: int, zone: str = "B", subdivision: str | None = None):
    return actions.import_calendar(zone, subdivision, years, actor=None, now=NOW)


def find(label: str) -> list[tuple[date, date, str]]:
    return list(CalendarEntry.objects.filter(label=label).values_list("start", "end", "source"))


def test_the_calendar_is_filled_and_filling_it_twice_is_filling_it_once():
    first, second = bring(2026, 2027), bring(2026, 2027)
    assert len(first.added) == CalendarEntry.objects.count()
    assert (second.added, second.removed, second.kept) == ([], [], len(first.added))
    assert find("Vacances d'hiver") == [
        (date(2026, 2, 14), date(2026, 3, 1), "national"),
        (date(2027, 2, 20), date(2027, 3, 7), "national"),
    ]
    assert JournalEntry.objects.filter(verb="calendar.imported").count() == 1


def test_another_zone_replaces_the_school_holidays_and_keeps_the_public_ones():
    bring(2026, 2027)
    plan = bring(2026, 2027, zone="C")
    assert "Vacances d'hiver" in {entry.label for entry in plan.added}
    assert {row.kind for row in plan.removed} == {Kind.SCHOOL_HOLIDAY}
    assert find("Vacances d'hiver")[-1][:2] == (date(2027, 2, 6), date(2027, 2, 21))


def test_alsace_has_two_days_more():
    bring(2026)
    plan = bring(2026, subdivision="67")
    assert sorted(entry.start for entry in plan.added) == [date(2026, 4, 3), date(2026, 12, 26)]


def test_a_year_that_is_not_imported_is_left_alone():
    bring(2026, 2027)
    bring(2026, zone="C")
    assert (date(2027, 4, 17), date(2027, 5, 2), "national") in find("Vacances de printemps")


def test_what_the_commune_wrote_or_changed_stays_and_wins():
    bring(2026, 2027)
    spring = CalendarEntry.objects.get(label="Vacances de printemps", start__year=2027)
    values = {
        "kind": spring.kind,
        "start": date(2027, 4, 16),
        "end": date(2027, 5, 2),
        "label": spring.label,
    }
    actions.keep_entry(spring, values, actor=None, now=NOW)
    own = {
        "kind": Kind.CLOSURE,
        "start": date(2027, 8, 1),
        "end": date(2027, 8, 15),
        "label": "Fermeture d'été",
    }
    actions.keep_entry(CalendarEntry(), own, actor=None, now=NOW)
    plan = bring(2026, 2027, zone="B")
    assert (plan.added, plan.removed) == ([], [])
    assert find("Vacances de printemps")[-1] == (date(2027, 4, 16), date(2027, 5, 2), "commune")
    assert find("Fermeture d'été") == [(date(2027, 8, 1), date(2027, 8, 15), "commune")]


def test_a_national_period_beside_the_commune_s_own_goes():
    bring(2027)
    own = {
        "kind": Kind.SCHOOL_HOLIDAY,
        "start": date(2027, 4, 10),
        "end": date(2027, 4, 25),
        "label": "Vacances de printemps",
    }
    actions.keep_entry(CalendarEntry(), own, actor=None, now=NOW)
    assert [row.start for row in bring(2027).removed] == [date(2027, 4, 17)]


def test_the_holidays_that_straddle_two_years_are_there_once_whatever_is_imported():
    bring(2026)
    assert bring(2027).removed == []
    assert len(find("Vacances de Noël")) == 3  # 2025-2026, 2026-2027, 2027-2028


def test_past_the_last_year_published_it_says_so_and_does_nothing():
    with pytest.raises(
        actions.YearsUnknown, match="Les vacances scolaires de 2031 ne sont pas encore publiées"
    ):
        bring(2027, 2031)
    assert not CalendarEntry.objects.exists()


def test_an_unchanged_period_stays_national():
    bring(2026)
    entry = CalendarEntry.objects.first()
    values = {"kind": entry.kind, "start": entry.start, "end": entry.end, "label": entry.label}
    actions.keep_entry(entry, values, actor=None, now=NOW)
    assert CalendarEntry.objects.get(pk=entry.pk).source == "national"


def test_a_period_is_taken_away_once():
    entry = actions.keep_entry(
        CalendarEntry(),
        {"kind": Kind.CLOSURE, "start": date(2027, 1, 4), "end": date(2027, 1, 4), "label": "Travaux"},
        actor=None,
        now=NOW,
    )
    actions.remove_entry(entry, actor=None, now=NOW)
    actions.remove_entry(entry, actor=None, now=NOW)
    assert list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True)) == [
        "calendar.created",
        "calendar.removed",
    ]
