"""A month or a week of a child, or of several: every session, how it stands, and until when it may be changed."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from portail.activities.models import SchoolYear
from portail.bookings.models import Enrolment
from portail.bookings.queries.known import knowledge
from portail.bookings.queries.limits import Deadlines, Limit, limits
from portail.bookings.queries.prices import Prices
from portail.bookings.queries.quotas import with_quotas
from portail.bookings.queries.sessions import Cell, Column, Pair, Row, rows_between
from portail.bookings.queries.tags import Tags
from portail.bookings.queries.told import teller
from portail.bookings.queries.waiting import with_lists
from portail.bookings.spans import Span, month_of
from portail.bookings.standing import Facts, Law, Said, Standing, State, judge
from portail.families.models import HouseholdChild

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """A row: a cell or None for each column. With `closed`, nothing opens from `first` to `last`, and that is why;
    `is_away`: because they are days of the other household."""

    first: date
    last: date
    cells: tuple[Cell | None, ...] = ()
    closed: Said = ""
    is_today: bool = False
    is_away: bool = False


@dataclass(frozen=True)
class Week:
    monday: date
    days: tuple[Day, ...]
    limits: tuple[Limit, ...] = ()
    is_past: bool = False

    @property
    def is_settled(self) -> bool:
        """Whether the head of the week says all there is to say: past, or too late for every service."""
        return self.is_past or all(limit.is_past for limit in self.limits)


@dataclass(frozen=True)
class Planning:
    """A month or a week (`span`). `columns`: the services that have a session in it, child by child; `several`: those
    of more than one child.

    `unpriced`: the services whose price is not known yet, and why. `prices_may_move`: a day's price depends on what is
    booked beside it.
    """

    span: Span
    today: date
    columns: tuple[Column, ...]
    weeks: tuple[Week, ...]
    note: Said = ""
    opens: Said = ""
    cells: tuple[Cell, ...] = field(default=(), repr=False)
    unpriced: tuple[tuple[str, Said], ...] = ()
    prices_may_move: bool = False
    several: bool = False

    @property
    def first(self) -> date:
        return self.span.first

    def with_cells(self, changed: Mapping[int, Cell]) -> "Planning":
        """The same, with these cells in the place of others (by their `id`)."""

        def now(cell: Cell | None) -> Cell | None:
            return changed.get(id(cell), cell)

        weeks = tuple(
            replace(week, days=tuple(replace(day, cells=tuple(map(now, day.cells))) for day in week.days))
            for week in self.weeks
        )
        return replace(self, weeks=weeks, cells=tuple(changed.get(id(c), c) for c in self.cells))

    @property
    def has_hours(self) -> bool:
        """Whether the hours of some booked day may be chosen otherwise."""
        return any(cell.hours and cell.standing.can_change for cell in self.cells)

    @property
    def can_change(self) -> bool:
        return any(cell.standing.can_change for cell in self.cells)

    @property
    def can_wait(self) -> bool:
        return any(cell.standing.can_wait for cell in self.cells)

    @property
    def has_closed_days(self) -> bool:
        return any(day.closed and not day.is_away for week in self.weeks for day in week.days)

    @cached_property
    def shown(self) -> tuple[str, ...]:
        """The boxes shown ticked because they are booked: what a cancellation is measured from."""
        return tuple(c.tick for c in self.cells if c.is_booked and c.standing.can_change)

    @property
    def groups(self) -> list[tuple[str, int]]:
        """Each child's first name and its number of columns, when several children are shown."""
        names = ((column.child_id, column.child_name) for column in self.columns)
        return [(key[1], len(list(found))) for key, found in groupby(names)] if self.several else []

    @cached_property
    def states(self) -> tuple[State, ...]:
        """The states that the page shows, in the order of the legend."""
        found = {cell.standing.state for cell in self.cells}
        return tuple(state for state in State if state in found)


@dataclass(frozen=True)
class Paper:
    """A planning for one sheet: what is booked, the days that are shut, and the days that have a name.

    `booked`: the days booked in each column. `named`: the day, what it is named, and the services that it is named in.
    """

    planning: Planning
    booked: tuple[int, ...]
    named: tuple[tuple[date, str, str], ...]


