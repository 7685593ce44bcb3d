"""The rules of booking, changing and cancelling: openings, deadlines, and what comes after them.

Where a limit falls is told in `limits`, whom it concerns in `scopes`. Vocabulary: docs/rules/delais.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import TypeVar

from .calendars import Calendar
from .limits import Asked, Cutoff, Limit, place
from .scopes import EVERYTHING, Known, Scope
from .sentences import Sentence, Step
from .wording import reason


class Action(StrEnum):
    """What a family asks."""

    BOOK = "book"
    CANCEL = "cancel"
    CHANGE = "change"
    """Another option, another regime, for what is already booked."""


BOTH = frozenset({Action.BOOK, Action.CANCEL})


class Effect(StrEnum):
    """What happens after a deadline."""

    FREE = "free"
    SURCHARGE = "surcharge"
    WAITING_LIST = "waiting-list"
    AGENT = "agent"
    REFUSED = "refused"


@dataclass(frozen=True)
class Tier:
    """What is still possible after a deadline: until `limit` (none: until the service begins).

    Only for those whom `scope` holds (a reason, a channel), at most `quota` times per `per`, with a `proof` if any
    (to be brought within `proof_within`); on its last day from `not_before` (minutes) on.
    """

    effect: Effect
    limit: Limit | None = None
    label: str = ""
    scope: Scope = EVERYTHING
    quota: int | None = None
    per: str = ""
    proof: str = ""
    proof_within: str = ""
    not_before: int | None = None


@dataclass(frozen=True)
class DeadlineRule(Limit):
    """Until when an action may be done on a service, and what comes after. `at` is in minutes since midnight."""

    actions: frozenset[Action] = BOTH
    scope: Scope = EVERYTHING
    tiers: tuple[Tier, ...] = ()
    name: str = ""

    def cutoff(
        self,
        day: date,
        calendar: Calendar,
        *,
        service: str = "",
        start: time | None = None,
        first: date | None = None,
    ) -> Cutoff:
        """The moment of the deadline for a service on this local day, and the steps that lead to it."""
        return self.cutoff_of(Asked(service, day, start, first), calendar)

    def cutoff_of(self, asked: Asked, calendar: Calendar) -> Cutoff:
        at, inclusive, steps = place(self.chosen(asked.day), asked, calendar)
        return Cutoff(at, inclusive, steps, self.reason(asked.day, steps))

    def reason(self, day: date, steps: tuple[Step, ...] = ()) -> Sentence:
        """The rule in words: « les réservations de la semaine du 7 décembre se modifient jusqu'au … »."""
        verb = "both" if len(self.actions) > 1 else next(iter(self.actions)).value
        return reason(self, verb, day, steps)


@dataclass(frozen=True)
class OpeningRule(Limit):
    """From when families may book: a limit whose moment begins instead of ending; without hour, at zero hour.

    `period`: the code of the booking period that it opens to a class of families, called `name`.
    """

    at: int | None = 0
    scope: Scope = EVERYTHING
    name: str = ""
    period: str = ""

    def moment(
        self, day: date, calendar: Calendar, *, service: str = "", first: date | None = None
    ) -> datetime:
        return place(self.chosen(day), Asked(service, day, None, first), calendar)[0]


Rule = TypeVar("Rule", DeadlineRule, OpeningRule)


def narrowest(
    rules: Iterable[Rule], service: str, day: date, known: Known, calendar: Calendar | None
) -> Rule | None:
    """The rule in force: of those that hold, the one with the most conditions; the last written at equality."""
    found = [r for r in rules if r.scope.holds(service, day, known) and r.covers(day, service, calendar)]
    return max(reversed(found), key=lambda r: r.scope.precision, default=None)


def rule_for(
    rules: Iterable[DeadlineRule],
    action: Action,
    service: str,
    day: date,
    known: Known = (),
    *,
    calendar: Calendar | None = None,
) -> DeadlineRule | None:
    """The deadline in force for an action: one that names the service wins over one for all services."""
    return narrowest([r for r in rules if action in r.actions], service, day, known, calendar)


def opening_for(
    openings: Iterable[OpeningRule],
    service: str,
    day: date,
    known: Known = (),
    *,
    calendar: Calendar | None = None,
) -> OpeningRule | None:
    """The opening in force: that of a booking period wins over the others, its first class that holds over its other
    classes; else one that names the service wins over one for all services."""
    found = [rule for rule in openings if rule.period and rule.scope.holds(service, day, known)]
    if found:
        return min(found, key=lambda rule: (rule.never, rule.when.on or date.max, rule.at or 0))
    return narrowest(openings, service, day, known, calendar)
