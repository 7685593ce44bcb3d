"""What a set of rules asks to be known of a request: the words of `scopes.TAGS`, `NUMBERS` and `COUNTS`.

Who asks the rules reads no more than this: a commune whose prices ignore siblings does not pay for counting them.
"""

from __future__ import annotations

from collections.abc import Iterable

from .constraints import Constraint
from .deadlines import DeadlineRule, OpeningRule
from .scopes import Scope
from .tariffs import PACKAGES, Grid, Line, Points, Tariff
from .waiting import Order, WaitingRule

WHOLE_BASKET = frozenset(
    {"present", "together", "with_service", "sibling_service", "rank_present", "days", "units", "already"}
)
"""What changes when other days, or other children, are booked: known of a basket, never of one booking alone."""


def of_scopes(scopes: Iterable[Scope]) -> frozenset[str]:
    """What these scopes are narrowed on, weekdays left out: a day tells its own."""
    return frozenset(name for scope in scopes for name in scope.names) - {"weekdays"}


def of_waiting(rules: Iterable[WaitingRule]) -> frozenset[str]:
    return of_scopes(
        criterion.scope for rule in rules if rule.sorted_by is Order.POINTS for criterion in rule.criteria
    )


def of_decisions(
    deadlines: Iterable[DeadlineRule], openings: Iterable[OpeningRule], constraints: Iterable[Constraint] = ()
) -> frozenset[str]:
    deadlines = tuple(deadlines)
    scopes = [rule.scope for rule in deadlines]
    scopes += [tier.scope for rule in deadlines for tier in rule.tiers]
    scopes += [opening.scope for opening in openings]
    return of_scopes([*scopes, *(constraint.scope for constraint in constraints)])


def of_tariffs(tariffs: Iterable[Tariff]) -> frozenset[str]:
    found: set[str] = set()
    for tariff in tariffs:
        scopes = (tariff.scope, *tariff.columns, *(change.scope for change in tariff.adjustments))
        found |= of_scopes(scopes)
        if isinstance(tariff.function, Grid | Line | Points):
            found.add(tariff.function.axis)
        if tariff.time is not None:
            found.add("minutes")
        if tariff.cap is not None or tariff.per in PACKAGES:
            found.add("already")
    return frozenset(found)