def paper(found: Planning) -> Paper:
    """What is printed of a planning."""
    counts = Counter(cell.column for cell in found.cells if cell.standing.state is State.BOOKED)
    names: dict[tuple[date, str], dict[str, None]] = {}
    for cell in found.cells:
        if cell.programme:
            names.setdefault((cell.date, cell.programme), {})[cell.column.short_name] = None
    named = tuple((day, programme, ", ".join(services)) for (day, programme), services in names.items())
    return Paper(found, tuple(counts[column] for column in found.columns), named)


def bounds(years: Iterable[SchoolYear]) -> tuple[date, date] | None:
    """The first and last days of the months that a school year touches; None without a school year."""
    years = list(years)
    if not years:
        return None
    return min(y.start for y in years).replace(day=1), month_of(max(y.end for y in years)).last


def nearest(day: date, within: tuple[date, date]) -> date:
    """The day, brought inside the bounds."""
    return min(max(day, within[0]), within[1])


def is_enrolled(links: Iterable[HouseholdChild], span: Span) -> bool:
    """Whether one of these children is enrolled in anything in a school year that the span touches."""
    return Enrolment.objects.filter(
        child__in=[link.child_id for link in links],
        school_year__start__lte=span.last,
        school_year__end__gte=span.first,
    ).exists()


def month(
    links: Sequence[HouseholdChild], first: date, law: Law, *, wished: dict[Pair, bool] | None = None
) -> Planning:
    """The planning of the month that starts on `first`."""
    return planning(links, Span(first), law, wished=wished)


def planning(
    links: Sequence[HouseholdChild], span: Span, law: Law, *, wished: dict[Pair, bool] | None = None
) -> Planning:
    """The month or the week, for the children that these links tie to one household.

    `wished` (child and session → ticked or not) keeps what the person had ticked. Two queries however many the
    children, and one more when the regulation looks at the family (its quotient, its children…); one more when a child
    is shared by a custody calendar; three more when a quota speaks of these sessions, one more when a
    waiting list does (see `with_lists`).
    """
    first, last = span.first, span.last
    facts = knowledge(
        [link.household for link in links[:1]], first, last, regulation=law.regulation, with_baskets=False
    )
    household_id = links[0].household_id if links else 0
    tell = teller(household_id, links, law, facts)
    rows = rows_between(links, first, last, tell)
    activities = [row.column.activity_id for row in rows]
    facts_of_rows = with_quotas(
        household_id, list(zip((r.facts for r in rows), activities, strict=True)), law
    )
    concerned = list(zip(facts_of_rows, activities, strict=True))
    facts_of_rows = with_lists(household_id, concerned, law, light=True)
    rows = [replace(row, facts=told) for row, told in zip(rows, facts_of_rows, strict=True)]
    tags = Tags(household_id, Prices(law.regulation, law.calendar, facts, channel=law.channel))
    cells = _cells(rows, law, wished or {}, tags)
    columns = tuple(sorted({cell.column for cell in cells}, key=lambda c: c.order))
    days = _days(first, last, columns, cells, law)
    deadlines = Deadlines(law, tell)
    weeks = tuple(_week(monday, list(group), deadlines) for monday, group in groupby(days, key=_monday))
    return Planning(
        span=span,
        today=law.today,
        columns=columns,
        weeks=weeks,
        note=_holidays(first, last, law) if not cells else "",
        opens=_opening(cells),
        cells=tuple(cells),
        unpriced=tuple(tags.unknown.items()),
        prices_may_move=tags.prices.look_at_the_basket,
        several=len(links) > 1,
    )


def _cells(rows: list[Row], law: Law, wished: dict[Pair, bool], tags: Tags) -> list[Cell]:
    standings = judge((row.facts for row in rows), law)
    return [
        Cell(
            row.column,
            row.facts.session_id,
            row.facts.date,
            standing,
            _wanted(row.facts, standing, wished),
            *tags.of(row, standing),
            row.programme,
            row.facts.hours if row.facts.own else None,
            _departs(row, standing, law),
        )
        for row, standing in zip(rows, standings, strict=True)
    ]


