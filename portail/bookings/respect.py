"""Whether a child's basket, old and new together, is one that the regulation allows."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from portail import rules
from portail.bookings.queries.told import Teller
from portail.bookings.standing import Law, Standing, State
from portail.rules.constraints import Constraint, Violation, group_of, violations

if TYPE_CHECKING:
    from portail.bookings.recap import Change, Pair


COMPOSED = ("basket.least", "basket.counts", "basket.whole")
"""What says how many days go together: a place of a waiting list comes alone, and is not refused for it."""


def respecting(changes: list[Change], tell: Teller) -> list[Change]:
    """These changes, refusing those that would leave a child with a basket that the regulation does not allow.

    All the changes that a rule speaks of go together: none is chosen for the family. The service may pass the rule,
    with a reason. A basket that did not respect the rule before is not held against who leaves it as it is.
    """
    law = tell.law
    for _turn in changes if law.regulation.constraints else ():
        blamed = _blamed([c for c in changes if c.standing.can_change and c.counts], tell)
        if not blamed:
            break
        changes = [_unmet(c, blamed[c.pair], law) if c.pair in blamed else c for c in changes]
        if law.as_service:
            break
    return changes


def _unmet(change: Change, told: rules.Sentence, law: Law) -> Change:
    if law.as_service:
        return replace(change, standing=replace(change.standing, why=told, needs_reason=True))
    return replace(change, standing=Standing(State.UNMET, False, told))


def _blamed(changes: list[Change], tell: Teller) -> dict[Pair, rules.Sentence]:
    """The changes by which a basket breaks a rule, and what is said of it."""
    found: dict[Pair, rules.Sentence] = {}
    for child_id in {change.child.pk for change in changes}:
        own = [change for change in changes if change.child.pk == child_id]
        for broken in _broken_by(child_id, own, tell):
            for change in own:
                if change.takes_a_turn and broken.told.code.startswith(COMPOSED):
                    continue
                if _is_about(broken, change.place.service, change.place.day, tell.law):
                    found.setdefault(change.pair, broken.told)
    return found


def _broken_by(child_id: int, changes: list[Change], tell: Teller) -> list[Violation]:
    """What the child's basket would not respect any more."""
    before = {(b.service, b.day) for b in tell.facts.basket(tell.household_id) if b.child_id == child_id}
    gone = {(c.place.service, c.place.day) for c in changes if not c.wanted}
    after = (before - gone) | {(c.place.service, c.place.day) for c in changes if c.wanted}
    place = changes[0].place
    known = tell.known(child_id, place.activity_id, place.service, place.day)
    constraints, calendar = tell.law.regulation.constraints, tell.law.calendar
    already = set(violations(constraints, before, calendar, known))
    return [broken for broken in violations(constraints, after, calendar, known) if broken not in already]


def _is_about(broken: Violation, service: str, day: date, law: Law) -> bool:
    """Whether a place has a part in what is not respected: its week (or its day), and a service that the rule names."""
    return any(
        _is_named(rule, service) and _is_counted_with(rule, day, broken.days[0], law)
        for rule in law.regulation.constraints
        if rule.name == broken.constraint
    )


def _is_named(rule: Constraint, service: str) -> bool:
    named = {*rule.scope.services, *rule.needs, *rule.excludes, *rule.linked}
    return service in named or rules.ANY_SERVICE in named


def _is_counted_with(rule: Constraint, day: date, other: date, law: Law) -> bool:
    if rule.needs or rule.excludes or rule.linked:
        return day == other
    return group_of(rule.per, day, law.calendar) == group_of(rule.per, other, law.calendar)
