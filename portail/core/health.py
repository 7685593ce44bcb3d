"""What supervisors ask: does the site answer, does its database, is somebody sending the mails."""

from django.contrib.auth.decorators import login_not_required
from django.db.utils import DatabaseError
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portail.core.worker import LATE, last_seen


@login_not_required
@require_safe
@never_cache
def health(request: HttpRequest) -> JsonResponse:
    """200 when the database answers, 503 otherwise. `worker` is for people to watch: pages go on without it."""
    try:
        seen = last_seen(timezone.now())
    except DatabaseError:
        return JsonResponse({"database": "unreachable"}, status=503)
    state = "absent" if seen is None else "late" if seen > LATE else "alive"
    age = None if seen is None else round(seen.total_seconds())
    return JsonResponse({"database": "ok", "worker": state, "worker_seen_seconds_ago": age})
