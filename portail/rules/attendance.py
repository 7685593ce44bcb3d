"""What marks say of a child in a session: a pure fold, the same whatever the order in which the marks were received.

A leader's tablet keeps what was touched without network and sends it later; two tablets may speak of the same child.
Marks are never changed nor removed: they are put in one total order (`at`, then what aims at nothing before what does,
then `token`) and read from the first to the last. A mark may aim at an earlier one (`target`): an undo takes it back,
another kind knowingly replaces it.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

CLOSE = 5
"""Minutes: two hours of the same arrival that are no further apart do not contradict each other."""


class Kind(StrEnum):
    """What somebody touched."""

    PRESENT = "present"
    ABSENT = "absent"
    ARRIVED = "arrived"
    LEFT = "left"
    UNEXPECTED = "unexpected"
    """The child is here without being on the list."""
    UNDO = "undo"
    NOTE = "note"


THERE = frozenset({Kind.PRESENT, Kind.ARRIVED, Kind.LEFT, Kind.UNEXPECTED})
"""Each says that the child came."""
CLAIMS = THERE | {Kind.ABSENT}


class Presence(StrEnum):
    """Where the child is, as far as the marks tell."""

    WAITED = "waited"
    """Nobody said anything yet."""
    PRESENT = "present"
    LEFT = "left"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Mark:
    """One touch. `who`: the child, or the guest whom nobody knows. `at`: the moment that the device claims, aware.

    `hour`: of the arrival or of the leaving, local time; without it the hour of `at`, in its own zone. `source`: the
    device and the person: what one says later replaces what it said before; two may contradict each other.
    """

    token: UUID
    who: Hashable
    kind: Kind
    at: datetime
    hour: time | None = None
    target: UUID | None = None
    text: str = ""
    source: str = ""

    @property
    def order(self) -> tuple[datetime, bool, str]:
        """At the same moment, what takes something back comes after."""
        return self.at, self.target is not None, str(self.token)


@dataclass(frozen=True, slots=True)
class State:
    """A child in a session. `last`: the claim that an undo would take back. `marks`: those that count, in order.

    `conflict`: the marks of other sources that contradict the last one; never hidden, until somebody takes one back.
    """

    presence: Presence = Presence.WAITED
    is_unexpected: bool = False
    arrived: time | None = None
    left: time | None = None
    last: Mark | None = None
    marks: tuple[Mark, ...] = ()
    notes: tuple[Mark, ...] = ()
    conflict: tuple[Mark, ...] = ()

    @property
    def came(self) -> bool:
        return self.presence in (Presence.PRESENT, Presence.LEFT)


NOTHING = State()


def fold(marks: Iterable[Mark]) -> dict[Hashable, State]:
    """The state of everybody whom these marks of one session speak of. A mark twice counts once."""
    by_who: dict[Hashable, dict[UUID, Mark]] = {}
    for mark in marks:
        by_who.setdefault(mark.who, {})[mark.token] = mark
    return {who: state(known.values()) for who, known in by_who.items()}


def state(marks: Iterable[Mark]) -> State:
    """What these marks, all of one child in one session, say together."""
    counting = standing(marks)
    found = NOTHING
    for mark in counting:
        found = _after(found, mark)
    claims = [mark for mark in counting if mark.kind in CLAIMS]
    return replace(
        found,
        last=claims[-1] if claims else None,
        marks=tuple(counting),
        notes=tuple(mark for mark in counting if mark.kind is Kind.NOTE),
        conflict=_conflict(claims),
    )


def standing(marks: Iterable[Mark]) -> list[Mark]:
    """Those that count, in order: neither an undo, nor taken back or replaced by a later one that itself counts.

    An undo may be undone. One that comes before what it aims at (two clocks that disagree) takes nothing back.
    """
    ordered = sorted({mark.token: mark for mark in marks}.values(), key=lambda mark: mark.order)
    gone: set[UUID] = set()
    place = {mark.token: number for number, mark in enumerate(ordered)}
    for number in range(len(ordered) - 1, -1, -1):
        mark = ordered[number]
        if mark.token in gone or mark.target is None:
            continue
        if place.get(mark.target, number) < number:
            gone.add(mark.target)
    return [mark for mark in ordered if mark.token not in gone and mark.kind is not Kind.UNDO]


def _after(found: State, mark: Mark) -> State:
    match mark.kind:
        case Kind.ABSENT:
            return replace(found, presence=Presence.ABSENT, arrived=None, left=None)
        case Kind.LEFT:
            return replace(found, presence=Presence.LEFT, left=_hour(mark))
        case Kind.ARRIVED:
            return replace(found, presence=Presence.PRESENT, arrived=_hour(mark), left=None)
        case Kind.PRESENT:
            return replace(found, presence=Presence.PRESENT, left=None)
        case Kind.UNEXPECTED:
            arrived = mark.hour or found.arrived
            return replace(found, presence=Presence.PRESENT, is_unexpected=True, arrived=arrived, left=None)
        case _:
            return found


def _hour(mark: Mark) -> time:
    return mark.hour if mark.hour is not None else mark.at.time().replace(second=0, microsecond=0)


def _conflict(claims: Sequence[Mark]) -> tuple[Mark, ...]:
    """What other sources say against the last claim: there against absent (each source's last word), or another hour
    of the same move."""
    if not claims:
        return ()
    last = claims[-1]
    latest = {mark.source: mark for mark in claims}
    against = [mark for mark in claims if latest[mark.source] is mark and _contradict(mark, last)]
    for before, after in pairwise(claims):
        same_move = before.kind is after.kind and after.kind in (Kind.ARRIVED, Kind.LEFT)
        if same_move and before.source != after.source and _far(before, after):
            against.append(before)
    return tuple(dict.fromkeys(against))


def _contradict(one: Mark, other: Mark) -> bool:
    return (one.kind in THERE) != (other.kind in THERE)


def _far(one: Mark, other: Mark) -> bool:
    first, second = _hour(one), _hour(other)
    return abs((first.hour - second.hour) * 60 + first.minute - second.minute) > CLOSE


@dataclass(frozen=True, slots=True)
class Count:
    """How many children of a list are where. `expected`: booked and not told absent, with those who came unexpected."""

    expected: int
    present: int
    left: int
    absent: int
    waited: int


def head_count(expected: Iterable[Hashable], states: Mapping[Hashable, State]) -> Count:
    """`expected`: those whom the bookings announce and nobody told absent; others of `states` count if they came."""
    awaited = set(expected)
    came = {who for who, found in states.items() if found.came}
    everybody = awaited | came
    where = [states.get(who, NOTHING).presence for who in everybody]
    return Count(
        expected=len(everybody),
        present=where.count(Presence.PRESENT),
        left=where.count(Presence.LEFT),
        absent=where.count(Presence.ABSENT),
        waited=where.count(Presence.WAITED),
    )


def minutes_late(left: time | None, closes: time) -> int:
    """Minutes between the end of the session and the leaving; 0 when it was in time or is not known."""
    if left is None:
        return 0
    return max(0, (left.hour - closes.hour) * 60 + left.minute - closes.minute)
