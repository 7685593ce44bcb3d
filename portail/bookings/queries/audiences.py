"""Which children a decision of the service is about: a class, a whole school, a group of an activity."""

from collections.abc import Iterable
from dataclasses import dataclass

from portail.activities.models import Activity, School, SchoolClass, SchoolYear
from portail.bookings.models import Enrolment
from portail.families.models import Schooling


@dataclass(frozen=True)
class Audience:
    """Some children (their ids), and what they are called together: « CE1 A, École Jules-Verne »."""

    label: str
    children: frozenset[int]


def of_class(school_class: SchoolClass) -> Audience:
    """Those who are in this class, in its year. One query."""
    rows = Schooling.objects.filter(school_class=school_class, school_year=school_class.school_year_id)
    return Audience(f"{school_class.name}, {school_class.school}", _ids(rows.values_list("child", flat=True)))


def of_school(school: School, year: SchoolYear) -> Audience:
    rows = Schooling.objects.filter(school=school, school_year=year)
    return Audience(f"{school}, {year}", _ids(rows.values_list("child", flat=True)))


def of_group(activity: Activity, group: str, year: SchoolYear) -> Audience:
    """Those whom their enrolment in this activity puts in this group."""
    rows = Enrolment.objects.filter(activity=activity, group=group, school_year=year)
    return Audience(f"Groupe {group}, {activity}", _ids(rows.values_list("child", flat=True)))


def _ids(rows: Iterable[int]) -> frozenset[int]:
    return frozenset(rows)
