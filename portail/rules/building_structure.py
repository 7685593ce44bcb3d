"""The structure of the commune made of the tables of a settings file."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import time
from typing import Any

from .calendars import SCHOOL_WEEKDAYS
from .problems import Expected, Report, path_words
from .structure import SHORT, Activity, Offer, Place, School, Service, Structure, keys, references
from .tables import Values
from .toml_lines import Path

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_named(values: Values) -> None:
    if values["was"] and values["was"] == values["name"]:
        raise Expected("l'ancien nom est attendu : celui-ci est déjà le nom", key="was")


def school(values: Values) -> School:
    return School(**values)


def place(values: Values) -> Place:
    return Place(**values)


def check_activity(values: Values) -> None:
    _check_code(values["code"])


def activity(values: Values) -> Activity:
    return Activity(**values)


def _check_code(code: str | None) -> None:
    if code is not None and not _CODE.fullmatch(code):
        raise Expected(
            'des minuscules, des chiffres et des tirets sont attendus, par exemple "cantine"', key="code"
        )


def check_service(values: Values) -> None:
    """A service that families book (it has an activity) says its hours, and each of its places once."""
    for index, row in enumerate(values["places"] or ()):
        if row["place"] in [other["place"] for other in values["places"][:index]]:
            raise Expected("ce lieu est déjà dans la liste", key=f"places.{index}.place")
    if values["activity"] is None:
        lost = [name for name in ("end", "places") if values[name] is not None]
        if lost:
            raise Expected("il manque « activity », l'activité de ce service", key=lost[0])
        return
    _check_code(values["code"])
    for name in ("start", "end"):
        if values[name] is None:
            raise Expected(f"il manque « {name} » : un service qui se réserve a une heure de début et de fin")
        if values[name] == 1440:
            raise Expected('une heure avant "24:00" est attendue', key=name)
    if values["end"] <= values["start"]:
        raise Expected("l'heure de fin doit suivre l'heure de début", key="end")


def service(values: Values) -> Service | None:
    """The service that families book; None when the file only tells its days."""
    if values["activity"] is None:
        return None
    offers = values["places"]
    return Service(
        code=values["code"],
        name=values["name"],
        activity=values["activity"],
        short_name=values["short_name"] or values["name"][:SHORT].strip(),
        start=_time(values["start"]),
        end=_time(values["end"]),
        weekdays=frozenset(values["weekdays"]) if values["weekdays"] else SCHOOL_WEEKDAYS,
        icon=values["icon"],
        runs_in=values["runs_in"],
        position=values["position"],
        meal=values["meal"],
        hours_step=values["hours_step"],
        active=values["active"],
        offers=None if offers is None else tuple(Offer(**offer) for offer in offers),
    )


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))


Built = list[tuple[Path, Any]]
Kind = tuple[Callable[[Values], None], Callable[[Values], Any]]
KINDS: dict[str, Kind] = {
    "schools": (check_named, school),
    "places": (check_named, place),
    "activities": (check_activity, activity),
    "services": (check_service, service),
}
"""For each section, what checks a row and what builds it."""


def in_turn(row: Any, index: int) -> Any:
    """The row at this place of its section (from 0): its rank, when it says none, is its turn in the file."""
    return replace(row, position=index + 1) if getattr(row, "position", 0) is None else row


def structure(built: dict[str, Built | None], report: Report) -> Structure:
    """The sections of the file; names given twice and names of nothing are reported. None: the file leaves it out."""
    places = {
        (section, row.key): path for section, rows in built.items() for path, row in reversed(rows or [])
    }
    where = {key: (path_words(path), report.line(path)) for key, path in places.items()}
    rows = {name: None if found is None else tuple(row for _, row in found) for name, found in built.items()}
    for section in ("schools", "places", "activities"):
        _refuse_twice(section, built[section] or [], report)
    structure = Structure(**rows, where=where)
    for reference in references(structure):
        missing = reference.name not in keys(structure, reference.target)
        if missing and structure.section(reference.target) is not None:
            path = (*places[reference.section, reference.key], *reference.setting)
            report.add(path, f"« {reference.name} » n'est pas sous [[{reference.target}]]")
    return structure


def _refuse_twice(section: str, built: Built, report: Report) -> None:
    noun, setting = ("le code", "code") if section == "activities" else ("le nom", "name")
    seen: set[str] = set()
    old: set[str] = set()
    for path, row in built:
        was = getattr(row, "was", "")
        if was and was in old:
            report.add((*path, "was"), f"« {was} » est déjà l'ancien nom d'un autre élément de [[{section}]]")
        old.add(was)
        if row.key in seen:
            report.add(
                (*path, setting), f"{noun} « {row.key} » est déjà celui d'un autre élément de [[{section}]]"
            )
        seen.add(row.key)
