"""A booking period: when it opens to this family, and the waiting room where it takes its turn."""

from datetime import datetime, timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from portail import rules
from portail.activities import queries as activities
from portail.activities.models import Service
from portail.bookings.actions import rooms as actions
from portail.bookings.models import Ticket
from portail.bookings.planning_pages import children_shown
from portail.bookings.queries import rooms
from portail.bookings.spans import month_of
from portail.front import access, turns


@require_safe
def opening(request: HttpRequest, code: str) -> HttpResponse:
    """What opens, when, to whom first, and how it goes."""
    household = access.get_household(request)
    regulation, period = _period(code)
    now = timezone.now()
    calendar = turns.plain_calendar(regulation)
    open_now = rooms.open_rooms(regulation, calendar, now, period.start, period.end)
    found = turns.opening(period, household, regulation, in_turn=period in open_now, now=now)
    context = {
        "opening": found,
        "now": now,
        "moments": period.moments(calendar),
        "services": Service.objects.filter(code__in=period.scope.services).values_list("name", flat=True),
        "plan": period.room,
        "pause": 60 if found.is_coming and found.moment and found.moment - now < timedelta(hours=2) else 0,
    }
    return render(request, "front/openings/opening.html", context)


@never_cache
@require_safe
def room(request: HttpRequest, code: str) -> HttpResponse:
    """Take a ticket, once, and say where it stands; asked again by the page itself, at the pace that it is told."""
    household = access.get_household(request)
    regulation, period = _period(code)
    now = timezone.now()
    calendar = turns.plain_calendar(regulation)
    if now >= period.closes(calendar):
        return _lead(request, "front:opening", code)
    found = actions.end_if_over(actions.room_of(period, calendar, now=now), now=now)
    mine = turns.opening(period, household, regulation, in_turn=found.is_open, now=now)
    if not mine.takes_tickets or mine.moment is None:
        return turns.remember(request, _lead(request, "front:opening", code), turns.FREE)
    if not rooms.concerned(household.pk, [period]):
        return turns.remember(request, redirect("front:planning"), turns.FREE)
    turns.note_open([period], now)
    ticket = actions.take_ticket(found, household, opens_at=mine.moment, now=now)
    place = standing(ticket.pk, now=now)
    response = turn_page(request, place)
    return turns.remember(request, response, ticket.pk)


def standing(ticket_id: int, *, now: datetime) -> rooms.Place:
    """Where a ticket stands, once those whose turn has come were let in."""
    place = rooms.place_of(ticket_id, now)
    if place is None:
        raise Http404
    if needs_calling(place) and actions.let_in(place.room.pk, now=now):
        place = rooms.place_of(ticket_id, now) or place
    return place


def needs_calling(place: rooms.Place) -> bool:
    """Whether it is time to look whose turn has come: this one waits, and nobody looked for a moment."""
    looked = place.room.looked_at
    waits = place.ticket.state == Ticket.State.WAITING and not place.waits_for_opening
    return waits and (looked is None or place.now - looked >= actions.BREATH)


def turn_page(request: HttpRequest, place: rooms.Place) -> HttpResponse:
    """The page, or for htmx what changes of it: nothing is announced again that was said already (`vu`)."""
    told = told_as(place)
    context = {
        "place": place,
        "now": place.now,
        "told": told,
        "code": place.room.period,
        "number": place.ahead + 1,
        "minutes": None if place.seconds is None else max(1, round(place.seconds / 60)),
        "is_news": request.GET.get("vu") != told,
    }
    is_part = request.headers.get("HX-Request") == "true"
    name = "front/openings/again.html" if is_part else "front/openings/room.html"
    return render(request, name, context)


def told_as(place: rooms.Place) -> str:
    """What was last said to this family: how it stands, and how many are ahead while they matter."""
    if place.is_inside:
        return place.ticket.state
    if place.waits_for_opening:
        return f"opens-{int((place.ticket.opens_at - place.now).total_seconds() // 60)}"
    return f"{place.ticket.state}-{place.ahead}-{int(place.room.is_paused)}"


@require_POST
def leave(request: HttpRequest, code: str) -> HttpResponse:
    """Give one's turn up."""
    household = access.get_household(request)
    _regulation, period = _period(code)
    ticket = Ticket.objects.filter(room__period=period.code, household=household).first()
    if ticket is not None:
        actions.leave(ticket, now=timezone.now())
        messages.success(request, _("Votre place est laissée à la famille suivante."))
    return redirect("front:dashboard")


@require_http_methods(["GET", "HEAD"])
def book(request: HttpRequest, code: str) -> HttpResponse:
    """To the month where the period begins, of all the children that this household books for."""
    _regulation, period = _period(code)
    links = children_shown(access.list_children(request), None)
    if not links:
        return redirect("front:planning")
    only = links[0].child_id if len(links) == 1 else None
    return redirect("front:month", only, month_of(max(period.start, timezone.localdate())))


def _period(code: str) -> tuple[rules.Regulation, rules.BookingPeriod]:
    regulation = activities.regulation()
    period = regulation.period(code)
    if period is None:
        raise Http404
    return regulation, period


def _lead(request: HttpRequest, name: str, code: str) -> HttpResponse:
    """The whole page goes there, also when htmx only asked for a part of it."""
    url = redirect(name, code)
    return HttpResponseClientRedirect(url["Location"]) if request.headers.get("HX-Request") == "true" else url
