"""The first page of the desk: what waits for this agent, and who is expected."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.models import Session
from portail.bookings.queries.lists import sessions_of
from portail.desk import access
from portail.desk.tasks import tasks
from portail.messaging import queries
from portail.messaging.models import Audience

NEWS, DOCUMENTS = 5, 20


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    agent = access.require(request)
    now = timezone.now()
    today = timezone.localdate(now)
    may_see = has_right(agent, Right.READ_SESSIONS)
    context = {
        "tasks": tasks(agent, now=now),
        "may_see_sessions": may_see,
        "news": queries.news([Audience.AGENTS], on=today)[:NEWS],
        "documents": queries.documents([Audience.AGENTS], on=today)[:DOCUMENTS],
    }
    if may_see:
        coming = Session.objects.filter(date__gte=today).order_by("date").values_list("date", flat=True)
        day = coming.first()
        context |= {
            "day": day,
            "day_is_today": day == today,
            "sessions": list(sessions_of(day)) if day else [],
        }
    return render(request, "desk/home/home.html", context)
