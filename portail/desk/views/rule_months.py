"""The deadlines of a month, day by day, under the text in force or one being written."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right
from portail.desk import access, regulation_texts
from portail.desk.forms.situation import MonthForm
from portail.desk.rule_month import month_of
from portail.desk.views.replies import status_of
from portail.desk.views.sessions import month_asked
from portail.rules import CalendarUnknown
from portail.rules.asking import asking_limits


@require_safe
def rule_month(request: HttpRequest) -> HttpResponse:
    """Until when each day may be booked and cancelled; holidays and closures named."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    text = regulation_texts.chosen(request, agent)
    services = regulation_texts.services_of(text.regulation)
    form = MonthForm(
        request.GET,
        asked=asking_limits(text.regulation),
        services=services,
        texts=regulation_texts.choices(agent),
    )
    first = month_asked(request.GET)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    context: dict[str, Any] = {"form": form, "text": text, "first": first, "days": [], "unknown": ""}
    context |= {"before": first - timedelta(days=1), "after": last + timedelta(days=1)}
    if form.is_valid():
        wanted = form.cleaned_data["service"]
        kept = [pair for pair in services if wanted in ("", pair[0])]
        calendar = regulation_texts.calendar_of(text.regulation)
        try:
            context["days"] = month_of(
                text.regulation, calendar, kept, first, known=form.known(), now=timezone.now()
            )
        except CalendarUnknown as unknown:
            context["unknown"] = str(unknown)
    context["has_services"] = bool(services)
    return render(request, "desk/regulation/month.html", context, status=status_of(form))
