"""What the structure of a file may not have meant: told, never refused."""

from __future__ import annotations

from collections.abc import Iterator

from .problems import Problem
from .regulation import Regulation
from .structure import Service, Structure, keys


def structure_doubts(regulation: Regulation) -> Iterator[Problem]:
    """Services that nobody could book, and rows offered where something is archived."""
    structure = regulation.structure
    closed = {
        section: {row.key for row in structure.section(section) or () if not row.active}
        for section in ("places", "activities")
    }
    for service in structure.services or ():
        if service.active:
            for message in _of(service, closed):
                path, line = structure.where[("services", service.code)]
                yield Problem(line, path, f"« {service.name} » {message}")
    yield from _only_described(regulation)
    yield from _in_a_closed_school(structure)


def _of(service: Service, closed: dict[str, set[str]]) -> Iterator[str]:
    if service.activity in closed["activities"]:
        yield f"est proposé, mais son activité « {service.activity} » est archivée"
    if service.offers is None:
        return
    offers = [offer for offer in service.offers if offer.active]
    if not offers:
        yield "n'est proposé dans aucun lieu (places)"
    for offer in offers:
        if offer.capacity == 0:
            yield f"n'a aucune place à « {offer.place} » : personne ne pourra réserver (capacity)"
        if offer.place in closed["places"]:
            yield f"est proposé à « {offer.place} », qui est archivé"


def _only_described(regulation: Regulation) -> Iterator[Problem]:
    """A service without activity among others that have one: families would not see it."""
    bookable = keys(regulation.structure, "services")
    if not bookable:
        return
    for index, service in enumerate(regulation.services, start=1):
        if service.code not in bookable:
            path = f"services[{index}]"
            message = f"« {service.name} » n'a pas d'activité (activity) : les familles ne le réservent pas"
            yield Problem(regulation.lines.get(path, 1), path, message)


def _in_a_closed_school(structure: Structure) -> Iterator[Problem]:
    closed = {school.name for school in structure.schools or () if not school.active}
    for place in structure.places or ():
        if place.active and place.school in closed:
            path, line = structure.where[("places", place.name)]
            yield Problem(line, path, f"« {place.name} » est ouvert, mais « {place.school} » est archivée")
