"""Who gets the next place of a full session: the order of a waiting list, and how long an offer holds.

A session is a service in a place on a day. Told in docs/rules/attente.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from enum import StrEnum

from .scopes import EVERYTHING, Known, Scope
from .sentences import Sentence, say

TOLD_BY = ("profiles", "residences", "groups", "levels", "places", "sibling_services", "works")
"""The settings that a criterion may look at, as words."""
COUNTED_BY = ("quotient", "age", "rank", "children", "enrolled")
"""Those that it may look at, as numbers."""


class Order(StrEnum):
    """What comes first in a list."""

    DATE = "date"
    """The first who asked."""
    POINTS = "points"
    """The most points; the first who asked among equals."""


class Ends(StrEnum):
    """Until when a list offers places."""

    DEADLINE = "deadline"
    """As long as a family could still book by itself."""
    START = "start"
    """Until the service begins."""


@dataclass(frozen=True)
class Criterion:
    """`points` for every child that `scope` speaks of; families read `label`."""

    label: str
    points: int
    scope: Scope = EVERYTHING


@dataclass(frozen=True)
class WaitingRule:
    """The waiting list of the sessions of `scope` (services, days and dates alone).

    `hours`: how long an offer holds. `most`: children in the list of one session; `most_days`: days that one child may
    wait for at once in these services; None: no limit.
    """

    name: str
    scope: Scope = EVERYTHING
    sorted_by: Order = Order.DATE
    hours: int = 48
    ends: Ends = Ends.DEADLINE
    most: int | None = None
    most_days: int | None = None
    criteria: tuple[Criterion, ...] = ()

    def no_room(self, queue: int, days: int) -> Sentence | None:
        """Why a child that waits for `days` days may not join a list of `queue` children; None: it may."""
        if self.most is not None and queue >= self.most:
            return say("waiting.full", count=queue) if queue > 1 else say("waiting.full.one")
        if self.most_days is not None and days >= self.most_days:
            return say("waiting.days", count=days) if days > 1 else say("waiting.days.one")
        return None

    def offer_until(self, now: datetime, closes: datetime) -> datetime:
        """When an offer made at `now` ends: its hours, real ones, and never after the list `closes`."""
        until = now.astimezone(UTC) + timedelta(hours=self.hours)
        return min(until, closes.astimezone(UTC)).astimezone(closes.tzinfo)

    def validity(self) -> Sentence:
        """« une place proposée se garde 48 heures »."""
        return say("waiting.validity", hours=self.hours) if self.hours > 1 else say("waiting.validity.one")


@dataclass(frozen=True)
class Candidate:
    """Who waits: its key (the booking's, the smallest came first), since when (aware), and what is known of it."""

    key: int
    since: datetime
    known: Known = ()


@dataclass(frozen=True)
class Ranked:
    """A place in the list, from 1. `won`: the criteria that gave its points."""

    candidate: Candidate
    rank: int
    points: int
    won: tuple[Criterion, ...]
    order: Order

    def told(self) -> Sentence:
        """« 2e sur la liste d'attente »."""
        return say("waiting.rank", rank=self.rank)

    def because(self, zone: tzinfo) -> tuple[Sentence, ...]:
        """The points, criterion by criterion, and the date: what decides of the rank, in that order."""
        since = say("waiting.since", moment=self.candidate.since.astimezone(zone))
        if self.order is Order.DATE:
            return (since,)
        return (points_told(self.points), *(_won(one) for one in self.won), since)


def waiting_for(rules: Iterable[WaitingRule], service: str, day: date) -> WaitingRule | None:
    """The list of a session: of the rules that speak of it, the narrowest; the last written at equality."""
    found = [rule for rule in rules if rule.scope.holds(service, day)]
    return max(reversed(found), key=lambda rule: rule.scope.precision, default=None)


def ranked(rule: WaitingRule, service: str, day: date, candidates: Iterable[Candidate]) -> tuple[Ranked, ...]:
    """The list of a session in its order. It is total: points when the rule counts them, then date, then key."""
    counted = [(candidate, _criteria(rule, service, day, candidate)) for candidate in candidates]
    scored = [(sum(one.points for one in won), candidate, won) for candidate, won in counted]
    scored.sort(key=lambda row: (-row[0], row[1].since, row[1].key))
    return tuple(
        Ranked(candidate, rank, points, won, rule.sorted_by)
        for rank, (points, candidate, won) in enumerate(scored, start=1)
    )


def _criteria(rule: WaitingRule, service: str, day: date, candidate: Candidate) -> tuple[Criterion, ...]:
    if rule.sorted_by is Order.DATE:
        return ()
    return tuple(one for one in rule.criteria if one.scope.holds(service, day, candidate.known))


def points_told(points: int) -> Sentence:
    if not points:
        return say("waiting.points.none")
    return say("waiting.points", points=points) if points > 1 else say("waiting.points.one")


def queue_told(queue: int) -> Sentence:
    """« 3 enfants attendent »."""
    if not queue:
        return say("waiting.queue.none")
    return say("waiting.queue", count=queue) if queue > 1 else say("waiting.queue.one")


def joined(sentences: Sequence[Sentence]) -> Sentence:
    """One after the other, as one."""
    whole = sentences[0]
    for one in sentences[1:]:
        whole = say("and_then", first=whole, second=one)
    return whole


def _won(criterion: Criterion) -> Sentence:
    return say("waiting.criterion", label=criterion.label, points=criterion.points)
