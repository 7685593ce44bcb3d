"""What the judgement of sessions is told beside the session itself: facts, first day booked together, late acts.

Each is read only when the regulation looks at it.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta

from portail import rules
from portail.bookings.models import Booking, ReceiptLine
from portail.bookings.queries.homes import Homes, homes
from portail.bookings.queries.known import Asked, Knowledge
from portail.bookings.standing import Law
from portail.families.models import HouseholdChild
from portail.rules.deadlines import Tier
from portail.rules.periods import start_of
from portail.rules.surcharges import Trigger

Pair = tuple[int, int]
A_YEAR = timedelta(days=366)
_CHANGES = {rules.Action.BOOK: ReceiptLine.Change.ADDED, rules.Action.CANCEL: ReceiptLine.Change.REMOVED}


class Lates:
    """The late acts of a household's children, counted by child, kind of act and period of the day served."""

    def __init__(self, law: Law, acts: Iterable[tuple[int, str, date]] = ()) -> None:
        self.law, self.acts = law, list(acts)
        self._counts: dict[str, Counter[tuple[int, str, date]]] = {}

    def count(self, child_id: int, action: rules.Action, day: date, per: str) -> int:
        if not self.acts:
            return 0
        if per not in self._counts:
            calendar = self.law.calendar
            self._counts[per] = Counter((c, a, start_of(per, d, calendar)) for c, a, d in self.acts)
        return self._counts[per][child_id, action.value, start_of(per, day, self.law.calendar)]

    def added(self, child_id: int, action: rules.Action, day: date) -> None:
        """One more, of the change that is being judged."""
        self.acts.append((child_id, action.value, day))
        self._counts.clear()


class Teller:
    """Tells the rules about the sessions of one household. `firsts`: the first day of what each of its bookings was
    made together with; `homes`: whose days they are."""

    def __init__(
        self,
        household_id: int,
        law: Law,
        facts: Knowledge,
        firsts: dict[Pair, date],
        lates: Lates,
        homes: Homes,
    ) -> None:
        self.household_id, self.law, self.facts = household_id, law, facts
        self.firsts, self.lates, self.homes = firsts, lates, homes
        self.wanted = law.regulation.decides_by & facts.wanted

    def known(self, child_id: int, activity_id: int, service: str, day: date) -> rules.Known:
        if not self.wanted:
            return ()
        asked = Asked(self.household_id, child_id, activity_id, service, day)
        return self.facts.of(asked, channel=self.law.channel, only=self.wanted)

    def late(self, child_id: int, action: rules.Action, service: str, day: date, known: rules.Known) -> int:
        """How many late acts already count against the quota of the rule in force."""
        if not has_quota(self.law.regulation):
            return 0
        rule = rules.rule_for(
            self.law.regulation.deadlines, action, service, day, known, calendar=self.law.calendar
        )
        tier = next((t for t in rule.tiers if t.quota is not None), None) if rule else None
        return self.lates.count(child_id, action, day, tier.per or "year") if tier else 0


def teller(household_id: int, links: Iterable[HouseholdChild], law: Law, facts: Knowledge) -> Teller:
    """For the children of these links, which were read with them.

    Three queries at most: the bookings of these children, when a limit counts from what is booked together; their late
    acts of a year, when a quota or a surcharge counts them; their custody, when one of them is shared. Mostly none.
    """
    links = list(links)
    children = [link.child_id for link in links]
    firsts = _firsts(household_id, children) if counts_from_the_first(law.regulation) else {}
    lates = _lates(household_id, children, law) if counts_late_acts(law.regulation) else Lates(law)
    return Teller(
        household_id,
        law,
        facts,
        firsts,
        lates,
        homes(household_id, (link.child for link in links), law.calendar),
    )


def counts_from_the_first(regulation: rules.Regulation) -> bool:
    limits = [*regulation.deadlines, *regulation.openings]
    tiers = [tier.limit for rule in regulation.deadlines for tier in rule.tiers if tier.limit]
    return any(
        limit.when.anchor is rules.Anchor.BOOKING for each in (*limits, *tiers) for limit in each.every()
    )


def has_quota(regulation: rules.Regulation) -> bool:
    return any(tier.quota is not None for tier in _tiers(regulation))


def counts_late_acts(regulation: rules.Regulation) -> bool:
    late = {Trigger.LATE_BOOKING, Trigger.LATE_CANCEL}
    return has_quota(regulation) or any(s.trigger in late and s.from_count > 1 for s in regulation.surcharges)


def _tiers(regulation: rules.Regulation) -> list[Tier]:
    return [tier for rule in regulation.deadlines for tier in rule.tiers]


def _firsts(household_id: int, children: list[int]) -> dict[Pair, date]:
    """By child and session. Together: made at the same moment, for the same child and activity."""
    rows = list(
        Booking.objects.active()
        .filter(household=household_id, child__in=children)
        .order_by()
        .values_list("child_id", "session_id", "session__service__activity_id", "created_at", "session__date")
    )
    first: dict[tuple[object, ...], date] = {}
    for child_id, _, *order, day in rows:
        key = (child_id, *order)
        first[key] = min(day, first.get(key, day))
    return {(child_id, session_id): first[child_id, *order] for child_id, session_id, *order, _ in rows}


def _lates(household_id: int, children: list[int], law: Law) -> Lates:
    actions = {change: action for action, change in _CHANGES.items()}
    rows = (
        ReceiptLine.objects.filter(
            is_late=True,
            receipt__household=household_id,
            booking__child__in=children,
            booking__session__date__gte=law.today - A_YEAR,
        )
        .order_by()
        .values_list("booking__child_id", "change", "booking__session__date")
    )
    return Lates(law, [(child, actions[ReceiptLine.Change(c)].value, day) for child, c, day in rows])
