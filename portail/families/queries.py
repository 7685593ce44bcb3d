"""Reads of families that several screens share."""

from dataclasses import dataclass
from datetime import date
from hmac import compare_digest
from typing import Any

from django.db.models import Case, Exists, OuterRef, Prefetch, Q, QuerySet, Value, When
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from portail.activities.models import School, SchoolYear
from portail.core.text import name_key
from portail.families.models import (
    Adult,
    Child,
    ChildContact,
    FamilyDocument,
    Household,
    HouseholdChild,
    Request,
    Schooling,
)
from portail.families.models.custody import seen_on


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


def other_homes(day: date) -> QuerySet[HouseholdChild]:
    """Of a link: those of its child with another household that looks after it on that day."""
    others = HouseholdChild.objects.filter(child=OuterRef("child"), since__lte=day)
    return others.exclude(household=OuterRef("household")).exclude(until__lt=day)


def child_sheets(household: Household, *, day: date) -> list[ChildSheet]:
    """The children that this household may see on `day`, eldest first, with school, class and people to call.

    Four queries whatever the number of children: the year, the links, the schoolings, the contacts.
    """
    year = school_year_of(day)
    links = (
        seen_on(day)
        .filter(household=household)
        .select_related("child")
        .annotate(is_shared=Exists(other_homes(day)))
        .prefetch_related(
            Prefetch(
                "child__schoolings",
                Schooling.objects.filter(school_year=year).select_related(
                    "school", "school_class", "school_year"
                ),
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


def household_of(number: str, name: str) -> Household | None:
    """The open dossier of this number and this name: strict on the number, forgiving on how the name is typed.

    Case, accents, hyphens, spaces and apostrophes of the name do not count. The same query and comparison whether
    the number exists or not.
    """
    household = Household.objects.filter(number=number, closed_at=None).first()
    typed = name_key(name)
    known = household.name_key if household else ""
    return household if typed and compare_digest(typed.encode(), known.encode()) else None


@dataclass(frozen=True)
class ChangeLine:
    """A line of a change that was asked, as people read it."""

    label: str
    old: str
    new: str


_ROWS: dict[str, type[Household] | type[Adult] | type[Child]] = {
    "household": Household,
    "adult": Adult,
    "child": Child,
}


def change_lines(request: Request) -> list[ChangeLine]:
    """What a change asks for, with the names of its fields and schools. One query, and only for a school."""
    changes = request.data.get("changes", [])
    schools = {change[side] for change in changes if change["field"] == "school" for side in ("old", "new")}
    names = dict(School.objects.filter(pk__in=schools - {None}).values_list("pk", "name")) if schools else {}
    rows = _ROWS.get(request.data.get("about", ""), Child)

    def read(field: str, value: Any) -> str:
        if field == "school":
            return names.get(value, "")
        if field == "birth_date" and value:
            return date_format(date.fromisoformat(value))
        return str(value or "")

    def label(field: str) -> str:
        return _("École") if field == "school" else str(rows._meta.get_field(field).verbose_name)  # type: ignore[union-attr]

    return [
        ChangeLine(
            label=label(change["field"]),
            old=read(change["field"], change["old"]),
            new=read(change["field"], change["new"]),
        )
        for change in changes
    ]


def with_people(households: QuerySet[Household], *, day: date) -> QuerySet[Household]:
    """These households with their `adults` (accounts with them), and under `children_now` the links to the children
    that they look after on `day`, eldest first. Two queries more, whatever their number.
    """
    links = (
        HouseholdChild.objects.filter(Q(until=None) | Q(until__gte=day))
        .select_related("child")
        .order_by("child__birth_date", "child_id")
    )
    return households.prefetch_related(
        Prefetch("adults", Adult.objects.select_related("user")),
        Prefetch("child_links", links, to_attr="children_now"),
    )


KIND_ORDER = (
    FamilyDocument.Kind.INVOICE,
    FamilyDocument.Kind.CREDIT_NOTE,
    FamilyDocument.Kind.TAX_CERTIFICATE,
    FamilyDocument.Kind.QUOTIENT_CARD,
    FamilyDocument.Kind.PAYMENT_RECEIPT,
    FamilyDocument.Kind.STATEMENT,
    FamilyDocument.Kind.BOOKING_RECEIPT,
    FamilyDocument.Kind.FILE,
    FamilyDocument.Kind.PROOF,
)
"""In which order a family looks for its documents."""


def documents(household: Household, *, kind: str = "", year: int | None = None) -> QuerySet[FamilyDocument]:
    """The household's documents by kind (KIND_ORDER), the latest first; those of one kind or of one year if wanted.

    Never a court's decision: it is read at the desk alone, beside what it forbids.
    """
    ranks = [When(kind=known, then=Value(rank)) for rank, known in enumerate(KIND_ORDER)]
    found = household.documents.exclude(kind=FamilyDocument.Kind.COURT).annotate(
        rank=Case(*ranks, default=Value(len(ranks)))
    )
    if kind:
        found = found.filter(kind=kind)
    if year:
        found = found.filter(added_at__year=year)
    return found.order_by("rank", "-added_at", "-pk")


def document_choices(household: Household) -> tuple[list[str], list[int]]:
    """The kinds of documents that the household has, in KIND_ORDER, and their years, the latest first. One query."""
    rows = (
        household.documents.exclude(kind=FamilyDocument.Kind.COURT)
        .order_by()
        .values_list("kind", "added_at__year")
        .distinct()
    )
    found = list(rows)
    kinds = {kind for kind, year in found}
    return [str(kind) for kind in KIND_ORDER if kind in kinds], sorted(
        {year for _, year in found}, reverse=True
    )
