"""The invented commune always has a year behind it and one under way, whatever the day."""

from datetime import date
from itertools import pairwise

import pytest

from portail.demo.timeline import timeline
from portail.rules import EntryKind


@pytest.mark.parametrize(
    ("today", "labels"),
    [
        (date(2026, 8, 5), ["2024-2025", "2025-2026", "2026-2027"]),
        (date(2026, 8, 31), ["2024-2025", "2025-2026", "2026-2027"]),
        (date(2026, 9, 1), ["2025-2026", "2026-2027"]),
        (date(2026, 12, 31), ["2025-2026", "2026-2027"]),
        (date(2027, 5, 31), ["2025-2026", "2026-2027"]),
        (date(2027, 6, 1), ["2025-2026", "2026-2027", "2027-2028"]),
        (date(2028, 2, 29), ["2026-2027", "2027-2028"]),
        (date(2028, 7, 14), ["2026-2027", "2027-2028"]),
        (date(2030, 1, 15), ["2028-2029", "2029-2030"]),
    ],
)
def test_the_years_of_a_day(today, labels):
    when = timeline(today)
    assert [term.label for term in when.terms] == labels
    assert when.current.start <= today <= when.current.end


def test_years_follow_each_other_without_a_hole():
    terms = timeline(date(2027, 6, 1)).terms
    assert [(after.start - before.end).days for before, after in pairwise(terms)] == [
        1,
        1,
    ]


def test_published_years_need_no_guess_and_the_others_get_holidays_of_whole_weeks():
    assert timeline(date(2026, 11, 24)).guessed == ()
    guessed = timeline(date(2029, 11, 20)).guessed
    assert all(entry.start > date(2028, 8, 31) for entry in guessed)
    christmas = next(entry for entry in guessed if entry.label == "Vacances de Noël")
    assert (christmas.start, christmas.end) == (date(2028, 12, 16), date(2028, 12, 31))
    assert christmas.start.strftime("%a") == "Sat"
    assert {entry.kind for entry in guessed} == {EntryKind.PUBLIC_HOLIDAY, EntryKind.SCHOOL_HOLIDAY}
