"""What an agent does with children: their dossiers (one or two), their rights in each, their school year by year."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import ProtectedError

from portail.accounts.models import User
from portail.activities.models import SchoolYear
from portail.core import changes, journal
from portail.core.changes import Changes, Merged
from portail.core.text import de
from portail.families.models import Child, Household, HouseholdChild, Schooling

HOUSEHOLDS_OF_A_CHILD = 2
TOO_MANY = (
    "Un enfant a deux dossiers au plus en même temps. Mettez d'abord une date de fin à l'un des deux, "
    "puis ajoutez celui-ci à partir du lendemain."
)

WAS_THERE = (
    "Cet enfant a déjà été dans ce dossier : changez sa date de fin, dans la fiche de l'enfant de ce dossier."
)


class StillUsed(Exception):
    """The child has bookings here: an end date keeps them, taking the child away would lose them."""


def add_child(
    household: Household,
    values: Mapping[str, Any],
    link: Mapping[str, Any],
    *,
    actor: User,
    now: datetime,
) -> Child:
    """A new child in this dossier. The same child sent twice (double click) is added once.

    `link` holds the rights and dates of HouseholdChild.
    """
    with transaction.atomic():
        household = Household.objects.select_for_update().get(pk=household.pk)
        same = household.children.filter(**values).first()
        if same:
            return same
        child = Child()
        made = changes.write(child, values)
        changes.write(HouseholdChild(household=household, child=child), link)
        _record([household.pk], "child.added", f"Enfant ajouté : {child}", made, actor, now)
        return child


def edit_child(
    child: Child, values: Mapping[str, Any], *, seen: Mapping[str, Any], actor: User, now: datetime
) -> Merged:
    """Change a child's names, birth date, telephone or address; both its dossiers are told. Raises EditedMeanwhile."""
    with transaction.atomic():
        child = _locked(child)
        merged = changes.merge(child, values, seen=seen)
        _record(_homes(child), "child.edited", f"Fiche {de(child)} modifiée", merged.mine, actor, now)
        return merged


def share_child(
    child: Child, household: Household, link: Mapping[str, Any], *, actor: User, now: datetime
) -> HouseholdChild:
    """Put a child in one more dossier. Already there: nothing changes.

    Raises ValidationError when that would make three at the same time, or when the child was there and left.
    """
    with transaction.atomic():
        child = _locked(child)
        already = child.household_links.filter(household=household).first()
        if already and already.until is not None and already.until < link["since"]:
            raise ValidationError(WAS_THERE)
        if already:
            return already
        shared = HouseholdChild(household=household, child=child)
        _two_at_most(child, link["since"], link["until"])
        made = changes.write(shared, link)
        _record(_homes(child), "child.shared", _with_dossier(child, household, "rejoint"), made, actor, now)
        return shared


def edit_link(
    link: HouseholdChild, values: Mapping[str, Any], *, seen: Mapping[str, Any], actor: User, now: datetime
) -> Merged:
    """Change what a dossier may do for a child, and from when to when. Raises EditedMeanwhile, ValidationError."""
    with transaction.atomic():
        child = _locked(link.child)
        link = HouseholdChild.objects.select_related("household").get(pk=link.pk)
        _two_at_most(child, values["since"], values["until"], but=link.pk)
        merged = changes.merge(link, values, seen=seen)
        _record(
            _homes(child),
            "child.link_edited",
            f"Droits du dossier {link.household.number} sur {child} modifiés",
            merged.mine,
            actor,
            now,
        )
        return merged


def remove_link(link: HouseholdChild, *, actor: User, now: datetime, has_bookings: bool) -> None:
    """Undo a mistake: the child was never of this dossier. Without another one, the child itself goes.

    `has_bookings`: whether this dossier ever booked for this child, which the caller knows. Raises StillUsed then.
    Twice is once.
    """
    with transaction.atomic():
        child = _locked(link.child)
        if not HouseholdChild.objects.filter(pk=link.pk).exists():
            return
        if has_bookings:
            raise StillUsed
        homes = _homes(child)
        child.contacts.filter(household=link.household).delete()
        HouseholdChild.objects.filter(pk=link.pk).delete()
        if homes == [link.household_id]:
            try:
                with transaction.atomic():
                    child.delete()
            except ProtectedError:
                raise StillUsed from None
        for pk in homes:
            journal.record(
                "child.unlinked",
                f"household:{pk}",
                summary=_with_dossier(child, link.household, "retiré"),
                actor=actor,
                now=now,
                before=changes.shown(link, ["since", "until"]),
            )


def set_schooling(
    child: Child,
    school_year: SchoolYear,
    values: Mapping[str, Any],
    *,
    seen: Mapping[str, Any],
    actor: User,
    now: datetime,
) -> Merged:
    """Where the child goes to school that year: `school`, `school_class` (of that school and year, or None), `level`.

    Raises EditedMeanwhile, ValidationError.
    """
    school_class = values["school_class"]
    fits = school_class is None or (
        school_class.school_id == values["school"].pk and school_class.school_year_id == school_year.pk
    )
    if not fits:
        raise ValidationError({"school_class": "Choisissez une classe de cette école, cette année-là."})
    with transaction.atomic():
        child = _locked(child)
        found = child.schoolings.filter(school_year=school_year).first()
        row = found or Schooling(child=child, school_year=school_year)
        merged = changes.merge(row, values, seen=seen)
        summary = f"École {de(child)} en {school_year} : {row.school}"
        _record(_homes(child), "child.schooled", summary, merged.mine, actor, now)
        return merged


def most_at_once(stretches: Iterable[tuple[date, date | None]]) -> int:
    """The greatest number of these stretches of days (last day included, None: without end) that share a day."""
    known = list(stretches)
    return max(
        (sum(since <= day and (until is None or until >= day) for since, until in known) for day, _ in known),
        default=0,
    )


def _two_at_most(child: Child, since: date, until: date | None, *, but: int = 0) -> None:
    others = child.household_links.exclude(pk=but).values_list("since", "until")
    if most_at_once([*others, (since, until)]) > HOUSEHOLDS_OF_A_CHILD:
        raise ValidationError(TOO_MANY)


def _locked(child: Child) -> Child:
    """The child, held: its dossiers, dates and school are written by one agent after the other."""
    return Child.objects.select_for_update().get(pk=child.pk)


def _homes(child: Child) -> list[int]:
    return list(child.household_links.order_by("pk").values_list("household_id", flat=True))


def _with_dossier(child: Child, household: Household, did: str) -> str:
    return f"{child} : dossier {household.number} {did}"


def _record(homes: list[int], verb: str, summary: str, made: Changes, actor: User, now: datetime) -> None:
    """The same line in the journal of each dossier of the child."""
    for pk in homes if made else []:
        journal.record(
            verb,
            f"household:{pk}",
            summary=summary,
            actor=actor,
            now=now,
            before=changes.before(made),
            after=changes.after(made),
        )
