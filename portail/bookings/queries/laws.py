"""By what rules the bookings are judged at this moment."""

from collections.abc import Iterable
from datetime import datetime

from portail.activities.models import SchoolYear
from portail.activities.queries import calendar, regulation
from portail.bookings.standing import Law


def law(
    now: datetime,
    *,
    as_service: bool = False,
    may_exceed: bool = False,
    years: Iterable[SchoolYear] | None = None,
    for_basket: bool = False,
) -> Law:
    """The rules in force and the calendar. Two queries with the school years given, three without; one more when a
    whole basket is to be judged (`for_basket`) by rules that name services."""
    in_force = regulation()
    days = calendar(in_force, years, with_services=for_basket and bool(in_force.constraints))
    return Law(in_force, days, now, as_service, may_exceed)
