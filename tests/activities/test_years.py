from datetime import date

import pytest
from django.core.exceptions import ValidationError

from portail.activities.actions import years
from portail.activities.models import SchoolYear
from tests import factories as make
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NEXT = {"label": "2027-2028", "start": date(2027, 9, 1), "end": date(2028, 7, 4), "bookable_from": None}


def test_the_next_year_takes_the_classes_of_open_schools_and_making_it_twice_is_making_it_once():
    old = make.SchoolClassFactory(name="CE1")
    closed = make.SchoolClassFactory(school__name="École fermée", name="CP")
    closed.school.is_active = False
    closed.school.save()
    year, copied = years.create_next_year(old.school_year, NEXT, actor=None, now=NOW)
    again, none = years.create_next_year(old.school_year, NEXT, actor=None, now=NOW)
    assert (copied, none, again) == (1, 0, year)
    assert list(year.classes.values_list("school__name", "name", "level")) == [
        ("École Jules-Verne", "CE1", "CE1")
    ]


def test_a_day_belongs_to_one_year():
    make.SchoolYearFactory()
    with pytest.raises(ValidationError, match="recouvrent l'année 2026-2027"):
        years.keep_year(SchoolYear(), {**NEXT, "start": date(2027, 7, 3)}, actor=None, now=NOW)


def test_a_year_may_change_its_own_days():
    year = make.SchoolYearFactory()
    values = {"label": year.label, "start": year.start, "end": date(2027, 8, 31), "bookable_from": NOW}
    years.keep_year(year, values, actor=None, now=NOW)
    assert SchoolYear.objects.get().end == date(2027, 8, 31)


def test_dates_reversed_are_refused_in_words():
    with pytest.raises(ValidationError, match="doit suivre le premier"):
        years.keep_year(SchoolYear(), {**NEXT, "end": date(2027, 8, 31)}, actor=None, now=NOW)


@pytest.mark.parametrize(
    ("day", "later"),
    [(date(2026, 9, 1), date(2027, 9, 1)), (date(2028, 2, 29), date(2029, 2, 28))],
)
def test_one_year_later(day, later):
    assert years.one_year_later(day) == later
