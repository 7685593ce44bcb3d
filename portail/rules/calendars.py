"""The calendar of a commune: public holidays, school holidays, closures, and hours across daylight saving.

A `Calendar` is a frozen value built from `Entry` rows (an editable table on the Django side, filled at first
by `default_entries`). It never guesses: past `known_until` it raises `CalendarUnknown`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from .sentences import DAY_MINUTES, FRENCH

ANY_SERVICE = "*"
SCHOOL_WEEKDAYS = frozenset({0, 1, 3, 4})
"""Monday, Tuesday, Thursday, Friday: the four-day week (Monday is 0)."""

OFFICE_WEEKDAYS = frozenset(range(5))
"""Monday to Friday: the town hall's opening days unless the settings file says otherwise."""

_ONE_DAY = timedelta(days=1)
_SHORT_BREAK = timedelta(days=6)
"""A bridge of a few days does not begin a new school period."""
_LONGEST_SEARCH = 400


class EntryKind(StrEnum):
    """What a period of the calendar is."""

    PUBLIC_HOLIDAY = "public_holiday"
    SCHOOL_HOLIDAY = "school_holiday"
    CLOSURE = "closure"
    PERIOD = "period"
    """A period of the commune's own (« stage de février »), from which a limit may be counted."""
    WORKED = "worked"
    """Worked although the calendar says otherwise (a Saturday of school that makes up for a bridge)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One period, both ends included. `services` narrows a closure to some service codes (`("*",)`: all)."""

    kind: EntryKind
    start: date
    end: date
    label: str
    services: tuple[str, ...] = (ANY_SERVICE,)

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise ValueError(f"{self.label} : la fin précède le début")

    def covers(self, day: date, service: str | None = None) -> bool:
        """Whether the period holds on this day; a narrowed one only when one of its services is asked."""
        if not self.start <= day <= self.end:
            return False
        return ANY_SERVICE in self.services or service in self.services


class CalendarUnknown(LookupError):
    """The calendar was asked for a day outside the years it knows."""

    def __init__(self, day: date, known_from: date, known_until: date) -> None:
        self.day, self.known_from, self.known_until = day, known_from, known_until
        limit = (
            f"que jusqu'au {FRENCH.year(known_until)}"
            if day > known_until
            else f"qu'à partir du {FRENCH.year(known_from)}"
        )
        super().__init__(
            f"Les vacances et les jours fériés ne sont connus {limit} : "
            f"complétez le calendrier de la commune pour le {FRENCH.year(day)}."
        )


class NoSuchDay(CalendarUnknown):
    """A day that a rule looks for does not exist in the calendar."""

    def __init__(self, message: str) -> None:
        LookupError.__init__(self, message)


class RunsIn(StrEnum):
    """In which part of the year a service runs."""

    SCHOOL = "school"
    HOLIDAYS = "holidays"
    ALL = "all"


@dataclass(frozen=True)
class ServiceDays:
    """When a service runs: weekdays (0 is Monday), part of the year, hour of its beginning."""

    code: str
    weekdays: frozenset[int] = SCHOOL_WEEKDAYS
    runs_in: RunsIn = RunsIn.SCHOOL
    start: time | None = None
    name: str = ""


