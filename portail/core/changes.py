"""What changed in a row, written once and told to the journal in the same words everywhere."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

Row = TypeVar("Row", bound=Model)
Changes = dict[str, tuple[Any, Any]]


@dataclass(frozen=True)
class Merged:
    """What this person changed, and what others had changed beside it since the form was shown (field: value now)."""

    mine: Changes
    theirs: dict[str, Any]


class EditedMeanwhile(Exception):
    """Others changed the very fields that this person changed. `theirs`: for each, the plain value that it has now."""

    def __init__(self, theirs: dict[str, Any]) -> None:
        super().__init__(", ".join(sorted(theirs)))
        self.theirs = theirs


def write(row: Model, values: Mapping[str, Any]) -> Changes:
    """Save the values that differ from the row's: for each field, what was and what is, as plain JSON.

    What the table refuses, even because of a row written at this very moment, raises ValidationError in the table's
    own words. Nothing is saved when nothing changed.
    """
    is_new = row.pk is None or row._state.adding
    changes: Changes = {}
    for field, value in values.items():
        was = None if is_new else plain(row.serializable_value(field))
        if was != plain(value):
            changes[field] = (was, plain(value))
            setattr(row, field, value)
    if changes or is_new:
        _save(row, None if is_new else sorted(changes))
    return changes


def shown(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    """The plain values of these fields: what a form shows, and what `merge` compares with."""
    return {field: plain(row.serializable_value(field)) for field in fields}


def merge(row: Model, values: Mapping[str, Any], *, seen: Mapping[str, Any]) -> Merged:
    """Save what this person changed since the form showed `seen`, and nothing else: others' changes stay.

    The caller holds the row, read under its lock. Raises EditedMeanwhile, and saves nothing, when somebody else gave
    another value to a field that this person also changed.
    """
    current = shown(row, values)
    mine = {field: value for field, value in values.items() if seen.get(field, ...) != plain(value)}
    clashes = {
        field: current[field]
        for field in mine
        if current[field] not in (seen.get(field, ...), plain(mine[field]))
    }
    if clashes:
        raise EditedMeanwhile(clashes)
    theirs = {
        field: value
        for field, value in current.items()
        if field in seen and field not in mine and value != seen[field]
    }
    return Merged(write(row, mine), theirs)


def _save(row: Model, fields: list[str] | None) -> None:
    try:
        with transaction.atomic():
            row.save(update_fields=fields)
    except IntegrityError:
        row.validate_unique()
        row.validate_constraints()
        raise


def plain(value: Any) -> Any:
    """A value as JSON keeps it: rows by their key, dates and hours in ISO 8601, files by their name."""
    if isinstance(value, Model):
        return value.pk
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def before(changes: Changes) -> dict[str, Any]:
    return {field: was for field, (was, _) in changes.items()}


def after(changes: Changes) -> dict[str, Any]:
    return {field: value for field, (_, value) in changes.items()}


def unreferenced(rows: QuerySet[Row], but: Iterable[type[Model]] = ()) -> QuerySet[Row]:
    """Those of these rows that no row of any other table points to (tables in `but` aside)."""
    for relation in rows.model._meta.related_objects:
        table = relation.related_model
        if isinstance(table, type) and table not in but:
            pointing = table._base_manager.filter(**{relation.field.name: OuterRef("pk")})
            rows = rows.filter(~Exists(pointing))
    return rows
