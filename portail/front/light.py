"""The waiting room's own question, "where am I?", answered before the session is opened.

Thousands ask it again and again at an opening: one query, and nothing of a page but what changes. The cookie that
`turns.remember` signed says whose ticket it is, for the session that the browser shows; whatever else there is to do (a
turn that was missed, a room that has closed) goes the ordinary way.
"""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from portail.bookings.models import Ticket
from portail.bookings.queries import rooms
from portail.front import turns
from portail.front.views import openings

ROOM = re.compile(r"/ouvertures/([a-z0-9-]+)/attente/")


def waiting_room(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    def middleware(request: HttpRequest) -> HttpResponse:
        asked = ROOM.fullmatch(request.path_info) if turns.COOKIE in request.COOKIES else None
        if asked is None or request.method != "GET" or request.headers.get("HX-Request") != "true":
            return get_response(request)
        return _again(request, asked[1]) or get_response(request)

    return middleware


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
