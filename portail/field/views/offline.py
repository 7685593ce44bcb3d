"""The installed application: its files, who is signed in, and the lists that the device keeps for the day."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right, has_right
from portail.attendance.actions.readings import note_health
from portail.attendance.queries.lists import day_list, stamp
from portail.core.site import current_site
from portail.field import access, offline
from portail.field.views.lists import NOTHING_NEW, keeps_hours

A_YEAR = 365 * 86_400
KEPT_A_YEAR = f"public, max-age={A_YEAR}, immutable"


@login_not_required
@require_safe
def state(request: HttpRequest) -> JsonResponse:
    """Who is signed in, what time it is, which lists to keep: what a device asks before it sends anything.

    401 when nobody is signed in any more; the token is the one that the queue is posted with.
    """
    if not request.user.is_authenticated:
        return JsonResponse({"code": "signed-out"}, status=401)
    user, now = access.require(request), timezone.now()
    sessions = access.sessions_to_keep(request).order_by("service__starts_at", "place__name", "pk")
    return _private(
        JsonResponse(
            {
                "user": user.pk,
                "now": now.isoformat(),
                "day": str(timezone.localdate(now)),
                "csrf": get_token(request),
                "sessions": list(sessions.values_list("pk", flat=True)),
            }
        )
    )


@require_safe
def roll(request: HttpRequest, session_id: int) -> HttpResponse:
    """A list of today for the device to keep; nothing (204) when it has this very one already."""
    session = access.get_session_to_keep(request, session_id)
    user, version = access.person(request), stamp(session)
    if request.GET.get("v") == version:
        return HttpResponse(status=NOTHING_NEW)
    reads_health = has_right(user, Right.READ_HEALTH)
    found = day_list(session, with_health=reads_health)
    if any(row.health for row in found.rows):
        note_health(session, actor=user, now=timezone.now())
    return _private(JsonResponse(offline.kept_list(found, version=version, keeps_hours=keeps_hours(session))))


@login_not_required
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The empty page: the same for everybody, whoever asks."""
    return _fresh(HttpResponse(offline.empty_page()))


@login_not_required
@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    return _fresh(HttpResponse(offline.worker(), content_type="text/javascript"))


@login_not_required
@require_safe
def script(request: HttpRequest, digest: str) -> HttpResponse:
    """The script of the leader's pages. An older address gives today's, but nobody may keep it."""
    body, today = offline.script()
    response = HttpResponse(body, content_type="text/javascript")
    response["Cache-Control"] = KEPT_A_YEAR if digest == today else "no-cache"
    return response


@login_not_required
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    return _fresh(JsonResponse(offline.manifest(), content_type="application/manifest+json"))


@login_not_required
@require_safe
def icon(request: HttpRequest, size: int) -> HttpResponse:
    if size not in offline.ICONS:
        raise Http404
    response = HttpResponse(offline.icon(current_site().colour, size), content_type="image/png")
    response["Cache-Control"] = "public, max-age=86400"
    return response


def _private(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "private, no-store"
    return response


def _fresh(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-cache"
    return response
