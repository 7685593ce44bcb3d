"""The places that children of each kind take in sessions, when the regulation counts them apart (`[[quotas]]`)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from portail import rules
from portail.bookings.models import Booking
from portail.bookings.queries.known import Asked, Knowledge, knowledge
from portail.bookings.standing import Facts, Law
from portail.families.models import Household

Concerned = tuple[Facts, int]
"""A session as it concerns a child, and the activity of its service."""


def with_quotas(household_id: int, concerned: Sequence[Concerned], law: Law) -> list[Facts]:
    """The same facts, in order, with the quotas in which each child counts and the places taken in each.

    No query when no quota speaks of these sessions; three at most otherwise, however many they are. A day gone by is
    left alone: nothing is booked there.
    """
    counted = {f.session_id: f for f, _activity in concerned if _is_counted(f, law)}
    if not counted:
        return [facts for facts, _activity in concerned]
    taken = list(
        Booking.objects.taking_a_place()
        .filter(session__in=counted)
        .order_by()
        .values_list("session_id", "household_id", "child_id", "session__service__activity_id")
    )
    known = _known({household_id, *(row[1] for row in taken)}, counted.values(), law)
    counts: Counter[tuple[int, str]] = Counter()
    for session_id, *who in taken:
        counts.update((session_id, quota.name) for quota in _quotas(counted[session_id], who, known))
    return [
        _with(facts, _quotas(facts, (household_id, facts.child_id, activity), known), counts)
        if facts.session_id in counted
        else facts
        for facts, activity in concerned
    ]


def _is_counted(facts: Facts, law: Law) -> bool:
    return facts.date >= law.today and any(
        quota.speaks_of(facts.service, facts.date) for quota in law.regulation.quotas
    )


def _known(households: Iterable[int], sessions: Iterable[Facts], law: Law) -> Knowledge:
    """What quotas look at, of every family that has a place in these sessions."""
    days = [facts.date for facts in sessions]
    return knowledge(
        Household.objects.filter(pk__in=set(households)).only("residence", "work"),
        min(days),
        max(days),
        regulation=law.regulation,
        wanted=law.regulation.quotas_by,
        with_baskets=False,
    )


def _quotas(facts: Facts, who: Sequence[int], known: Knowledge) -> tuple[rules.Quota, ...]:
    """The quotas of this session in which a child counts. `who`: its household, the child, the activity."""
    household_id, child_id, activity_id = who
    asked = Asked(household_id, child_id, activity_id, facts.service, facts.date)
    return rules.quotas_of(known.regulation.quotas, facts.service, facts.date, known.of(asked))


def _with(facts: Facts, quotas: Iterable[rules.Quota], counts: Counter[tuple[int, str]]) -> Facts:
    return replace(facts, quotas=tuple((quota, counts[facts.session_id, quota.name]) for quota in quotas))
