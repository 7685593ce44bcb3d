"""The queue of a tablet, received."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portail.attendance.actions.marks import record
from portail.field import access, batch


@login_not_required
@require_POST
def receive(request: HttpRequest) -> JsonResponse:
    """Marks in JSON, each answered: see `field.batch`."""
    if not request.user.is_authenticated:
        return JsonResponse({"code": "signed-out"}, status=401)
    user = access.require(request)
    try:
        queue = batch.read(request.body)
    except batch.Unreadable:
        return JsonResponse({"code": "unreadable"}, status=400)
    except batch.TooMany:
        return JsonResponse({"code": "too-many", "most": batch.MOST, "bytes": batch.LARGEST}, status=413)
    now = timezone.now()
    answers = record(queue.touches(now), actor=user, now=now, device=queue.device)
    return JsonResponse(batch.answer(queue, answers))
