"""Days of the commune: what is known, what is not, the next and the previous open day."""

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portail.rules import (
    Calendar,
    CalendarUnknown,
    Entry,
    EntryKind,
    RunsIn,
    ServiceDays,
    default_entries,
    default_known_until,
)

from . import pages

PARIS = ZoneInfo("Europe/Paris")
WEEK = range(5)


def entry(kind: EntryKind, start: date, end: date | None = None, **more) -> Entry:
    return Entry(kind, start, end or start, "x", **more)


def test_past_the_last_day_known_the_message_says_what_to_do():
    calendar = Calendar((), date(2028, 8, 31))
    assert calendar.public_holiday(date(2028, 8, 31)) is None
    with pytest.raises(CalendarUnknown) as caught:
        calendar.public_holiday(date(2028, 9, 1))
    assert str(caught.value) == (
        "Les vacances et les jours fériés ne sont connus que jusqu'au jeudi 31 août 2028 : "
        "complétez le calendrier de la commune pour le vendredi 1er septembre 2028."
    )


def test_before_the_first_day_known_too():
    calendar = Calendar((), date(2028, 8, 31), known_from=date(2025, 1, 1))
    with pytest.raises(CalendarUnknown, match="ne sont connus qu'à partir du mercredi 1er janvier 2025 "):
        calendar.school_holiday(date(2024, 12, 31))


@pytest.mark.parametrize(
    "ask",
    [
        Calendar.public_holiday,
        Calendar.is_public_holiday,
        Calendar.school_holiday,
        Calendar.closure,
        Calendar.closed_reason,
        Calendar.is_school_day,
        Calendar.is_worked_anyway,
    ],
)
def test_no_question_is_answered_without_knowing(ask):
    with pytest.raises(CalendarUnknown):
        ask(Calendar((), date(2026, 1, 1)), date(2026, 1, 2))


def test_an_entry_that_ends_before_it_starts_is_refused():
    with pytest.raises(ValueError, match="la fin précède le début"):
        entry(EntryKind.CLOSURE, date(2026, 2, 2), date(2026, 2, 1))


def test_a_day_worked_anyway_wins_over_holidays_and_closures():
    day = date(2026, 5, 16)  # a Saturday
    shut = [entry(kind, day) for kind in EntryKind if kind is not EntryKind.WORKED]
    assert not Calendar(tuple(shut), day).is_school_day(day)
    opened = Calendar((*shut, entry(EntryKind.WORKED, day)), day)
    assert opened.is_school_day(day)
    assert opened.closed_reason(day) is None


def test_open_days_skip_weekends_holidays_and_closures():
    calendar = Calendar(
        (entry(EntryKind.PUBLIC_HOLIDAY, date(2026, 5, 14)), entry(EntryKind.CLOSURE, date(2026, 5, 15))),
        date(2030, 1, 1),
    )
    assert calendar.next_open_day(date(2026, 5, 13), WEEK) == date(2026, 5, 18)
    assert calendar.previous_open_day(date(2026, 5, 18), WEEK) == date(2026, 5, 13)
    assert calendar.previous_open_day(date(2026, 5, 18), {0, 2}) == date(2026, 5, 13)


def test_open_days_of_a_service_follow_its_own_closures():
    calendar = Calendar(
        (entry(EntryKind.CLOSURE, date(2026, 5, 12), services=("loisirs",)),), date(2030, 1, 1)
    )
    assert calendar.next_open_day(date(2026, 5, 11), WEEK, "loisirs") == date(2026, 5, 13)
    assert calendar.next_open_day(date(2026, 5, 11), WEEK, "cantine") == date(2026, 5, 12)


def test_a_commune_that_never_opens_is_told():
    with pytest.raises(LookupError, match="Aucun jour ouvert"):
        Calendar((), date(2030, 1, 1)).next_open_day(date(2026, 1, 1), ())


def test_wednesdays_may_be_school_days():
    wednesday = date(2026, 12, 9)
    four, five = (Calendar((), date(2030, 1, 1), school_weekdays=frozenset(w)) for w in ({0, 1, 3, 4}, WEEK))
    assert (four.is_school_day(wednesday), five.is_school_day(wednesday)) == (False, True)
    assert four.is_school_day(wednesday, weekdays=WEEK)


