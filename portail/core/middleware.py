"""The style sheet, and small things known for one request: its language, where it comes from, how to sign in again."""

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, resolve_url
from django.utils import translation
from django_htmx.http import HttpResponseClientRedirect

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
    """French, unless the person chose otherwise: what the browser asks for is not a choice. The desk is in French."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        known = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        if is_desk(request):
            known = settings.LANGUAGE_CODE
        with translation.override(known):
            request.LANGUAGE_CODE = known
            response = get_response(request)
            response.headers.setdefault("Content-Language", known)
            return response

    return middleware


def is_desk(request: HttpRequest) -> bool:
    """Whether the page belongs to the agents' side: the desk, or the lists on a tablet."""
    return request.path.startswith(("/guichet/", "/terrain/"))


def origin(get_response: GetResponse) -> GetResponse:
    """Tell the journal the channel and the address of whoever acts in this request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        channel = JournalEntry.Channel.DESK if is_desk(request) else JournalEntry.Channel.FRONT
        with journal.acting_from(channel, journal.client_ip(request)):
            return get_response(request)

    return middleware


def sign_in_again(get_response: GetResponse) -> GetResponse:
    """A session that ended leads to the sign-in page, and from there back to the page that was open.

    For htmx the whole page goes there, not the part it asked for; a form that was being sent comes back to its page.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_htmx = request.headers.get("HX-Request") == "true"
        if not _was_sent_to_sign_in(response) or (not is_htmx and request.method in ("GET", "HEAD")):
            return response
        address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': _open_page(request)})}"
        return HttpResponseClientRedirect(address) if is_htmx else redirect(address)

    return middleware


def _was_sent_to_sign_in(response: HttpResponse) -> bool:
    """For want of a session: a view of ours that leads there by itself names no page to come back to."""
    location = urlsplit(response.headers.get("Location", ""))
    return (
        response.status_code == 302
        and location.path == resolve_url(settings.LOGIN_URL)
        and "next" in parse_qs(location.query)
    )


def _open_page(request: HttpRequest) -> str:
    """The page that the person is looking at, as the browser tells; the root when it is not one of ours."""
    said = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if said.netloc != request.get_host():
        return "/"
    return f"{said.path}?{said.query}" if said.query else said.path
