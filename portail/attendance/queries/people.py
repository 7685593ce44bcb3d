"""Whom to call for a child, and who may fetch it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q

from portail.core.phones import shown
from portail.families.models import Adult, ChildContact, CourtDecision, HouseholdChild


@dataclass(frozen=True)
class Person:
    """`tie`: what they are to the child. `numbers` as the country writes them."""

    name: str
    tie: str
    numbers: tuple[str, ...]


@dataclass
class People:
    """`parents` may fetch the child, and so may those of `may_fetch`; `to_call` may not."""

    parents: list[Person] = field(default_factory=list)
    may_fetch: list[Person] = field(default_factory=list)
    to_call: list[Person] = field(default_factory=list)
    under_a_court: list[str] = field(default_factory=list)
    """Adults whose rights over the child a court limits that day: the service says what may be done."""


def people_of(children: Mapping[int, int | None], day: date) -> dict[int, People]:
    """For each child, by its id, the people of the household that books the day (its id), or of all those that look
    after the child that day (None). Five queries at most."""
    links = HouseholdChild.objects.filter(
        Q(until=None) | Q(until__gte=day), child__in=children, since__lte=day, can_see=True
    ).values_list("child", "household")
    homes: dict[int, list[int]] = {child: [home] if home else [] for child, home in children.items()}
    for child, home in links:
        if children[child] is None:
            homes[child].append(home)
    limited = _limited(children, day)
    adults: dict[int, list[Adult]] = {}
    wanted = {home for found in homes.values() for home in found} | {home for _, home in limited}
    for adult in Adult.objects.filter(household__in=wanted).order_by("position", "pk"):
        adults.setdefault(adult.household_id, []).append(adult)
    contacts: dict[tuple[int, int], list[ChildContact]] = {}
    for contact in ChildContact.objects.filter(child__in=children, household__in=wanted).order_by("pk"):
        contacts.setdefault((contact.child_id, contact.household_id), []).append(contact)
    found = {}
    for child, known in homes.items():
        own = [home for home in known if (child, home) not in limited]
        found[child] = _people(
            [adult for home in own for adult in adults.get(home, ())],
            [contact for home in own for contact in contacts.get((child, home), ())],
        )
        barred = [home for one, home in sorted(limited) if one == child]
        found[child].under_a_court = [str(adult) for home in barred for adult in adults.get(home, ())]
    return found


def _limited(children: Iterable[int], day: date) -> set[tuple[int, int]]:
    """The children and the households whose rights over them a court limits that day."""
    holding = CourtDecision.objects.filter(
        Q(until=None) | Q(until__gte=day), child__in=children, lifted_at=None, since__lte=day
    )
    return set(holding.values_list("child", "household"))


def _people(adults: list[Adult], contacts: list[ChildContact]) -> People:
    return People(
        [Person(str(adult), "responsable", _numbers(adult)) for adult in adults],
        [_contact(contact) for contact in contacts if contact.may_pick_up],
        [_contact(contact) for contact in contacts if contact.is_emergency and not contact.may_pick_up],
    )


def _numbers(adult: Adult) -> tuple[str, ...]:
    kept = (adult.mobile_phone, adult.home_phone, adult.work_phone)
    return tuple(dict.fromkeys(shown(number) for number in kept if number))


def _contact(contact: ChildContact) -> Person:
    return Person(contact.name, contact.relation, (shown(contact.phone),) if contact.phone else ())
