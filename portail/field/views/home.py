"""The lists of a day that this person keeps."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portail.accounts.rights import Right, has_right
from portail.attendance.queries.lists import counts
from portail.attendance.queries.reach import first_day, last_day
from portail.field import access
from portail.field.forms.marks import DeviceForm

DEVICE = "field_device"
A_DAY = timedelta(days=1)


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each list with its head count; the days before and after, as far as they are open to this person."""
    user, today = access.require(request), timezone.localdate()
    day = _day(request, today)
    sessions = list(
        access.sessions_on(request, day)
        .select_related("service", "place", "closing")
        .order_by("service__starts_at", "place__name", "service__position", "pk")
    )
    numbers = counts(sessions)
    first, last = first_day(user, today), last_day(today)
    context = {
        "day": day,
        "today": today,
        "cards": [(session, numbers[session.pk]) for session in sessions],
        "before": day - A_DAY if day > first else None,
        "after": day + A_DAY if day < last else None,
        "keeps_all": has_right(user, Right.EVERY_PLACE),
        "form": DeviceForm(initial={"device": device_of(request)}),
    }
    return render(request, "field/home.html", context)


@require_POST
def device(request: HttpRequest) -> HttpResponse:
    """Name this tablet, as the marks will say it."""
    access.require(request)
    form = DeviceForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Choisissez un nom plus court : quarante caractères au plus.")
        return redirect("field:home")
    request.session[DEVICE] = form.cleaned_data["device"]
    messages.success(request, "Le nom de cet appareil est gardé jusqu'à la déconnexion.")
    return redirect("field:home")


def device_of(request: HttpRequest) -> str:
    return str(request.session.get(DEVICE, ""))


def _day(request: HttpRequest, today: date) -> date:
    try:
        return date.fromisoformat(request.GET.get("jour", ""))
    except ValueError:
        return today
