"""How full the sessions of some weeks are: a line for a service in a place, a column for a week or a day."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models.expressions import RawSQL

from portail.activities.models import ServicePlace, Session
from portail.bookings.queries.sessions import TAKEN

HALF, NEARLY, FULL = 50, 80, 100
"""From which percentage a cell changes its colour."""


@dataclass(frozen=True, slots=True)
class Filling:
    """The places of a session: `capacity` None, no limit; `is_closed`: nobody comes."""

    day: date
    taken: int
    capacity: int | None
    is_closed: bool = False

    @property
    def percent(self) -> int | None:
        """How full it is, rounded down so that only what is full says 100; None without limit or place."""
        return self.taken * 100 // self.capacity if self.capacity else None

    @property
    def tone(self) -> str:
        """The colour of the cell; the figure says the same."""
        percent = FULL if self.capacity == 0 and self.taken else self.percent
        if self.is_closed or percent is None or percent < HALF:
            return ""
        return "bad" if percent >= FULL else "warn" if percent >= NEARLY else "ok"


@dataclass(frozen=True, slots=True)
class Cell:
    """A column of a line: its fullest open session (`peak`), None when there is no session; `sessions`: how many."""

    start: date
    peak: Filling | None
    sessions: int


@dataclass(frozen=True, slots=True)
class Line:
    offer: ServicePlace
    cells: tuple[Cell, ...]


def fillings(offers: Iterable[ServicePlace], first: date, last: date) -> dict[tuple[int, int], list[Filling]]:
    """By service and place, the sessions of these days in order. One query."""
    pairs = {(offer.service_id, offer.place_id) for offer in offers}
    rows = (
        Session.objects.between(first, last)
        .filter(service__in={pair[0] for pair in pairs}, place__in={pair[1] for pair in pairs})
        .order_by("date", "pk")
        .values_list(
            "service_id",
            "place_id",
            "date",
            RawSQL(TAKEN, ()),  # noqa: S611 - a constant
            "capacity",
            "closing_id",
        )
    )
    found: dict[tuple[int, int], list[Filling]] = {}
    for service, place, day, taken, capacity, closing in rows:
        if (service, place) in pairs:
            filling = Filling(day, taken, capacity, closing is not None)
            found.setdefault((service, place), []).append(filling)
    return found


def by_week(offers: Sequence[ServicePlace], monday: date, weeks: int) -> tuple[list[date], list[Line]]:
    """The Mondays, and the lines of these offers week by week."""
    starts = [monday + timedelta(days=7 * n) for n in range(weeks)]
    return starts, _lines(offers, starts, timedelta(days=7))


def by_day(offers: Sequence[ServicePlace], monday: date, weeks: int) -> tuple[list[date], list[Line]]:
    """The days that have some session, and the lines of these offers day by day."""
    days = [monday + timedelta(days=n) for n in range(7 * weeks)]
    lines = _lines(offers, days, timedelta(days=1))
    kept = [n for n in range(len(days)) if any(line.cells[n].sessions for line in lines)]
    return [days[n] for n in kept], [Line(line.offer, tuple(line.cells[n] for n in kept)) for line in lines]


def _lines(offers: Sequence[ServicePlace], starts: list[date], step: timedelta) -> list[Line]:
    known = fillings(offers, starts[0], starts[-1] + step - timedelta(days=1))
    return [
        Line(offer, tuple(_cells(known.get((offer.service_id, offer.place_id), []), starts, step)))
        for offer in offers
    ]


def _cells(sessions: list[Filling], starts: list[date], step: timedelta) -> Iterable[Cell]:
    columns: list[list[Filling]] = [[] for _ in starts]
    for filling in sessions:
        columns[(filling.day - starts[0]) // step].append(filling)
    for start, column in zip(starts, columns, strict=True):
        yield Cell(start, max(column, key=_fullness, default=None), len(column))


def _fullness(filling: Filling) -> tuple[bool, int, int]:
    percent = filling.percent
    return not filling.is_closed, -1 if percent is None else percent, filling.taken
