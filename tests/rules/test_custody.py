"""Which home has a child: the tables of docs/rules/garde.md, and what holds whatever the calendar."""

import tomllib
from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portail.rules import EntryKind
from portail.rules.custody import (
    Calendar,
    Exchange,
    Home,
    Stretch,
    Weekdays,
    Weeks,
    hand_over,
    shared_holidays,
    who_has,
)
from portail.rules.custody_text import read_calendar, read_exchange, written

from . import pages

ROWS = pages.rows("garde.md", "Jour", "Heure", "Foyer", "Pourquoi")
START = date(2020, 1, 1)
HOLIDAYS = shared_holidays(pages.calendar().entries)


def terms_of(toml):
    return [
        read_exchange(found)
        if "stretches" in found
        else read_calendar(found, since=found["since"], until=found.get("until"))
        for found in tomllib.loads(toml)["garde"]
    ]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_child_is_where_the_page_says(row):
    day, at = pages.day(row.cells["Jour"]), time.fromisoformat(row.cells["Heure"])
    found = who_has(terms_of(row.toml), day, HOLIDAYS, at=at)
    assert ((found.home or ""), found.because.fr()) == (row.cells["Foyer"], row.cells["Pourquoi"])


def test_the_page_has_its_rows():
    assert len(ROWS) == 30


homes = st.sampled_from(Home)
days = st.dates(date(2019, 1, 1), date(2040, 12, 31))
hours = st.times().map(lambda found: found.replace(second=0, microsecond=0))
weeks = st.builds(Weeks, homes, st.integers(0, 6), hours)
seven = st.tuples(*[st.one_of(st.none(), homes)] * 7)
spans = st.tuples(days, st.integers(0, 400))
calendars = st.builds(
    lambda usual, span, shared, ends: Calendar(
        usual, span[0], span[0] + timedelta(span[1]) if ends else None, shared
    ),
    st.one_of(weeks, st.builds(Weekdays, seven, seven)),
    spans,
    st.one_of(st.none(), homes),
    st.booleans(),
)
stretches = st.builds(lambda home, span: Stretch(home, span[0], span[0] + timedelta(span[1])), homes, spans)
exchanges = st.builds(lambda found: Exchange(tuple(found)), st.lists(stretches, min_size=1, max_size=3))
terms = st.lists(st.one_of(calendars, exchanges), max_size=4)


def swapped(term):
    """The same between the two homes the other way round."""

    def turn(home):
        return home.other if home else None

    if isinstance(term, Exchange):
        return Exchange(tuple(Stretch(s.home.other, s.first, s.last) for s in term.stretches))
    usual = term.usual
    if isinstance(usual, Weeks):
        usual = Weeks(usual.even.other, usual.weekday, usual.at)
    else:
        usual = Weekdays(tuple(map(turn, usual.even)), tuple(map(turn, usual.odd)))
    return Calendar(usual, term.since, term.until, turn(term.holidays))


@given(terms, days, hours)
def test_every_hour_has_one_answer_with_its_reason_and_no_home_is_favoured(decided, day, at):
    found = who_has(decided, day, HOLIDAYS, at=at)
    other = who_has([swapped(term) for term in decided], day, HOLIDAYS, at=at)
    assert other.home == (found.home.other if found.home else None)
    assert found.because == other.because
    assert found.because.fr()
    changed = hand_over(decided, day, HOLIDAYS)
    if changed is None:
        assert who_has(decided, day, HOLIDAYS, at=time(0)).home == found.home


@given(terms, days)
def test_the_last_decision_that_speaks_of_a_day_holds_alone(decided, day):
    speaking = [t for t in decided if (t.of(day) if isinstance(t, Exchange) else t.speaks_of(day))]
    assert who_has(decided, day, HOLIDAYS) == who_has(speaking[-1:], day, HOLIDAYS)


@given(weeks, days)
def test_a_week_lasts_seven_days_and_changes_home_unless_two_odd_weeks_follow(usual, day):
    term = Calendar(usual, date(2000, 1, 1))
    moment = day - timedelta((day.weekday() - usual.weekday) % 7)
    begins, ends = who_has([term], moment, at=usual.at), moment + timedelta(7)
    for n in range(1, 7):
        assert who_has([term], moment + timedelta(n)).home == begins.home
    number, following = moment.isocalendar().week, ends.isocalendar().week
    assert (begins.home == usual.even) == (number % 2 == 0)
    changes = who_has([term], ends, at=usual.at).home != begins.home
    assert changes == ((number, following) != (53, 1))
    if usual.at > time(0):
        found = hand_over([term], ends)
        assert found == ((begins.home, begins.home.other, usual.at) if changes else None)


@pytest.mark.parametrize("entry", HOLIDAYS, ids=lambda entry: f"{entry.label} {entry.start}")
def test_holidays_are_shared_in_two_halves_that_turn_every_year(entry):
    term = Calendar(Weekdays((None,) * 7, (None,) * 7), START, holidays=Home.A)
    length = (entry.end - entry.start).days + 1
    found = [who_has([term], entry.start + timedelta(n), HOLIDAYS).home for n in range(length)]
    first = Home.A if entry.start.year % 2 == 0 else Home.B
    half = (length + 1) // 2
    assert found == [first] * half + [first.other] * (length - half)
    assert who_has([term], entry.end + timedelta(1), HOLIDAYS).home in (None, first)


def test_a_bridge_is_not_shared():
    bridges = [
        e for e in pages.calendar().entries if e.kind is EntryKind.SCHOOL_HOLIDAY and e not in HOLIDAYS
    ]
    assert all((e.end - e.start).days < 6 for e in bridges)
    assert len({e.start.year for e in HOLIDAYS}) >= 3


@given(st.one_of(calendars, exchanges))
def test_what_is_written_is_read_back(term):
    data = written(term)
    if isinstance(term, Exchange):
        assert read_exchange(data) == term
    else:
        assert read_calendar(data, since=term.since, until=term.until) == term


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Weeks(Home.A, weekday=7),
        lambda: Weekdays((Home.A,) * 6, (Home.A,) * 7),
        lambda: Stretch(Home.A, date(2026, 12, 2), date(2026, 12, 1)),
    ],
)
def test_what_is_no_calendar_is_refused(wrong):
    with pytest.raises(ValueError, match=r"."):
        wrong()
