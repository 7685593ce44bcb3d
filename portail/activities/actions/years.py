"""School years: kept, and the next one made from the one before."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from portail.accounts.models import User
from portail.activities.actions import structure
from portail.activities.models import SchoolClass, SchoolYear
from portail.core import journal
from portail.core.text import many


def keep_year(
    year: SchoolYear, values: Mapping[str, Any], *, actor: User | None, now: datetime
) -> SchoolYear:
    """Create or change a school year. Raises ValidationError when its days belong to another year already."""
    with transaction.atomic():
        others = SchoolYear.objects.select_for_update().exclude(pk=year.pk).order_by("pk")
        for other in others:
            if values["start"] <= other.end and other.start <= values["end"]:
                raise ValidationError(
                    f"Ces dates recouvrent l'année {other.label} "
                    f"(du {other.start:%d/%m/%Y} au {other.end:%d/%m/%Y}) : un jour n'a qu'une année scolaire."
                )
        return structure.keep(year, values, actor=actor, now=now)


def copy_classes(source: SchoolYear, target: SchoolYear, *, actor: User | None, now: datetime) -> int:
    """Give the target year the classes of the source that it lacks (open schools only). Returns how many."""
    with transaction.atomic():
        SchoolYear.objects.select_for_update().get(pk=target.pk)
        there = set(target.classes.values_list("school_id", "name"))
        missing = [
            SchoolClass(school_id=old.school_id, school_year=target, name=old.name, level=old.level)
            for old in source.classes.filter(school__is_active=True)
            if (old.school_id, old.name) not in there
        ]
        SchoolClass.objects.bulk_create(missing)
        if missing:
            journal.record(
                "year.classes_copied",
                structure.subject(target),
                summary=f"{many(len(missing), 'classe reprise')} de {source} pour {target}",
                actor=actor,
                now=now,
                after={"classes": len(missing), "from": source.pk},
            )
        return len(missing)


def create_next_year(
    source: SchoolYear, values: Mapping[str, Any], *, actor: User | None, now: datetime
) -> tuple[SchoolYear, int]:
    """The year that follows, with the classes of this one. A year of this name is completed, not doubled."""
    with transaction.atomic():
        SchoolYear.objects.select_for_update().get(pk=source.pk)
        target = SchoolYear.objects.filter(label=values["label"]).first()
        if target is None:
            target = keep_year(SchoolYear(), values, actor=actor, now=now)
        return target, copy_classes(source, target, actor=actor, now=now)


def one_year_later(day: date) -> date:
    """The same day of the next year; 29 February becomes 28."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)