@dataclass(frozen=True)
class Calendar:
    """The days of a commune. Days are local dates, weekdays are 0 (Monday) to 6 (Sunday)."""

    entries: tuple[Entry, ...]
    known_until: date
    time_zone: str = "Europe/Paris"
    known_from: date = date.min
    school_weekdays: frozenset[int] = field(default=SCHOOL_WEEKDAYS)
    office_weekdays: frozenset[int] = field(default=OFFICE_WEEKDAYS)
    services: tuple[ServiceDays, ...] = ()

    @cached_property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def _by_month(self) -> dict[tuple[int, int], list[Entry]]:
        months: dict[tuple[int, int], list[Entry]] = {}
        for entry in self.entries:
            for month in _months(entry.start, entry.end):
                months.setdefault(month, []).append(entry)
        return months

    def find(self, kind: EntryKind, day: date, service: str | None = None) -> Entry | None:
        """The first entry of this kind that holds on the day. Raises CalendarUnknown when it cannot tell."""
        if not self.known_from <= day <= self.known_until:
            raise CalendarUnknown(day, self.known_from, self.known_until)
        for entry in self._by_month.get((day.year, day.month), ()):
            if entry.kind is kind and entry.covers(day, service):
                return entry
        return None

    def public_holiday(self, day: date) -> str | None:
        """The name of the public holiday, or None."""
        return _label(self.find(EntryKind.PUBLIC_HOLIDAY, day))

    def is_public_holiday(self, day: date) -> bool:
        return self.find(EntryKind.PUBLIC_HOLIDAY, day) is not None

    def school_holiday(self, day: date) -> str | None:
        """The name of the school holidays this day belongs to, or None."""
        return _label(self.find(EntryKind.SCHOOL_HOLIDAY, day))

    def closure(self, day: date, service: str | None = None) -> str | None:
        """Why nothing (or not this service) opens this day by the commune's own decision, or None."""
        return _label(self.find(EntryKind.CLOSURE, day, service))

    def is_worked_anyway(self, day: date, service: str | None = None) -> bool:
        return self.find(EntryKind.WORKED, day, service) is not None

    def closed_reason(self, day: date, service: str | None = None) -> str | None:
        """The closure or the public holiday that shuts this day, unless a worked day opens it again."""
        if self.is_worked_anyway(day, service):
            return None
        return self.closure(day, service) or self.public_holiday(day)

    def is_open_day(self, day: date, weekdays: Iterable[int], service: str | None = None) -> bool:
        """A worked weekday without closure or public holiday; school holidays do not count."""
        if self.is_worked_anyway(day, service):
            return True
        return day.weekday() in weekdays and self.closed_reason(day, service) is None

    def is_school_day(self, day: date, weekdays: Iterable[int] | None = None) -> bool:
        """A day of class: a school weekday outside holidays and closures, or a day worked anyway."""
        if self.is_worked_anyway(day):
            return True
        weekdays = self.school_weekdays if weekdays is None else weekdays
        return self.is_open_day(day, weekdays) and self.school_holiday(day) is None

    def service(self, code: str) -> ServiceDays | None:
        """When this service runs, if the calendar was told."""
        return next((found for found in self.services if found.code == code), None)

    def is_service_day(self, day: date, code: str) -> bool:
        """A day on which the service runs; a service that is not described runs on school days."""
        if self.is_worked_anyway(day, code):
            return True
        service = self.service(code)
        if service is None:
            return self.is_school_day(day)
        in_holidays = self.school_holiday(day) is not None
        if in_holidays is (service.runs_in is RunsIn.SCHOOL) and service.runs_in is not RunsIn.ALL:
            return False
        return self.is_open_day(day, service.weekdays, code)

    def start_of(self, kind: EntryKind, day: date, service: str | None = None) -> date:
        """The first day of the entry that holds on the day. Raises NoSuchDay when there is none."""
        entry = self.find(kind, day, service)
        if entry is None:
            raise NoSuchDay(f"Le {FRENCH.year(day)} n'est dans aucune période de cette nature.")
        return entry.start

    def school_period_start(self, day: date) -> date:
        """The first day after the school holidays that came before the day (bridges do not count)."""
        ends = [
            entry.end
            for entry in self.entries
            if entry.kind is EntryKind.SCHOOL_HOLIDAY
            and entry.end < day
            and entry.end - entry.start >= _SHORT_BREAK
        ]
        if not ends:
            raise NoSuchDay(f"Aucunes vacances ne sont connues avant le {FRENCH.year(day)}.")
        return max(ends) + _ONE_DAY

    def school_period_end(self, day: date) -> date:
        """The last day before the school holidays that come after the day (bridges do not count)."""
        starts = [
            entry.start
            for entry in self.entries
            if entry.kind is EntryKind.SCHOOL_HOLIDAY
            and entry.start > day
            and entry.end - entry.start >= _SHORT_BREAK
        ]
        if not starts:
            raise NoSuchDay(f"Aucunes vacances ne sont connues après le {FRENCH.year(day)}.")
        return min(starts) - _ONE_DAY

    def school_year_start(self, day: date) -> date:
        """The last day after summer holidays (those that hold on the 1st of August) that is not after this day; the
        1st of September where no summer holidays are known."""
        start = self._after_summer(day.year)
        return start if start <= day else self._after_summer(day.year - 1)

    def _after_summer(self, year: int) -> date:
        august = date(year, 8, 1)
        ends = [
            entry.end + _ONE_DAY
            for entry in self.entries
            if entry.kind is EntryKind.SCHOOL_HOLIDAY and entry.start <= august <= entry.end
        ]
        return max(ends, default=date(year, 9, 1))

    def previous_open_day(self, day: date, weekdays: Iterable[int], service: str | None = None) -> date:
        """The last open day strictly before. Raises NoSuchDay when there is none within 400 days."""
        return self._search(day, -_ONE_DAY, frozenset(weekdays), service)

    def next_open_day(self, day: date, weekdays: Iterable[int], service: str | None = None) -> date:
        """The first open day strictly after. Raises NoSuchDay when there is none within 400 days."""
        return self._search(day, _ONE_DAY, frozenset(weekdays), service)

    def _search(self, day: date, move: timedelta, weekdays: frozenset[int], service: str | None) -> date:
        for _ in range(_LONGEST_SEARCH):
            day += move
            if self.is_open_day(day, weekdays, service):
                return day
        raise NoSuchDay(f"Aucun jour ouvert trouvé autour du {FRENCH.year(day)}.")

    def local(self, day: date, minutes: int | time) -> datetime:
        """The moment of this local day and hour (minutes since midnight, 0 to 1440, or a time).

        1440 is the end of the day. An hour that the spring change skips becomes the moment of the change
        (2:30 → 3:00); an hour that the autumn change repeats is the second one, so that a limit never comes
        earlier than the clock on the wall says.
        """
        if isinstance(minutes, time):
            minutes = minutes.hour * 60 + minutes.minute
        if not 0 <= minutes <= DAY_MINUTES:
            raise ValueError(f"heure hors de la journée : {minutes} minutes")
        days, minutes = divmod(minutes, DAY_MINUTES)
        wall = datetime.combine(day + days * _ONE_DAY, time(*divmod(minutes, 60)))
        late = wall.replace(tzinfo=self.zone, fold=1)
        if late.astimezone(UTC).astimezone(self.zone).replace(tzinfo=None) == wall:
            return late
        return self._change_before(wall)

    def _change_before(self, wall: datetime) -> datetime:
        """The moment when the clock jumped over this wall time: both readings give it by difference."""
        before = wall.replace(tzinfo=self.zone, fold=0)
        after = wall.replace(tzinfo=self.zone, fold=1)
        low, high = after.astimezone(UTC), before.astimezone(UTC)
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) / 2
            shifted = middle.astimezone(self.zone).utcoffset() == after.utcoffset()
            low, high = (low, middle) if shifted else (middle, high)
        return high.replace(second=0, microsecond=0).astimezone(self.zone)

    def today(self, now: datetime) -> date:
        """The local date of a moment."""
        return now.astimezone(self.zone).date()


def _label(entry: Entry | None) -> str | None:
    return entry.label if entry else None


def _months(start: date, end: date) -> Iterator[tuple[int, int]]:
    year, month = start.year, start.month
    while (year, month) <= (end.year, end.month):
        yield year, month
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
