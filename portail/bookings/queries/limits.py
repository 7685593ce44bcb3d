"""What is said above each week of the planning: until when it may be changed, and by which rule."""

from dataclasses import dataclass
from datetime import date, timedelta

from portail import rules
from portail.bookings.queries.sessions import Cell, Column
from portail.bookings.queries.told import Teller
from portail.bookings.standing import Law, Said, State

# What nobody here can change whatever the hour: no limit to tell.
_SET_ASIDE = {State.CLOSED, State.OTHER_PARENT, State.OTHER_HOME, State.NOT_OFFERED}
_LATE = {rules.Refusal.TOO_LATE, rules.Refusal.AGENT, rules.Refusal.WAITING, rules.Refusal.QUOTA}


@dataclass(frozen=True)
class Limit:
    """Until when, and by which rule, for these services (all of the week's when `services` is empty)."""

    told: Said
    because: tuple[Said, ...]
    services: tuple[str, ...] = ()
    is_past: bool = False


class Deadlines:
    """The deadlines told above the weeks: worked out once for the services and the days that share their rules."""

    def __init__(self, law: Law, tell: Teller) -> None:
        self.law, self.tell = law, tell
        self.known: dict[tuple[object, ...], tuple[Said, tuple[Said, ...]]] = {}

    def of(self, column: Column, day: date) -> tuple[Said, tuple[Said, ...]]:
        deadlines, calendar = self.law.regulation.deadlines, self.law.calendar
        known = self.tell.known(column.child_id, column.activity_id, column.code, day)
        found = [
            rules.rule_for(deadlines, action, column.code, day, known, calendar=calendar)
            for action in (rules.Action.BOOK, rules.Action.CANCEL)
        ]
        key: tuple[object, ...] = (column.code, day, known)
        if all(rule is not None and _is_weekly(rule) for rule in found):
            key = (*map(id, found), day - timedelta(days=day.weekday()))
        if key not in self.known:
            self.known[key] = rules.modifiable(
                column.code, day, deadlines, calendar, start=column.starts_at, known=known
            )
        return self.known[key]


def _is_weekly(rule: rules.DeadlineRule) -> bool:
    """Whether the limit is counted from the week alone, the same for its days and for every service."""
    when = rule.when
    simple = not (rule.never or rule.table or rule.dates or rule.shift)
    return simple and when.anchor is rules.Anchor.WEEK and when.unit in (rules.Unit.DAYS, rules.Unit.WEEKS)


def limits(cells: list[Cell], deadlines: Deadlines) -> tuple[Limit, ...]:
    """What is said above a week: once for all services when they share it, else service by service."""
    coming = [c for c in cells if c.date >= deadlines.law.today and c.standing.state not in _SET_ASIDE]
    by_service: dict[Column, list[Cell]] = {}
    for cell in coming:
        by_service.setdefault(cell.column, []).append(cell)
    shared: dict[Limit, list[str]] = {}
    for column, found in by_service.items():
        names = shared.setdefault(_limit(column, found, deadlines), [])
        if column.short_name not in names:
            names.append(column.short_name)
    if len(shared) == 1:
        return tuple(shared)
    return tuple(Limit(x.told, x.because, tuple(names), x.is_past) for x, names in shared.items())


def _limit(column: Column, cells: list[Cell], deadlines: Deadlines) -> Limit:
    standings = [c.standing for c in cells]
    refusals = {s.refusal for s in standings}
    if refusals == {rules.Refusal.NOT_OPEN}:
        return Limit(standings[0].why, ())
    late = next((s for s in standings if s.refusal in _LATE), None)
    if late and refusals <= _LATE | {rules.Refusal.PAST, rules.Refusal.CLOSED}:
        return Limit(late.why, (late.reason, *late.unless), is_past=True)
    if passed := next((s for s in standings if s.is_late), None):
        return Limit(passed.why, (passed.reason,))
    told, because = deadlines.of(column, cells[-1].date)
    if cells[0].date != cells[-1].date and told != deadlines.of(column, cells[0].date)[0]:
        return Limit(because[0], because[1:])  # counted from each day: only the rule holds for the whole week
    return Limit(told, because)
