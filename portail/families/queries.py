"""Reads of families that several screens share."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q

from portail.activities.models import SchoolYear
from portail.families.models import Child, ChildContact, Household, HouseholdChild, Schooling


@dataclass(frozen=True)
class ChildSheet:
    """A child as its household's page shows it."""

    child: Child
    link: HouseholdChild
    schooling: Schooling | None
    contacts: list[ChildContact]


def school_year_of(day: date) -> SchoolYear | None:
    """The school year that holds `day`, or else the next one to come, or else the last one known."""
    years = list(SchoolYear.objects.order_by("start"))
    coming = [year for year in years if year.end >= day]
    return coming[0] if coming else (years[-1] if years else None)


def child_sheets(household: Household, *, day: date) -> list[ChildSheet]:
    """The children that this household may see on `day`, eldest first, with school, class and people to call.

    Four queries whatever the number of children: the year, the links, the schoolings, the contacts.
    """
    year = school_year_of(day)
    links = (
        HouseholdChild.objects.filter(Q(until=None) | Q(until__gte=day), household=household, can_see=True)
        .select_related("child")
        .prefetch_related(
            Prefetch(
                "child__schoolings",
                Schooling.objects.filter(school_year=year).select_related("school", "school_class"),
                to_attr="of_this_year",
            ),
            Prefetch(
                "child__contacts",
                ChildContact.objects.filter(household=household),
                to_attr="of_this_household",
            ),
        )
        .order_by("child__birth_date", "child_id")
    )
    return [
        ChildSheet(
            child=link.child,
            link=link,
            schooling=next(iter(link.child.of_this_year), None),  # type: ignore[attr-defined]
            contacts=link.child.of_this_household,  # type: ignore[attr-defined]
        )
        for link in links
    ]
