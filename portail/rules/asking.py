"""What must be known of a request before a regulation can answer: the words and numbers that its rules depend on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .quotients import QuotientRule
from .regulation import Regulation
from .scopes import NUMBERS, TAGS, Scope
from .tariffs import Grid, Line, Points, Tariff

_ORDER = {name: index for index, name in enumerate((*TAGS.values(), *NUMBERS))}


@dataclass(frozen=True)
class Asking:
    """`words`: what is told in words ("residence"), with the words that the regulation knows, in order of writing;
    `numbers`: what is told in numbers ("quotient")."""

    words: dict[str, tuple[str, ...]]
    numbers: tuple[str, ...]


def asking(regulation: Regulation) -> Asking:
    """What deadlines, openings and prices depend on."""
    axes = {axis for tariff in regulation.tariffs for axis in _axes(tariff)}
    return _asking((*_of_limits(regulation), *_of_prices(regulation)), axes)


def asking_limits(regulation: Regulation) -> Asking:
    """What deadlines and openings alone depend on."""
    return _asking(_of_limits(regulation), set())


def _asking(scopes: Iterable[Scope], axes: set[str]) -> Asking:
    words: dict[str, dict[str, None]] = {}
    numbers = set(axes)
    for scope in scopes:
        for name, values in scope.tags:
            words.setdefault(name, {}).update(dict.fromkeys(sorted(values)))
        numbers |= {span.name for span in scope.spans}
    return Asking(
        {name: tuple(words[name]) for name in sorted(words, key=_ORDER.__getitem__)},
        tuple(sorted(numbers, key=_ORDER.__getitem__)),
    )


def asks_quotients(regulation: Regulation) -> bool:
    """Whether families are asked for a quotient: the file has a group [quotient], or a price depends on it."""
    return regulation.quotient != QuotientRule() or "quotient" in asking(regulation).numbers


def _of_limits(regulation: Regulation) -> Iterator[Scope]:
    for rule in regulation.deadlines:
        yield rule.scope
        yield from (tier.scope for tier in rule.tiers)
    yield from (opening.scope for opening in regulation.openings)


def _of_prices(regulation: Regulation) -> Iterator[Scope]:
    for tariff in regulation.tariffs:
        yield tariff.scope
        yield from tariff.columns
        yield from (adjustment.scope for adjustment in tariff.adjustments)


def _axes(tariff: Tariff) -> set[str]:
    axes = {tariff.function.axis} if isinstance(tariff.function, Grid | Line | Points) else set()
    return axes | ({"minutes"} if tariff.time else set())


def services_named(regulation: Regulation) -> tuple[str, ...]:
    """The codes of services that the file describes or that its rules name, in order of writing."""
    codes = {service.code: None for service in regulation.services}
    for scope in (*_of_limits(regulation), *_of_prices(regulation)):
        codes.update(dict.fromkeys(scope.services))
    codes.pop("*", None)
    return tuple(codes)
