"""A published invoice as its page shows it: its lines by child, each child's month, what paid it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby

from portail.billing.models import Allocation, CreditNoteLine, Invoice, InvoiceLine
from portail.bookings.models import Absence
from portail.core.money import ZERO

WEEK = 7
WORKING_DAYS = 5


@dataclass(frozen=True)
class Mark:
    """A service of a day: invoiced as booked, or told absent. `icon` is the service's."""

    label: str
    icon: str
    is_absent: bool


@dataclass(frozen=True)
class Cell:
    """A day of the calendar; None as `day`: before the month or after it."""

    day: date | None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Month:
    """A month in weeks that start on Monday. `width`: 5 when nothing falls on a week-end, else 7."""

    first: date
    width: int
    weeks: tuple[tuple[Cell, ...], ...]
    legend: tuple[Mark, ...]

    @property
    def has_absence(self) -> bool:
        return any(mark.is_absent for week in self.weeks for cell in week for mark in cell.marks)

    @property
    def weekdays(self) -> list[date]:
        """A Monday and the days that follow it, for the heads of the columns."""
        return [date(2024, 1, 1) + timedelta(days=number) for number in range(self.width)]


@dataclass(frozen=True)
class Line:
    """A line, and the credit note that took it back when there is one."""

    row: InvoiceLine
    credited_by: CreditNoteLine | None


@dataclass(frozen=True)
class ChildPart:
    """What an invoice asks for one child; `label` is empty for what belongs to nobody."""

    child_id: int | None
    label: str
    lines: tuple[Line, ...]
    month: Month | None

    @property
    def amount(self) -> Decimal:
        return sum((line.row.amount for line in self.lines), ZERO)


def months_of(invoice: Invoice) -> list[date]:
    """The first day of each month that an invoice covers."""
    found, month = [], invoice.first.replace(day=1)
    while month <= invoice.last:
        found.append(month)
        month = (month + timedelta(days=31)).replace(day=1)
    return found


def parts(invoice: Invoice, month: date) -> list[ChildPart]:
    """The lines by child, in the order of the invoice, with the calendar of one month. Three queries."""
    rows = list(invoice.lines.select_related("service"))
    credited = {
        line.line_id: line
        for line in CreditNoteLine.objects.filter(line__invoice=invoice).select_related("note")
    }
    absences = _absences(invoice, month)
    return [
        _part(who, [Line(row, credited.get(row.pk)) for row in theirs], absences, month)
        for who, theirs in groupby(_by_child(rows), key=lambda row: (row.child_id, row.child_label))
    ]


def _by_child(rows: list[InvoiceLine]) -> list[InvoiceLine]:
    """The lines of a child together, the children in the order in which they first come."""
    rank: dict[tuple[int | None, str], int] = {}
    for row in rows:
        rank.setdefault((row.child_id, row.child_label), len(rank))
    return sorted(rows, key=lambda row: rank[(row.child_id, row.child_label)])


Absent = Mapping[int | None, list[tuple[date, Mark]]]


def _absences(invoice: Invoice, month: date) -> Absent:
    found: dict[int | None, list[tuple[date, Mark]]] = {}
    rows = Absence.objects.filter(
        withdrawn_at=None,
        booking__household__account=invoice.account_id,
        booking__session__date__range=(month, _end(month)),
    ).values_list(
        "booking__child_id",
        "booking__session__date",
        "booking__session__service__name",
        "booking__session__service__icon",
    )
    for child_id, day, label, icon in rows:
        found.setdefault(child_id, []).append((day, Mark(label, icon, True)))
    return found


def _part(who: tuple[int | None, str], lines: list[Line], absences: Absent, month: date) -> ChildPart:
    child_id, label = who
    marked: dict[date, dict[str, Mark]] = {}
    for line in lines:
        name = line.row.service.name if line.row.service else line.row.label
        icon = line.row.service.icon if line.row.service else "check"
        for day in map(date.fromisoformat, line.row.days):
            marked.setdefault(day, {})[name] = Mark(name, icon or "check", False)
    for day, mark in absences.get(child_id, []):
        marked.setdefault(day, {})[mark.label] = mark
    days = {day: tuple(marks.values()) for day, marks in marked.items() if month <= day <= _end(month)}
    return ChildPart(child_id, label, tuple(lines), _month(month, days) if days else None)


def _month(first: date, days: Mapping[date, tuple[Mark, ...]]) -> Month:
    width = WEEK if any(day.weekday() >= WORKING_DAYS for day in days) else WORKING_DAYS
    monday, weeks = first - timedelta(days=first.weekday()), []
    while monday <= _end(first):
        week = [monday + timedelta(days=number) for number in range(width)]
        if any(day.month == first.month for day in week):
            weeks.append(tuple(_cell(day, first, days) for day in week))
        monday += timedelta(days=WEEK)
    return Month(first, width, tuple(weeks), _legend(days.values()))


def _cell(day: date, first: date, days: Mapping[date, tuple[Mark, ...]]) -> Cell:
    return Cell(day, days.get(day, ())) if day.month == first.month else Cell(None)


def _legend(marks: Iterable[tuple[Mark, ...]]) -> tuple[Mark, ...]:
    """Each service once, whether somebody was absent from it or not."""
    return tuple({mark.label: mark for day in marks for mark in day}.values())


def _end(month: date) -> date:
    return (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def payments_of(invoice: Invoice, *, also: Iterable[str] = ()) -> list[Allocation]:
    """What was used to pay an invoice, the oldest first. One query. `also`: what is read of each credit with it."""
    allocated = Allocation.objects.filter(debit__invoice=invoice).order_by("credit__day", "pk")
    return list(
        allocated.select_related(
            "credit__credit_note", "credit__invoice", *(f"credit__{name}" for name in also)
        )
    )
