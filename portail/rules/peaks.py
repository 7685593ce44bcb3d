"""How many children are there at once, when each comes at its own hours: care by the hour takes places one moment at a
time, not one session at a time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import time

Hours = tuple[time, time]
"""From an hour, included, to a later one of the same day, excluded: who leaves at five gives its place to who comes at
five."""


def overlap(one: Hours, other: Hours) -> bool:
    """Whether two children are there at the same moment."""
    return one[0] < other[1] and other[0] < one[1]


def peak(taken: Iterable[Hours], within: Hours | None = None) -> int:
    """The most children at once; at any moment of `within`, when given."""
    return max(_counts(taken, within), default=0)


def least(taken: Iterable[Hours], within: Hours) -> int:
    """The fewest children at once, at some moment of `within`."""
    return min(_counts(taken, within))


def _counts(taken: Iterable[Hours], within: Hours | None) -> Iterable[int]:
    """How many children are there after each change of their number."""
    seen = [hours for hours in taken if within is None or overlap(hours, within)]
    start = within[0] if within else time.min
    moves: dict[time, int] = {start: 0} if within else {}
    for comes, leaves in seen:
        comes = max(comes, start)
        moves[comes] = moves.get(comes, 0) + 1
        moves[leaves] = moves.get(leaves, 0) - 1
    count = 0
    for moment in sorted(moves):
        count += moves[moment]
        if within is None or moment < within[1]:
            yield count
