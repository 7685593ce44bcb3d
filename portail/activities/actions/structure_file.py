"""What a settings file says of the structure, done to the tables, row by row, by the same actions as the desk."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import datetime
from typing import Any

from django.db import models

from portail import rules
from portail.accounts.models import User
from portail.activities import queries
from portail.activities.actions import structure
from portail.activities.models import Activity, Place, School, Service, ServicePlace
from portail.rules.structure import Structure
from portail.rules.structure_changes import Did, RowChange, lost_references, structure_changes

Rows = dict[str, Any]
"""Rows of a table by their name or code in the file."""


def changes(wanted: Structure) -> tuple[RowChange, ...]:
    """What the file would change of the tables, in the order of doing. Sections that it leaves out stay as they are.

    Raises SettingsErrors, with lines, when it names a school, a place or an activity that nothing describes.
    """
    if wanted == Structure():
        return ()
    current = queries.structure()
    if lost := lost_references(current, wanted):
        raise rules.SettingsErrors(lost)
    return structure_changes(current, wanted)


def apply(found: Iterable[RowChange], *, actor: User | None, now: datetime) -> None:
    """Do these changes, inside the caller's transaction; each is told in the journal."""
    tables = {section: _rows(table) for section, table in TABLES.items()}
    for change in found:
        row = _offer(change, tables) if change.service else tables[change.section].get(_key(change.before))
        kept = _keep(change, row, tables, actor, now)
        if not change.service:
            tables[change.section][change.after.key] = kept


TABLES: dict[str, type[models.Model]] = {
    "schools": School,
    "places": Place,
    "activities": Activity,
    "services": Service,
}
_COLUMNS = {
    "name": "name",
    "address": "address",
    "school": "school",
    "code": "code",
    "icon": "icon",
    "position": "position",
    "activity": "activity",
    "short_name": "short_name",
    "start": "starts_at",
    "end": "ends_at",
    "weekdays": "weekdays",
    "runs_in": "period",
    "meal": "serves_meal",
    "hours_step": "hours_step",
    "capacity": "capacity",
}


def _rows(table: type[models.Model]) -> Rows:
    name = "code" if table in (Activity, Service) else "name"
    return {getattr(row, name).strip(): row for row in table._default_manager.all()}


def _key(row: Any) -> str:
    """Under which name a row is kept now: a school or a place by its own, which may be about to change."""
    return "" if row is None else str(row.key)


def _offer(change: RowChange, tables: dict[str, Rows]) -> ServicePlace | None:
    if change.before is None:
        return None
    place = tables["places"][change.before.place]
    return ServicePlace.objects.get(service=tables["services"][change.service], place=place)


def _keep(
    change: RowChange, row: Any, tables: dict[str, Rows], actor: User | None, now: datetime
) -> models.Model:
    table = ServicePlace if change.service else TABLES[change.section]
    values = _values(change, tables)
    if row is None:
        kept: models.Model = structure.keep(table(), values, actor=actor, now=now)
    else:
        kept = structure.keep(row, values, actor=actor, now=now) if values else row
    if change.did is Did.ARCHIVED:
        return structure.archive(kept, actor=actor, now=now)
    if change.did is Did.RESTORED:
        return structure.restore(kept, actor=actor, now=now)
    return kept


def _values(change: RowChange, tables: dict[str, Rows]) -> dict[str, Any]:
    """The columns to write: all of a new row, what differs of one that is there."""
    before, after, values = change.before, change.after, dict[str, Any]()
    for field in fields(after):
        value = getattr(after, field.name)
        if field.name in _COLUMNS and (before is None or getattr(before, field.name) != value):
            values[_COLUMNS[field.name]] = _AS_COLUMN.get(field.name, _same)(value, tables)
    if before is None:
        values["is_active"] = after.active
        if change.service:
            values |= {
                "service": tables["services"][change.service],
                "place": tables["places"][after.place],
            }
    return values


def _same(value: Any, tables: dict[str, Rows]) -> Any:
    return value


_AS_COLUMN: dict[str, Callable[[Any, dict[str, Rows]], Any]] = {
    "school": lambda name, tables: tables["schools"][name] if name else None,
    "activity": lambda code, tables: tables["activities"][code],
    "weekdays": lambda days, tables: "".join(str(day + 1) for day in sorted(days)),
    "runs_in": lambda period, tables: period.value,
}
