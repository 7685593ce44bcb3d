"""What changed in a row, written once and told to the journal in the same words everywhere."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Exists, Model, OuterRef, QuerySet

Row = TypeVar("Row", bound=Model)
Changes = dict[str, tuple[Any, Any]]


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
