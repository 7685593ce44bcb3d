"""The structure: schools, places, services, calendar, sessions, closings."""

from django.http import Http404, HttpRequest
from django.utils import timezone

from portail import rules
from portail.accounts.rights import Right
from portail.activities.models import (
    Activity,
    CalendarEntry,
    Closing,
    Place,
    School,
    SchoolClass,
    SchoolYear,
    Service,
    ServicePlace,
    Session,
)
from portail.activities.queries import regulation
from portail.bookings.actions.rooms import room_of
from portail.bookings.models import Booking, GroupChange, WaitingRoom
from portail.desk.access.base import found, require


def get_school(request: HttpRequest, school_id: int) -> School:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(School.objects.all(), pk=school_id)


def get_class(request: HttpRequest, class_id: int) -> SchoolClass:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(SchoolClass.objects.select_related("school", "school_year"), pk=class_id)


def get_place(request: HttpRequest, place_id: int) -> Place:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(Place.objects.all(), pk=place_id)


def get_activity(request: HttpRequest, activity_id: int) -> Activity:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(Activity.objects.all(), pk=activity_id)


def get_service(request: HttpRequest, service_id: int) -> Service:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(Service.objects.select_related("activity"), pk=service_id)


def get_offer(request: HttpRequest, offer_id: int) -> ServicePlace:
    """A service in a place, both rows with it."""
    require(request, Right.MANAGE_ACTIVITIES)
    return found(ServicePlace.objects.select_related("service", "place"), pk=offer_id)


def get_year(request: HttpRequest, year_id: int) -> SchoolYear:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(SchoolYear.objects.all(), pk=year_id)


def get_calendar_entry(request: HttpRequest, entry_id: int) -> CalendarEntry:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(CalendarEntry.objects.all(), pk=entry_id)


def get_session(request: HttpRequest, session_id: int) -> Session:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(Session.objects.select_related("service", "place", "closing"), pk=session_id)


def get_room(request: HttpRequest, code: str) -> tuple[rules.BookingPeriod, WaitingRoom, rules.Calendar]:
    """A booking period of the regulation in force, its waiting room, and the calendar of its moments."""
    require(request, Right.MANAGE_ACTIVITIES)
    in_force = regulation()
    period = in_force.period(code)
    if period is None:
        raise Http404
    calendar = in_force.calendar_with((), period.end)
    return period, room_of(period, calendar, now=timezone.now()), calendar


def get_session_to_book(request: HttpRequest, session_id: int) -> Session:
    """A session, for whoever books for families."""
    require(request, Right.BOOK)
    return found(Session.objects.select_related("service", "place", "closing"), pk=session_id)


def get_listed_booking(request: HttpRequest, booking_id: int) -> Booking:
    """A child on the waiting list of a session, or to whom a place of it is offered."""
    require(request, Right.BOOK)
    listed = Booking.objects.filter(state__in=Booking.LISTED)
    return found(
        listed.select_related("child", "household", "session__service", "session__place"), pk=booking_id
    )


def get_closing(request: HttpRequest, closing_id: int) -> Closing:
    require(request, Right.MANAGE_ACTIVITIES)
    return found(Closing.objects.select_related("created_by"), pk=closing_id)


def get_group_change(request: HttpRequest, group_id: int) -> GroupChange:
    """What was done, or prepared, for many children at once."""
    require(request, Right.BOOK)
    return found(GroupChange.objects.select_related("created_by"), pk=group_id)
