"""What a rule speaks of: services, days, and whatever else is known of a request.

What is known is a `Known`: pairs such as ("residence", "commune"), ("quotient", Decimal("742")), ("rank", 2). A rule
narrowed on something that is not known does not hold: nothing is guessed in favour of either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .calendars import ANY_SERVICE

Known = tuple[tuple[str, object], ...]

TAGS = {
    "options": "option",
    "profiles": "profile",
    "residences": "residence",
    "channels": "channel",
    "groups": "group",
    "formulas": "formula",
    "levels": "level",
    "regimes": "regime",
    "places": "place",
    "persons": "person",
    "reasons": "reason",
    "with_services": "with_service",
    "sibling_services": "sibling_service",
    "tiers": "tier",
    "works": "work",
}
"""Key of the settings file (a list of words) → what must be known of the request (a word, or several)."""

TAG_WORDS = {
    "option": "option",
    "profile": "profil",
    "residence": "résidence",
    "channel": "canal",
    "group": "groupe",
    "formula": "formule",
    "level": "niveau",
    "regime": "régime",
    "place": "lieu",
    "person": "personne",
    "reason": "motif",
    "with_service": "avec le service",
    "sibling_service": "frère ou sœur au service",
    "tier": "étape après la limite",
    "work": "adultes du dossier qui travaillent",
}
"""The same, in French."""

NUMBERS = {
    "quotient": "quotient familial",
    "income": "revenu",
    "rank": "rang de l'enfant",
    "rank_enrolled": "rang parmi les enfants inscrits",
    "rank_present": "rang parmi les enfants présents le même jour",
    "children": "enfants de la famille",
    "enrolled": "enfants inscrits au service",
    "present": "enfants présents le même jour",
    "together": "enfants présents à la même heure",
    "age": "âge",
    "days": "jours dans la semaine",
    "units": "unités dans la période",
    "minutes": "durée",
    "arrives": "heure d'arrivée",
    "leaves": "heure de départ",
    "count": "fois dans la période",
    "parts": "personnes du foyer",
    "cost": "coût",
}
"""Numbers that a request may carry, and their French name. Hours are minutes since midnight."""

COUNTS = {"quantity": "nombre d'unités", "already": "montant déjà compté dans la période du plafond"}
"""Numbers that enter a price without narrowing whom it concerns."""


def know(**facts: object) -> Known:
    """What is known, in a fixed order; None is not knowing."""
    return tuple(sorted((name, value) for name, value in facts.items() if value is not None))


@dataclass(frozen=True)
class Span:
    """A range of numbers; an end that is None is open, `least` and `most` are included unless said otherwise."""

    name: str
    least: Decimal | None = None
    most: Decimal | None = None
    above: Decimal | None = None
    below: Decimal | None = None

    def holds(self, value: Decimal) -> bool:
        return (
            (self.least is None or value >= self.least)
            and (self.most is None or value <= self.most)
            and (self.above is None or value > self.above)
            and (self.below is None or value < self.below)
        )

    def overlaps(self, other: Span) -> bool:
        return not (_apart(self, other) or _apart(other, self))


def _apart(low: Span, high: Span) -> bool:
    """Whether everything in one lies under everything in the other."""
    tops = [(top, closed) for top, closed in ((low.most, True), (low.below, False)) if top is not None]
    floors = [(f, closed) for f, closed in ((high.least, True), (high.above, False)) if f is not None]
    return any(
        top < floor or (top == floor and not (top_closed and floor_closed))
        for top, top_closed in tops
        for floor, floor_closed in floors
    )


@dataclass(frozen=True)
class Scope:
    """Which requests a rule speaks of. Dates are those of the service, both included; weekdays are 0 (Monday) to 6."""

    services: tuple[str, ...] = (ANY_SERVICE,)
    valid_from: date | None = None
    valid_until: date | None = None
    weekdays: frozenset[int] | None = None
    tags: tuple[tuple[str, frozenset[str]], ...] = ()
    spans: tuple[Span, ...] = ()

    def holds(self, service: str, day: date, known: Known = ()) -> bool:
        """Whether a request for this service and day falls under the rule."""
        if (self.valid_from and day < self.valid_from) or (self.valid_until and day > self.valid_until):
            return False
        if self.weekdays is not None and day.weekday() not in self.weekdays:
            return False
        if service not in self.services and ANY_SERVICE not in self.services:
            return False
        return not (self.tags or self.spans) or self._holds_of(dict(known))

    def _holds_of(self, known: dict[str, object]) -> bool:
        return all(_words(known.get(name)) & wanted for name, wanted in self.tags) and all(
            (value := number(known.get(span.name))) is not None and span.holds(value) for span in self.spans
        )

    @property
    def precision(self) -> tuple[bool, int]:
        """How narrow the rule is: the narrowest that holds wins (a named service first, then more conditions)."""
        conditions = len(self.tags) + len(self.spans) + (self.weekdays is not None)
        return ANY_SERVICE not in self.services, conditions

    @property
    def names(self) -> frozenset[str]:
        """What the rule is narrowed on."""
        weekdays = {"weekdays"} if self.weekdays is not None else set()
        return frozenset(weekdays | {name for name, _ in self.tags} | {span.name for span in self.spans})

    def repeats(self, other: Scope) -> bool:
        """Whether both speak of the same things and some request falls under both: one of them is a mistake."""
        return self.names == other.names and self.rivals(other)

    def rivals(self, other: Scope) -> bool:
        """Whether some request falls under both, at the same precision: the last one written wins."""
        if self.precision != other.precision or not set(self.services) & set(other.services):
            return False
        start = max(self.valid_from or date.min, other.valid_from or date.min)
        if start > min(self.valid_until or date.max, other.valid_until or date.max):
            return False
        if None not in (self.weekdays, other.weekdays) and not self.weekdays & other.weekdays:  # type: ignore[operator]
            return False
        mine = dict(self.tags)
        if any(name in mine and not mine[name] & words for name, words in other.tags):
            return False
        return all(a.overlaps(b) for a in self.spans for b in other.spans if a.name == b.name)


EVERYTHING = Scope()


def _words(value: object) -> frozenset[str]:
    """A tag may be one word or several (the options of a booking)."""
    if isinstance(value, str):
        return frozenset({value})
    return frozenset(value) if isinstance(value, frozenset | tuple) else frozenset()


def number(value: object) -> Decimal | None:
    """A number that is known, or None."""
    if isinstance(value, Decimal):
        return value
    return Decimal(value) if isinstance(value, int) else None
