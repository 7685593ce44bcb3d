"""The waiting lists that the regulation declares (`[[waiting]]`), as a family sees them: who waits, its rank, why."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Q

from portail import rules
from portail.bookings.models import Booking
from portail.bookings.queries.known import Asked, Knowledge, knowledge
from portail.bookings.standing import Facts, Law
from portail.families.models import Household

Pair = tuple[int, int]
"""A child and a session, by their ids."""
Concerned = tuple[Facts, int]
"""A session as it concerns a child, and the activity of its service."""
UNDECLARED = rules.WaitingRule("Liste d'attente")
"""How those go on who wait where the regulation has dropped its list: by date, for the usual time."""
NOT_YET = 2**63
"""The key of who has not joined yet: after everybody who asked at the same moment."""


@dataclass(frozen=True, slots=True)
class Waiter:
    """A booking that waits. `since`: when it was asked."""

    booking_id: int
    household_id: int
    child_id: int
    since: datetime
    activity_id: int


def rule_of(facts: Facts, law: Law) -> rules.WaitingRule | None:
    """The list of a session; of one that is not declared (any more), while somebody of the family waits there."""
    found = rules.waiting_for(law.regulation.waiting, facts.service, facts.date)
    return found or (UNDECLARED if facts.own in Booking.LISTED else None)


def with_lists(
    household_id: int,
    concerned: Sequence[Concerned],
    law: Law,
    *,
    joining: Collection[Pair] = (),
    light: bool = False,
) -> list[Facts]:
    """The same facts, in order, with the list of each session, how many wait there, and the child's rank: its own when
    it waits, the one it would have when it is `joining`.

    No query when no list is declared for these sessions; one otherwise, one more when a child may wait for so many days
    only, and four at most when ranks hang on points. `light`: one at most, for a page of many days; the ranks that hang
    on points, and the days a child waits for already, are left to the recap. A day gone by is left alone.
    """
    rule_by = {f.session_id: rule for f, _ in concerned if f.date >= law.today and (rule := rule_of(f, law))}
    if not rule_by:
        return [facts for facts, _activity in concerned]
    waiters, offers = _read(rule_by, household_id)
    days = Counter[tuple[int, str]]() if light else _days(concerned, rule_by, law)
    told = [
        replace(
            facts,
            waiting=rule_by[facts.session_id],
            queue=len(waiters[facts.session_id]),
            days_waited=days[facts.child_id, rule_by[facts.session_id].name],
            offered_until=offers.get((facts.child_id, facts.session_id)),
        )
        if facts.session_id in rule_by
        else facts
        for facts, _activity in concerned
    ]
    return _with_ranks(
        household_id, list(zip(told, (a for _, a in concerned), strict=True)), waiters, law, joining, light
    )


def _read(
    sessions: Iterable[int], household_id: int
) -> tuple[Mapping[int, list[Waiter]], Mapping[Pair, datetime]]:
    """Who waits in each session, and until when this household's offers hold."""
    waiters: defaultdict[int, list[Waiter]] = defaultdict(list)
    offers: dict[Pair, datetime] = {}
    listed = Q(state=Booking.State.WAITING) | Q(state=Booking.State.OFFERED, household=household_id)
    rows = (
        Booking.objects.filter(listed, session__in=list(sessions))
        .order_by()
        .values_list(
            "session_id", "state", "offered_until", "pk", "household_id", "child_id", "created_at",
            "session__service__activity_id",
        )
    )  # fmt: skip
    for session_id, state, until, pk, home, child_id, since, activity_id in rows:
        if state == Booking.State.WAITING:
            waiters[session_id].append(Waiter(pk, home, child_id, since, activity_id))
        elif until is not None:
            offers[child_id, session_id] = until
    return waiters, offers


def _days(
    concerned: Sequence[Concerned], rule_by: Mapping[int, rules.WaitingRule], law: Law
) -> Counter[tuple[int, str]]:
    """How many days to come each child waits for, by the name of the list, where that is limited."""
    limited = {rule.name for rule in rule_by.values() if rule.most_days is not None}
    found: Counter[tuple[int, str]] = Counter()
    if not limited:
        return found
    children = {facts.child_id for facts, _ in concerned if facts.session_id in rule_by}
    rows = Booking.objects.filter(
        child__in=children, state__in=Booking.LISTED, session__date__gte=law.today
    ).values_list("child_id", "session__service__code", "session__date")
    for child_id, service, day in rows.order_by():
        rule = rules.waiting_for(law.regulation.waiting, service, day)
        if rule and rule.name in limited:
            found[child_id, rule.name] += 1
    return found


def _with_ranks(
    household_id: int,
    concerned: Sequence[Concerned],
    waiters: Mapping[int, list[Waiter]],
    law: Law,
    joining: Collection[Pair],
    light: bool,
) -> list[Facts]:
    asked = [
        (facts, activity)
        for facts, activity in concerned
        if facts.waiting
        and not (light and facts.waiting.criteria)
        and (facts.own == Booking.State.WAITING or (facts.child_id, facts.session_id) in joining)
    ]
    if not asked:
        return [facts for facts, _ in concerned]
    sessions = {facts.session_id: facts for facts, _ in asked}
    homes = {household_id, *(one.household_id for pk in sessions for one in waiters[pk])}
    known = known_of(homes, sessions.values(), law)
    ranks: dict[Pair, rules.Ranked] = {}
    for facts, activity in asked:
        line = list(waiters[facts.session_id])
        if facts.own is None:
            line.append(Waiter(NOT_YET, household_id, facts.child_id, law.now, activity))
        for one, waiter in in_order(facts, line, known):
            if waiter.child_id == facts.child_id:
                ranks[facts.child_id, facts.session_id] = one
    return [replace(f, ranked=ranks.get((f.child_id, f.session_id))) for f, _ in concerned]


def known_of(households: Iterable[int], sessions: Iterable[Facts], law: Law) -> Knowledge | None:
    """What the order of these lists looks at; None when they go by date alone."""
    sessions = list(sessions)
    if not any(facts.waiting and facts.waiting.criteria for facts in sessions):
        return None
    days = [facts.date for facts in sessions]
    return knowledge(
        Household.objects.filter(pk__in=set(households)).only("residence", "work"),
        min(days),
        max(days),
        regulation=law.regulation,
        wanted=law.regulation.ranks_by,
    )


def in_order(
    facts: Facts, waiters: Sequence[Waiter], known: Knowledge | None
) -> list[tuple[rules.Ranked, Waiter]]:
    """The list of a session in its order, each with its rank and why."""
    by_key = {waiter.booking_id: waiter for waiter in waiters}
    rule = facts.waiting or UNDECLARED
    candidates = [
        rules.Candidate(waiter.booking_id, waiter.since, _known(facts, waiter, known)) for waiter in waiters
    ]
    return [
        (one, by_key[one.candidate.key]) for one in rules.ranked(rule, facts.service, facts.date, candidates)
    ]


def _known(facts: Facts, waiter: Waiter, known: Knowledge | None) -> rules.Known:
    if known is None:
        return ()
    asked = Asked(waiter.household_id, waiter.child_id, waiter.activity_id, facts.service, facts.date)
    return known.of(asked)
