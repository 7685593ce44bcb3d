"""Places as each child of a change finds them: what the change gives back, and what the children before it take."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from portail.bookings.standing import Facts
from portail.rules.peaks import Hours, peak

Pair = tuple[int, int]
"""A child and a session, by their ids."""
Kind = tuple[int, str]
"""A session and the name of a quota of it; no name: every child of the session."""


def as_if_in_turn(
    adding: Sequence[Pair], facts: Mapping[Pair, Facts], freed: Iterable[Pair], *, as_service: bool = False
) -> list[Facts]:
    """The facts of what is added, in order: less what this change gives back, more what those before it take.

    Who finds its quota full takes no place: another sibling may still have it. Nor does whose day is the other
    household's, unless the service asks.
    """
    moved: Counter[Kind] = Counter()
    taken: dict[int, list[Hours]] = {}
    for pair in freed:
        if not facts[pair].by_hours:  # theirs are not among those of the others
            moved.subtract(_kinds(facts[pair]))
    found = []
    for pair in adding:
        asked = _shifted(facts[pair], moved, taken)
        found.append(asked)
        is_own_day = as_service or not asked.away
        if asked.offered and asked.may_book and is_own_day and not asked.theirs and not asked.quota_full:
            moved.update(_kinds(asked))
            if asked.hours:
                taken.setdefault(asked.session_id, []).append(asked.hours)
    return found


def as_taking(facts: Facts) -> Facts:
    """As a child of the list finds the place: what is kept for it already is its own to take."""
    kept = facts.own == "offered"
    own = kept and not facts.by_hours  # whose own hours are not among those of the others
    quotas = tuple((quota, taken - kept) for quota, taken in facts.quotas)
    return replace(facts, own=None, takes=True, taken=facts.taken - own, quotas=quotas)


def _kinds(facts: Facts) -> list[Kind]:
    session = facts.session_id
    return [(session, ""), *((session, quota.name) for quota, _taken in facts.quotas)]


def _shifted(facts: Facts, moved: Mapping[Kind, int], taken: Mapping[int, Sequence[Hours]]) -> Facts:
    """With the places that this change has moved so far; `taken`: at which hours, where families choose them."""
    session = facts.session_id
    quotas = tuple((quota, taken + moved[session, quota.name]) for quota, taken in facts.quotas)
    if facts.hours:
        others = (*facts.others, *taken.get(session, ()))
        return replace(facts, taken=peak(others, facts.hours), others=others, quotas=quotas)
    return replace(facts, taken=facts.taken + moved[session, ""], quotas=quotas)
