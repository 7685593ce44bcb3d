"""Rules whose days changed: one that ends and another that follows it are told beside the rule they come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from .regulation import Regulation

DATED = ("deadlines", "openings", "tariffs", "surcharges", "absences", "constraints", "waiting")
"""The rules that may begin and end on a day."""


def redated(old: Regulation, new: Regulation) -> tuple[Regulation, tuple[tuple[Any, tuple[Any, ...]], ...]]:
    """The old regulation where each rule whose days changed is written as often as the new one writes it, with the new
    days; and these rules, each with the new ones that come from it.

    A rule comes from another of the same name, for the same services and people. Nothing is guessed where several old
    rules might be meant.
    """
    groups: dict[str, Any] = {}
    found: list[tuple[Any, tuple[Any, ...]]] = []
    for name in DATED:
        rules = getattr(old, name)
        heirs = _heirs(rules, getattr(new, name))
        groups[name] = tuple(_copies(rules, heirs))
        found += [(rule, heirs[id(rule)]) for rule in rules if id(rule) in heirs]
    return replace(old, **groups), tuple(found)


def _heirs(old: Sequence[Any], new: Sequence[Any]) -> dict[int, tuple[Any, ...]]:
    """By the identity of an old rule, the new ones that come from it."""
    gone, come = _by_meaning(old, new), _by_meaning(new, old)
    return {id(rules[0]): tuple(come[key]) for key, rules in gone.items() if len(rules) == 1 and come[key]}


def _by_meaning(rules: Sequence[Any], others: Sequence[Any]) -> defaultdict[Hashable, list[Any]]:
    """The rules that the others do not have on the same days, by what they are beside their days."""
    kept = {(_meaning(rule), _days(rule)) for rule in others}
    found: defaultdict[Hashable, list[Any]] = defaultdict(list)
    for rule in rules:
        if (_meaning(rule), _days(rule)) not in kept:
            found[_meaning(rule)].append(rule)
    return found


def _copies(rules: Sequence[Any], heirs: dict[int, tuple[Any, ...]]) -> Iterator[Any]:
    for rule in rules:
        if id(rule) in heirs:
            yield from (replace(rule, scope=heir.scope) for heir in heirs[id(rule)])
        else:
            yield rule


def _meaning(rule: Any) -> Hashable:
    scope = replace(rule.scope, valid_from=None, valid_until=None)
    return rule.name, scope, getattr(rule, "actions", None), getattr(rule, "trigger", None)


def _days(rule: Any) -> Hashable:
    return rule.scope.valid_from, rule.scope.valid_until
