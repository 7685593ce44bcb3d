"""The style sheet, and two small things known for the length of one request: its language, where it comes from."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import translation

from portail.core import journal, views
from portail.core.models import JournalEntry

GetResponse = Callable[[HttpRequest], HttpResponse]

STYLESHEET = re.compile(r"/style-([0-9a-f]+)\.css")


def stylesheet(get_response: GetResponse) -> GetResponse:
    """Answer for the style sheet before anything looks for a session.

    Once it has been looked for, the answer varies with the cookie: every sign-in would fetch the sheet again.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        asked = STYLESHEET.fullmatch(request.path_info)
        return views.stylesheet(request, asked[1]) if asked else get_response(request)

    return middleware


def wrong_method(get_response: GetResponse) -> GetResponse:
    """Django answers a wrong method with an empty page: put our words and a way out in it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if isinstance(response, HttpResponseNotAllowed) and not response.content:
            return views.method_not_allowed(request, response)
        return response

    return middleware


def language(get_response: GetResponse) -> GetResponse:
    """French, unless the person chose otherwise: what the browser asks for is not a choice."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        known = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        with translation.override(known):
            request.LANGUAGE_CODE = known
            response = get_response(request)
            response.headers.setdefault("Content-Language", known)
            return response

    return middleware


def origin(get_response: GetResponse) -> GetResponse:
    """Tell the journal the channel and the address of whoever acts in this request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        channel = (
            JournalEntry.Channel.DESK if request.path.startswith("/guichet/") else JournalEntry.Channel.FRONT
        )
        with journal.acting_from(channel, journal.client_ip(request)):
            return get_response(request)

    return middleware