def _departs(row: Row, standing: Standing, law: Law) -> bool:
    """Whether a coming day is booked though the typical week does not want it, or free though it does."""
    day, says = row.facts.date, row.typical
    if says is None or day < law.today or (standing.state is not State.FREE and row.facts.own is None):
        return False
    if says < 2 and day <= law.calendar.known_until and law.calendar.school_holiday(day):
        return False
    return bool(says % 2) is (row.facts.own is None)


def _wanted(facts: Facts, standing: Standing, wished: dict[Pair, bool]) -> bool:
    booked = facts.own is not None
    may = standing.can_change or standing.can_wait
    return wished.get((facts.child_id, facts.session_id), booked) if may else booked


def _monday(day: Day) -> date:
    return day.first - timedelta(days=day.first.weekday())


def _days(first: date, last: date, columns: tuple[Column, ...], cells: list[Cell], law: Law) -> list[Day]:
    """The rows: days with sessions, and the working days that the calendar or a closing shuts."""
    by_date: dict[date, dict[Column, Cell]] = {}
    for cell in cells:
        by_date.setdefault(cell.date, {})[cell.column] = cell
    weekdays = frozenset(int(number) - 1 for column in columns for number in column.weekdays)
    days: list[Day] = []
    for number in range((last - first).days + 1):
        day = first + number * ONE_DAY
        row = by_date.get(day)
        if closed := _shut(day, row, weekdays, law):
            _add_closed(days, day, closed, law, is_away=_is_away(row))
        elif row:
            found = tuple(row.get(column) for column in columns)
            days.append(Day(day, day, found, is_today=day == law.today))
    return days


def _shut(day: date, row: dict[Column, Cell] | None, weekdays: frozenset[int], law: Law) -> Said:
    """Why nothing at all opens this day; empty when something does, or when nobody expects it to."""
    if row:
        states = {c.standing.state for c in row.values()}
        reasons = {c.standing.why for c in row.values()}
        is_shut = states in ({State.CLOSED}, {State.OTHER_HOME})
        is_shut = is_shut and not any(c.standing.can_change for c in row.values())
        return reasons.pop() if is_shut and len(reasons) == 1 else ""
    if day.weekday() not in weekdays or day > law.calendar.known_until:
        return ""
    return law.calendar.closed_reason(day) or law.calendar.school_holiday(day) or ""


def _is_away(row: dict[Column, Cell] | None) -> bool:
    return bool(row) and all(c.standing.state is State.OTHER_HOME for c in (row or {}).values())


def _add_closed(days: list[Day], day: date, closed: Said, law: Law, *, is_away: bool) -> None:
    """One row for closed days that follow each other, for the same reason, in the same week."""
    if days and days[-1].closed == closed and days[-1].last.isocalendar()[:2] == day.isocalendar()[:2]:
        before = days.pop()
        first, is_today = before.first, before.is_today or day == law.today
    else:
        first, is_today = day, day == law.today
    days.append(Day(first, day, closed=closed, is_today=is_today, is_away=is_away))


def _week(monday: date, days: list[Day], deadlines: Deadlines) -> Week:
    cells = [cell for day in days for cell in day.cells if cell]
    is_past = monday + 6 * ONE_DAY < deadlines.law.today
    return Week(monday, tuple(days), () if is_past else limits(cells, deadlines), is_past)


def _holidays(first: date, last: date, law: Law) -> Said:
    """The school holidays or closure that fill the month, when one does."""
    for day in (first + (last - first) // 2, first, last):
        if day > law.calendar.known_until:
            continue
        if found := law.calendar.closure(day) or law.calendar.school_holiday(day):
            return found
    return ""


def _opening(cells: list[Cell]) -> Said:
    """Why the whole month waits for its opening; empty when something else is to be said of some day."""
    coming = [c.standing for c in cells if c.standing.state is not State.PAST]
    if coming and all(s.state in (State.NOT_OPEN, State.CLOSED) for s in coming):
        return next((s.why for s in coming if s.state is State.NOT_OPEN), "")
    return ""
