"""By what rules the bookings are judged at this moment."""

from collections.abc import Iterable
from datetime import datetime

from portail.activities.models import SchoolYear
from portail.activities.queries import calendar, regulation
from portail.bookings.standing import Law


def law(now: datetime, *, as_service: bool = False, years: Iterable[SchoolYear] | None = None) -> Law:
    """The rules in force and the calendar. Two queries with the school years given, three without."""
    in_force = regulation()
    return Law(in_force, calendar(in_force, years), now, as_service)
