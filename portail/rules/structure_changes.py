"""What a file changes of the commune's structure, row by row, in sentences read before anything is written."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import time
from enum import StrEnum
from typing import Any

from .calendars import RunsIn
from .problems import Problem, path_words
from .sentences import FRENCH
from .structure import SECTIONS, Offer, Service, Structure, keys, references, renamed


class Did(StrEnum):
    """What becomes of a row."""

    CREATED = "created"
    CHANGED = "changed"
    ARCHIVED = "archived"
    RESTORED = "restored"


@dataclass(frozen=True)
class RowChange:
    """A row as it is (None: it is not there) and as the file wants it. `service`: the code, when the row is an offer.

    `before` and `after` are a School, Place, Activity, Service (its offers aside) or Offer.
    """

    section: str
    before: Any
    after: Any
    service: str = ""

    @property
    def did(self) -> Did:
        if self.before is None:
            return Did.CREATED
        if self.before.active is self.after.active:
            return Did.CHANGED
        return Did.RESTORED if self.after.active else Did.ARCHIVED

    def fr(self) -> str:
        """« École « Jules-Ferry » : créée (adresse 3 rue des Écoles). »"""
        noun, feminine = _NOUNS["offers" if self.service else self.section]
        row = self.before or self.after
        name = f"{self.service}, {row.place}" if self.service else row.name
        words = [] if self.did is Did.CHANGED else [_PARTICIPLES[self.did] + ("e" if feminine else "")]
        words += _said(self.before, self.after)
        return f"{noun} « {name} » : {', '.join(words)}."


_NOUNS = {
    "schools": ("École", True),
    "places": ("Lieu", False),
    "activities": ("Activité", True),
    "services": ("Prestation", True),
    "offers": ("Prestation dans un lieu", True),
}
_PARTICIPLES = {Did.CREATED: "créé", Did.ARCHIVED: "archivé", Did.RESTORED: "rétabli"}
_NAMES = {
    "name": "nom",
    "address": "adresse",
    "school": "école",
    "icon": "icône",
    "position": "ordre",
    "activity": "activité",
    "short_name": "nom court",
    "start": "début",
    "end": "fin",
    "weekdays": "jours",
    "runs_in": "période",
    "meal": "repas servi",
    "hours_step": "heures au choix, au pas de",
    "capacity": "places",
}
_RUNS = {RunsIn.SCHOOL: "semaines d'école", RunsIn.HOLIDAYS: "vacances", RunsIn.ALL: "toute l'année"}


def _said(before: Any, after: Any) -> list[str]:
    """The settings that are given to a new row, or that change."""
    told, name = [], getattr(after, "name", "")
    for field in fields(after):
        if field.name not in _NAMES:
            continue
        value, new = getattr(after, field.name), _words(field.name, getattr(after, field.name))
        if before is None:
            goes_without_saying = value == field.default or field.name == "position" or value == after.key
            told += [] if goes_without_saying or value == name else [f"{_NAMES[field.name]} {new}"]
        elif getattr(before, field.name) != value:
            was = _words(field.name, getattr(before, field.name))
            told.append(f"{_NAMES[field.name]} : {was} devient {new}")
    return told


def _words(name: str, value: Any) -> str:
    if name == "capacity":
        return "sans limite" if value is None else str(value)
    if name == "hours_step":
        return "toute la séance" if value is None else f"{value} min"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if name == "weekdays":
        return ", ".join(FRENCH.weekdays[day] for day in sorted(value))
    if isinstance(value, time):
        return FRENCH.hour(value.hour * 60 + value.minute)
    if isinstance(value, RunsIn):
        return _RUNS[value]
    return str(value) or "rien"


def structure_changes(current: Structure, wanted: Structure) -> tuple[RowChange, ...]:
    """What must be done for the current structure (whole) to be what the sections of the file say, in order.

    What a section does not name any more is archived. Doing it, then asking again, finds nothing.
    """
    there = renamed(current, wanted)
    found: list[RowChange] = []
    for section in SECTIONS:
        rows = wanted.section(section)
        if rows is not None:
            pairs = zip(current.section(section) or (), there.section(section) or (), strict=True)
            names = {new.key: old.name for old, new in pairs}
            found += _rows(section, names, there.section(section) or (), rows)
    places = zip(current.places or (), there.places or (), strict=True)
    return tuple(found + _offers(there, wanted, {new.name: old.name for old, new in places}))


def structure_differences(old: Structure, new: Structure) -> tuple[str, ...]:
    """What changes from the structure of a file to that of another, in sentences."""
    whole = Structure(**{name: old.section(name) or () for name in SECTIONS})  # type: ignore[arg-type]
    told = [change.fr() for change in structure_changes(whole, new)]
    for name in SECTIONS:
        if old.section(name) is not None and new.section(name) is None:
            told.append(f"[[{name}]] : le fichier n'en parle plus, les écrans du guichet en décident.")
    return tuple(told)


def _rows(
    section: str, names: dict[str, str], there: tuple[Any, ...], rows: tuple[Any, ...]
) -> list[RowChange]:
    """`there`: the rows with their new names wherever they are named; `names`: what each, by its key, is called now."""
    known = {row.key: row for row in there}
    found = []
    for row in rows:
        before, after = known.get(row.key), _bare(row)
        if before is not None:
            before = _bare(before)
            before = replace(before, name=names[row.key]) if row.key in names else before
        if before != after:
            found.append(RowChange(section, before, after))
    said = {row.key for row in rows}
    gone = [_bare(row) for row in there if row.key not in said and row.active]
    return found + [RowChange(section, row, replace(row, active=False)) for row in gone]


def _bare(row: Any) -> Any:
    """The row alone: without its offers, which are rows too, and the name that it once had."""
    if isinstance(row, Service):
        return replace(row, offers=None)
    return replace(row, was="") if hasattr(row, "was") else row


def _offers(there: Structure, wanted: Structure, names: dict[str, str]) -> list[RowChange]:
    known = {service.code: service.offers or () for service in there.services or ()}
    return [
        replace(change, service=service.code, before=_under(change.before, names))
        for service in wanted.services or ()
        if service.offers is not None
        for change in _rows("services", {}, known.get(service.code, ()), service.offers)
    ]


def _under(offer: Offer | None, names: dict[str, str]) -> Offer | None:
    """The offer in its place under the name that the place has now."""
    return offer and replace(offer, place=names.get(offer.place, offer.place))


def lost_references(current: Structure, wanted: Structure) -> tuple[Problem, ...]:
    """What the file names that neither the file nor the tables have, with its line."""
    there = renamed(current, wanted)
    problems = []
    for reference in references(wanted):
        known = keys(there, reference.target) | keys(wanted, reference.target)
        if reference.name not in known:
            path, line = wanted.where.get((reference.section, reference.key), (reference.section, 1))
            place = f"{path}.{path_words(reference.setting)}"
            problems.append(
                Problem(line, place, f"« {reference.name} » n'existe pas : {_HOW[reference.target]}")
            )
    return tuple(problems)


_HOW = {
    "schools": "décrivez cette école sous [[schools]]",
    "places": "décrivez ce lieu sous [[places]]",
    "activities": "décrivez cette activité sous [[activities]]",
}
