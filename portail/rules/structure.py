"""What the commune offers, as a settings file lists it: schools, places, activities, services and where they are.

A section that the file leaves out is None: the tables of the portal then keep it as it is. A section that is there is
whole: what it does not name any more is archived, never deleted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import time
from typing import Any

from .calendars import RunsIn

ICONS = ("meal", "morning", "evening", "leisure", "sun", "school", "star", "calendar")
"""The pictures of activities and services."""
SHORT = 30
"""A short name is at most this long."""
SECTIONS = ("schools", "places", "activities", "services")


@dataclass(frozen=True)
class School:
    """`was`: the name that it had until now."""

    name: str
    address: str = ""
    active: bool = True
    was: str = ""

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True)
class Place:
    """Where services happen; `school` is the name of its school, empty for none. `was`: the name it had until now."""

    name: str
    school: str = ""
    address: str = ""
    active: bool = True
    was: str = ""

    @property
    def key(self) -> str:
        return self.name


@dataclass(frozen=True)
class Activity:
    """What a child is enrolled in."""

    code: str
    name: str
    icon: str = "calendar"
    position: int = 1
    active: bool = True

    @property
    def key(self) -> str:
        return self.code


@dataclass(frozen=True)
class Offer:
    """A service in a place, with its usual number of places (None: no limit)."""

    place: str
    capacity: int | None = None
    active: bool = True

    @property
    def key(self) -> str:
        return self.place


@dataclass(frozen=True)
class Service:
    """What is booked. `offers` is None when the file does not say where: the tables then keep their places."""

    code: str
    name: str
    activity: str
    short_name: str
    start: time
    end: time
    weekdays: frozenset[int]
    icon: str = "calendar"
    runs_in: RunsIn = RunsIn.SCHOOL
    position: int = 1
    meal: bool = False
    """Whether a meal is served to whoever comes."""
    hours_step: int | None = None
    """Families choose their hours inside the session, every so many minutes; None: the whole session is booked."""
    active: bool = True
    offers: tuple[Offer, ...] | None = None

    @property
    def key(self) -> str:
        return self.code


@dataclass(frozen=True)
class Structure:
    """The four sections; None: the file does not have it. `where`: the path and line of a row, by section and key."""

    schools: tuple[School, ...] | None = None
    places: tuple[Place, ...] | None = None
    activities: tuple[Activity, ...] | None = None
    services: tuple[Service, ...] | None = None
    where: Mapping[tuple[str, str], tuple[str, int]] = field(default_factory=dict, compare=False, repr=False)

    def section(self, name: str) -> tuple[Any, ...] | None:
        """The rows of a section, by its name in the file."""
        rows: tuple[Any, ...] | None = getattr(self, name)
        return rows


def alone(section: str, rows: tuple[Any, ...] | None) -> Structure:
    """A structure that has this section alone."""
    given: dict[str, Any] = {section: rows}
    return Structure(**given)


@dataclass(frozen=True)
class Reference:
    """A row of the file (its section, its key) that names, in a setting of its own, a row of another section."""

    section: str
    key: str
    setting: tuple[str | int, ...]
    target: str
    name: str


def references(structure: Structure) -> list[Reference]:
    """Every name that a row of the file gives of another row."""
    found = [
        Reference("places", place.key, ("school",), "schools", place.school)
        for place in structure.places or ()
        if place.school
    ]
    for service in structure.services or ():
        found.append(Reference("services", service.key, ("activity",), "activities", service.activity))
        found += [
            Reference("services", service.key, ("places", index, "place"), "places", offer.place)
            for index, offer in enumerate(service.offers or ())
        ]
    return found


def keys(structure: Structure, section: str) -> frozenset[str]:
    """The names (or codes) of the rows of a section."""
    return frozenset(row.key for row in structure.section(section) or ())


def renamed(current: Structure, wanted: Structure) -> Structure:
    """The current rows under the names that `was` gives them, wherever they are named."""
    schools = _new_names(current.schools, wanted.schools)
    places = _new_names(current.places, wanted.places)
    return replace(
        current,
        schools=_map(current.schools, lambda row: replace(row, name=schools.get(row.name, row.name))),
        places=_map(
            current.places,
            lambda row: replace(
                row, name=places.get(row.name, row.name), school=schools.get(row.school, row.school)
            ),
        ),
        services=_map(
            current.services,
            lambda row: replace(
                row,
                offers=_map(row.offers, lambda o: replace(o, place=places.get(o.place, o.place))),
            ),
        ),
    )


def _new_names(current: tuple[Any, ...] | None, wanted: tuple[Any, ...] | None) -> dict[str, str]:
    """Old name → new name, for the rows that the file renames and that are still under their old name."""
    there, said = {row.name for row in current or ()}, {row.name for row in wanted or ()}
    return {
        row.was: row.name
        for row in wanted or ()
        if row.was in there and row.was not in said and row.name not in there
    }


def _map(rows: tuple[Any, ...] | None, change: Any) -> tuple[Any, ...] | None:
    return None if rows is None else tuple(map(change, rows))
