"""The waiting room's own question, "where am I?", answered before the session is opened.

Thousands ask it again and again at an opening: one query, and nothing of a page but what changes. The cookie that
`turns.remember` signed says whose ticket it is, for the session that the browser shows; whatever else there is to do (a
turn that was missed, a room that has closed) goes the ordinary way.

A planning asked for while this process has just seen its room open is led there at once, unless the session has been
there already: the room finds out whether the family has anything to wait for.
"""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from portail.bookings import spans
from portail.bookings.models import Ticket
from portail.bookings.queries import rooms
from portail.front import turns
from portail.front.views import openings

ROOM = re.compile(r"/ouvertures/([a-z0-9-]+)/attente/")
PLANNING = re.compile(r"/planning/(?:tous|[0-9]{1,18})/([0-9]{4}-S?[0-9]{2})/")


def waiting_room(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        return _answer(request) or get_response(request)

    return middleware


def _answer(request: HttpRequest) -> HttpResponse | None:
    if request.method != "GET":
        return None
    if asked := PLANNING.fullmatch(request.path_info):
        return _led(request, asked[1])
    if turns.COOKIE in request.COOKIES and request.headers.get("HX-Request") == "true":
        asked = ROOM.fullmatch(request.path_info)
        return _again(request, asked[1]) if asked else None
    return None


def _led(request: HttpRequest, name: str) -> HttpResponse | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return None
    try:
        span = spans.read(name)
    except ValueError:
        return None
    period = turns.seen_open(span.first, span.last, timezone.now())
    if period is None or turns.remembered(request) is not None:
        return None
    return redirect("front:room", period.code)


def _again(request: HttpRequest, code: str) -> HttpResponse | None:
    ticket_id = turns.remembered(request)
    place = rooms.place_of(ticket_id, timezone.now()) if ticket_id else None
    if place is None or place.room.period != code or not place.room.is_open:
        return None
    is_waiting = place.ticket.state == Ticket.State.WAITING
    if not (is_waiting or place.is_inside) or openings.needs_calling(place):
        return None
    response = openings.turn_page(request, place)
    response["Cache-Control"] = "no-store"
    return response
