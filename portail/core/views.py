"""The few answers that belong to no room: the style sheet, the language, the pages for what went wrong."""

from pathlib import PurePosixPath

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from portail.core import theme
from portail.core.site import current_site

A_YEAR = 31_536_000


@login_not_required
@require_safe
def stylesheet(request: HttpRequest, digest: str) -> HttpResponse:
    """app.css in the commune's colour. The default is served without the database, for the page of failures.

    An address of before a change of colour still gives today's sheet, but nobody may keep it.
    """
    colour = ""
    if theme.stylesheet(colour).digest != digest:
        colour = current_site().colour
    sheet = theme.stylesheet(colour)
    is_small = "gzip" in request.headers.get("Accept-Encoding", "")
    response = HttpResponse(theme.compressed(colour) if is_small else sheet.body, content_type="text/css")
    if is_small:
        response["Content-Encoding"] = "gzip"
    fresh = sheet.digest == digest
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable" if fresh else "no-cache"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


@login_not_required
@require_safe
def logo(request: HttpRequest, stamp: str) -> FileResponse:
    """The commune's logo. Its address changes with it, so it may be kept for ever."""
    site = current_site()
    if not site.logo or PurePosixPath(site.logo).stem != stamp:
        raise Http404
    try:
        content = default_storage.open(site.logo)
    except FileNotFoundError as lost:
        raise Http404 from lost
    response = FileResponse(content, content_type="image/png")
    response["Cache-Control"] = f"public, max-age={A_YEAR}, immutable"
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: what was sent could not be read; 413: it was larger than the portal accepts."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(request, "core/errors/413.html", status=413)
    return render(request, "core/errors/400.html", status=400)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: a colleague without the right."""
    return render(request, "core/errors/403.html", status=403)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing here, or nothing for this person; the page does not say which."""
    return render(request, "core/errors/404.html", status=404)


def method_not_allowed(request: HttpRequest, refused: HttpResponseNotAllowed) -> HttpResponse:
    """405: an address that is reached by a button, opened as a page, or the other way round."""
    response = render(request, "core/errors/405.html", status=405)
    response["Allow"] = refused["Allow"]
    return response


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form was opened too long ago, or its cookie is gone. Named in settings.CSRF_FAILURE_VIEW."""
    return render(request, "core/errors/csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: said calmly, without the database nor the session, which may be what failed."""
    address = reverse("core:stylesheet", args=[theme.stylesheet("").digest])
    return render(None, "core/errors/500.html", {"stylesheet_url": address}, status=500)
