"""What is added because something was asked too late, where the bookings themselves say so."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from portail import rules
from portail.billing.queries.dues import Row
from portail.bookings.models import Booking
from portail.rules.limits import Cutoff
from portail.rules.periods import start_of
from portail.rules.surcharges import Once, Surcharge, Trigger

TOLD_BY_BOOKINGS = (Trigger.LATE_BOOKING, Trigger.LATE_CANCEL)


@dataclass(frozen=True)
class Late:
    """A booking made or cancelled after its deadline; `count`: the how-many-th of the child in the period; `tier`: the
    label of the step after the deadline that it fell in."""

    row: Row
    trigger: Trigger
    count: int
    tier: str = ""


def surcharges_of(regulation: rules.Regulation) -> tuple[Surcharge, ...]:
    """Those that bookings alone can trigger."""
    return tuple(s for s in regulation.surcharges if s.trigger in TOLD_BY_BOOKINGS)


def counted_from(surcharges: Iterable[Surcharge], first: date, calendar: rules.Calendar) -> date:
    """From which day on late requests are counted, to tell the third of a year from the first."""
    starts = [start_of(s.reset, first, calendar) for s in surcharges if s.from_count > 1]
    return min([first, *starts])


class Deadlines:
    """Whether a booking was made, or cancelled, in time. Each deadline is worked out once."""

    def __init__(self, regulation: rules.Regulation, calendar: rules.Calendar) -> None:
        self.rules, self.calendar = regulation.deadlines, calendar
        self._cutoffs: dict[tuple[str, date, rules.Action, rules.Known], Cutoff | None] = {}
        self._asks = regulation.decides_by

    def trigger(self, row: Row, known: rules.Known) -> Trigger | None:
        """What went wrong with this booking, if anything did, by the deadline of who asked."""
        known = tuple(pair for pair in known if pair[0] in self._asks)
        if row.state == Booking.State.BOOKED:
            late = self._is_late(row, rules.Action.BOOK, row.created_at, known)
            return Trigger.LATE_BOOKING if late else None
        if row.state == Booking.State.CANCELLED and row.cancelled_at is not None:
            late = self._is_late(row, rules.Action.CANCEL, row.cancelled_at, known)
            return Trigger.LATE_CANCEL if late else None
        return None

    def tier(self, row: Row, trigger: Trigger, known: rules.Known) -> str:
        """In which step after its deadline a late booking was asked, by its label."""
        action = rules.Action.BOOK if trigger is Trigger.LATE_BOOKING else rules.Action.CANCEL
        at = row.created_at if action is rules.Action.BOOK else row.cancelled_at
        session = rules.SessionFacts(row.code, row.day, row.starts_at, known=known)
        try:
            [decision] = rules.decide_many([(action, session)], self.rules, self.calendar, now=at)
        except rules.CalendarUnknown:
            return ""  # nothing is charged for a step that cannot be told
        return decision.label

    def _is_late(self, row: Row, action: rules.Action, at: datetime, known: rules.Known) -> bool:
        key = row.code, row.day, action, known
        if key not in self._cutoffs:
            self._cutoffs[key] = self._cutoff(row, action, known)
        cutoff = self._cutoffs[key]
        return cutoff is not None and cutoff.is_past(at)

    def _cutoff(self, row: Row, action: rules.Action, known: rules.Known) -> Cutoff | None:
        """None when nothing limits, and when the calendar cannot tell the limit: nobody is charged for that."""
        rule = rules.rule_for(self.rules, action, row.code, row.day, known, calendar=self.calendar)
        if rule is None or rule.chosen(row.day).never:
            return None
        try:
            return rule.cutoff(row.day, self.calendar, service=row.code, start=row.starts_at)
        except rules.CalendarUnknown:
            return None


def late(
    rows: Iterable[Row],
    deadlines: Deadlines,
    surcharges: tuple[Surcharge, ...],
    known: Mapping[int, rules.Known],
) -> Iterator[Late]:
    """What was late, in the order of the days. `known`: what the rules are told of each booking, by its key."""
    wanted = {s.trigger for s in surcharges}
    reset = {s.trigger: s.reset for s in surcharges}
    has_tiers = any("tier" in s.scope.names for s in surcharges)
    counts: Counter[tuple[object, ...]] = Counter()
    for row in rows:
        facts = known[row.booking_id]
        trigger = deadlines.trigger(row, facts)
        if trigger in wanted:
            key = row.child_id, trigger, start_of(reset[trigger], row.day, deadlines.calendar)
            counts[key] += 1
            tier = deadlines.tier(row, trigger, facts) if has_tiers else ""
            yield Late(row, trigger, counts[key], tier)


def key_of(late: Late, once: Once) -> str:
    """What the surcharge is counted by: two late bookings of one order may be charged once."""
    row = late.row
    who = {
        Once.ORDER: f"order:{row.household_id}:{int(row.created_at.timestamp())}",
        Once.DAY: f"day:{row.child_id}:{row.day.isoformat()}",
        Once.MONTH: f"month:{row.child_id}:{row.day:%Y-%m}",
        Once.FAMILY_DAY: f"family-day:{row.household_id}:{row.day.isoformat()}",
        Once.FAMILY_MONTH: f"family-month:{row.household_id}:{row.day:%Y-%m}",
        Once.FAMILY_YEAR: f"family-year:{row.household_id}:{row.day:%Y}",
    }
    return f"{late.trigger}:{who.get(once, f'booking:{row.booking_id}')}"
