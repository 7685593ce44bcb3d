"""What the gestures of a household work on: its children, their services, the calendar, the periods to choose."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.functional import Promise, lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail import rules
from portail.activities.models import SchoolYear
from portail.bookings.queries.laws import law
from portail.bookings.queries.slots import Line, grid
from portail.core.templatetags.ui import in_words
from portail.families.models import Household, HouseholdChild
from portail.rules.calendars import CalendarUnknown

HOLIDAYS = "holidays"
_in_words = lazy(in_words, str)


@dataclass(frozen=True)
class Period:
    """A period to choose in one touch. `key` is what the form posts."""

    key: str
    told: Promise
    span: tuple[date, date]


@dataclass(frozen=True)
class Ground:
    """`links`: the children that the household books for, eldest first. `end`: the last day of the last school year."""

    household: Household
    links: tuple[HouseholdChild, ...]
    lines: tuple[Line, ...]
    calendar: rules.Calendar
    today: date
    start: date
    end: date
    periods: tuple[Period, ...]

    @property
    def weekdays(self) -> list[int]:
        """The weekdays on which something runs."""
        return sorted({day for line in self.lines for day in line.weekdays})

    @property
    def weeks(self) -> list[date]:
        """The Mondays of the school years."""
        monday = self.start - timedelta(days=self.start.weekday())
        return [monday + timedelta(days=n) for n in range(0, (self.end - monday).days + 1, 7)]

    @property
    def months(self) -> list[date]:
        """The first days of the months of the school years."""
        found, first = [], self.start.replace(day=1)
        while first <= self.end:
            found.append(first)
            first = (first + timedelta(days=32)).replace(day=1)
        return found


def ground(
    household: Household, links: Sequence[HouseholdChild], now: datetime, *, as_service: bool = False
) -> Ground:
    """What these children of one household may change together. Four queries."""
    years = list(SchoolYear.objects.order_by("start"))
    judged_by = law(now, years=years, as_service=as_service)
    today = judged_by.today
    current = [year for year in years if year.end >= today]
    lines = grid([link.child_id for link in links], today)
    return Ground(
        household=household,
        links=tuple(links),
        lines=tuple(lines),
        calendar=judged_by.calendar,
        today=today,
        start=min((year.start for year in current), default=today),
        end=max((year.end for year in current), default=today),
        periods=tuple(_periods(current, judged_by.calendar, today)),
    )


def _periods(years: list[SchoolYear], calendar: rules.Calendar, today: date) -> list[Period]:
    found = []
    if (before := _before_holidays(calendar, today)) and years and before <= years[-1].end:
        told = format_lazy(_("Jusqu'aux prochaines vacances ({day})"), day=_in_words(before))
        found.append(Period(HOLIDAYS, told, (today, before)))
    for year in years:
        told = format_lazy(_("Toute l'année scolaire {year}"), year=year.label)
        found.append(Period(f"year-{year.pk}", told, (max(today, year.start), year.end)))
    return found


def _before_holidays(calendar: rules.Calendar, today: date) -> date | None:
    """The last day before the next school holidays; None when they are not known."""
    try:
        return calendar.school_period_end(today)
    except CalendarUnknown:
        return None