@pytest.mark.parametrize(
    ("runs_in", "in_school", "in_holidays"),
    [(RunsIn.SCHOOL, True, False), (RunsIn.HOLIDAYS, False, True), (RunsIn.ALL, True, True)],
)
def test_a_service_runs_in_its_part_of_the_year(runs_in, in_school, in_holidays):
    calendar = Calendar(
        pages.calendar().entries, date(2028, 8, 31), services=(ServiceDays("x", frozenset({2}), runs_in),)
    )
    wednesdays = date(2027, 1, 13), date(2027, 2, 24)
    assert [calendar.is_service_day(day, "x") for day in wednesdays] == [in_school, in_holidays]
    assert not calendar.is_service_day(date(2027, 1, 14), "x")
    assert not calendar.is_service_day(date(2026, 11, 11), "x")


@pytest.mark.parametrize("minutes", [-1, 1441])
def test_an_hour_outside_the_day_is_refused(minutes):
    with pytest.raises(ValueError, match="hors de la journée"):
        pages.calendar().local(date(2026, 1, 1), minutes)


def test_today_is_local():
    now = datetime.fromisoformat("2026-12-05T23:30:00+00:00")
    assert pages.calendar().today(now) == date(2026, 12, 6)


@given(st.dates(date(2020, 1, 1), date(2035, 12, 31)), st.integers(0, 1440), st.integers(0, 1440))
@settings(deadline=None, max_examples=300)
def test_moments_of_a_day_are_in_order_and_exact_outside_the_change(day, one, other):
    calendar = Calendar((), date(2036, 12, 31))
    first, second = (calendar.local(day, m).timestamp() for m in sorted((one, other)))
    assert first <= second
    if not 120 <= one < 180:
        wall = datetime.combine(day, time.min) + timedelta(minutes=one)
        assert calendar.local(day, one).replace(tzinfo=None) == wall


@pytest.mark.parametrize("zone", ["A", "B", "C"])
def test_school_holidays_of_a_zone_are_whole_and_apart(zone):
    periods = [
        e for e in default_entries(zone, None, range(2026, 2029)) if e.kind is EntryKind.SCHOOL_HOLIDAY
    ]
    assert all(later.start > earlier.end for earlier, later in pairwise(periods))
    labels = [p.label for p in periods if date(2026, 9, 1) <= p.start <= date(2027, 8, 31)]
    assert labels == [
        "Vacances de la Toussaint",
        "Vacances de Noël",
        "Vacances d'hiver",
        "Vacances de printemps",
        "Pont de l'Ascension",
        "Vacances d'été",
    ]


def test_winter_holidays_differ_by_zone():
    found = {
        zone: next(
            (e.start, e.end)
            for e in default_entries(zone, None, [2027])
            if e.label == "Vacances d'hiver" and e.start.year == 2027
        )
        for zone in "ABC"
    }
    assert found == {
        "A": (date(2027, 2, 13), date(2027, 2, 28)),
        "B": (date(2027, 2, 20), date(2027, 3, 7)),
        "C": (date(2027, 2, 6), date(2027, 2, 21)),
    }


def test_holidays_that_cross_the_new_year_are_kept_whole():
    christmas = [e for e in default_entries("B", None, [2027]) if e.label == "Vacances de Noël"]
    assert [(e.start, e.end) for e in christmas] == [
        (date(2026, 12, 19), date(2027, 1, 3)),
        (date(2027, 12, 18), date(2028, 1, 2)),
    ]


def test_eleven_public_holidays_a_year():
    days = [e for e in default_entries(None, None, [2027]) if e.kind is EntryKind.PUBLIC_HOLIDAY]
    assert len(days) == 11


def test_the_last_day_known_is_that_of_the_libraries():
    assert default_known_until("B", [2026, 2027]) == date(2027, 12, 31)
    assert default_known_until("B", range(2026, 2032)) == date(2028, 8, 31)
    assert default_known_until(None, range(2026, 2032)) == date(2031, 12, 31)
