"""Bands of a number (quotient, income, hour of leaving…), with open or closed ends and a declared policy."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from .scopes import Span


class Holes(StrEnum):
    """Where a value that lies between two bands goes."""

    REFUSE = "refuse"
    UP = "up"
    """To the band above: a band begins strictly above the previous maximum."""
    DOWN = "down"


class Overlaps(StrEnum):
    """Which band a value has that lies in two."""

    REFUSE = "refuse"
    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True)
class Band:
    """A range and its price for each column; `label` is what the regulation calls it."""

    span: Span
    prices: tuple[Decimal | None, ...]
    label: str = ""


def complete(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    """The bands with the ends that their neighbours imply (a band with only a maximum starts after the last)."""
    done: list[Band] = []
    for band in bands:
        span = band.span
        if done and span.least is None and span.above is None:
            last = done[-1].span
            span = replace(span, above=last.most, least=last.below)
        if done and done[-1].span.most is None and done[-1].span.below is None:
            done[-1] = replace(done[-1], span=replace(done[-1].span, below=span.least, most=span.above))
        done.append(replace(band, span=span))
    return tuple(done)


def find(bands: tuple[Band, ...], value: Decimal, holes: Holes, overlaps: Overlaps) -> int | None:
    """The index of the band of a value, or None when the policy names none. Bands are complete and ascending."""
    found = [index for index, band in enumerate(bands) if band.span.holds(value)]
    if len(found) == 1:
        return found[0]
    if found:
        return {Overlaps.FIRST: found[0], Overlaps.LAST: found[-1], Overlaps.REFUSE: None}[overlaps]
    above = [index for index, band in enumerate(bands) if _is_under(value, band.span)]
    if not above or above[0] == 0 or holes is Holes.REFUSE:
        return None
    return above[0] if holes is Holes.UP else above[0] - 1


def _is_under(value: Decimal, span: Span) -> bool:
    return (span.least is not None and value < span.least) or (span.above is not None and value <= span.above)


def faults(bands: tuple[Band, ...]) -> list[tuple[str, Decimal, Decimal]]:
    """The holes and overlaps between neighbours: ("hole" or "overlap", from, to)."""
    found = []
    for low, high in pairwise(bands):
        top = low.span.most if low.span.most is not None else low.span.below
        floor = high.span.least if high.span.least is not None else high.span.above
        if top is None or floor is None:
            continue
        closed = (low.span.most is not None) + (high.span.least is not None)
        if top > floor or (top == floor and closed == 2):
            found.append(("overlap", floor, top))
        elif top < floor or closed == 0:
            found.append(("hole", top, floor))
    return found
