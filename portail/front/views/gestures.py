"""Many days at once: the typical week, copies, a period cleared. Each shows its effect before anything is written."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portail.bookings import recap_pages as pages
from portail.bookings.actions import check
from portail.bookings.actions.weeks import stop_week
from portail.bookings.gesture_forms import (
    ApplyForm,
    ClearForm,
    CopyForm,
    GestureForm,
    TooMany,
    TypicalWeekForm,
)
from portail.bookings.queries.ground import Ground, ground
from portail.bookings.queries.weeks import kept_weeks
from portail.bookings.recap_pages import Origin
from portail.front import access
from portail.front.views.recaps import recap_page


@require_http_methods(["GET", "HEAD", "POST"])
def typical_week(request: HttpRequest) -> HttpResponse:
    """Services × weekdays over a period, and the weeks that are kept; posting shows the effect."""
    found = _ground(request)
    kept = kept_weeks(found)
    form = TypicalWeekForm(_posted(request), ground=found, typed=request.GET, holding=bool(kept))
    if form.is_valid() and (reply := _preview(request, pages.WEEK, form)):
        return reply
    return _page(request, "front/gestures/week.html", form, kept=kept)


@require_POST
def apply_week(request: HttpRequest) -> HttpResponse:
    """The effect of the kept weeks on the days of which nothing was ever decided."""
    form = ApplyForm(request.POST, ground=_ground(request))
    if form.is_valid() and (reply := _preview(request, pages.WEEK, form)):
        return reply
    messages.info(request, _("Choisissez l'enfant dont la semaine type est à appliquer."))
    return redirect("front:typical_week")


@require_POST
def forget_week(request: HttpRequest, week_id: int) -> HttpResponse:
    """Keep this typical week no more; what is booked stays."""
    week = access.get_typical_week(request, week_id)
    now = timezone.now()
    stop_week(week, actor=access.person(request), now=now, today=timezone.localdate(now))
    messages.success(request, _("Cette semaine type n'est plus gardée. Ce qui est réservé le reste."))
    return redirect("front:typical_week")


@require_http_methods(["GET", "HEAD", "POST"])
def copy_week(request: HttpRequest) -> HttpResponse:
    return _copy(request, pages.COPY_WEEK, by_month=False)


@require_http_methods(["GET", "HEAD", "POST"])
def copy_month(request: HttpRequest) -> HttpResponse:
    return _copy(request, pages.COPY_MONTH, by_month=True)


@require_http_methods(["GET", "HEAD", "POST"])
def clear_period(request: HttpRequest) -> HttpResponse:
    """What is booked in a period, given back; posting shows the effect."""
    form = ClearForm(_posted(request), ground=_ground(request), typed=request.GET)
    if form.is_valid() and (reply := _preview(request, pages.CLEAR, form)):
        return reply
    return _page(request, "front/gestures/clear.html", form)


def _copy(request: HttpRequest, gesture: str, *, by_month: bool) -> HttpResponse:
    form = CopyForm(_posted(request), ground=_ground(request), by_month=by_month, typed=request.GET)
    if form.is_valid() and (reply := _preview(request, gesture, form)):
        return reply
    return _page(request, "front/gestures/copy.html", form)


def _ground(request: HttpRequest) -> Ground:
    links = access.list_children_to_book(request)
    return ground(access.get_household(request), links, timezone.now())


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _preview(request: HttpRequest, gesture: str, form: GestureForm) -> HttpResponse | None:
    """The recap of what the gesture means; None when it means too much at once, which the form then says."""
    try:
        wishes = form.wishes()
    except TooMany as many:
        form.add_error(None, many.told)
        return None
    found = check(form.ground.household, wishes, actor=access.person(request), now=timezone.now())
    declared = form.declared if isinstance(form, TypicalWeekForm) else None
    return recap_page(request, found, Origin(gesture=gesture, typed=form.typed), declared=declared)


def _page(request: HttpRequest, template: str, form: GestureForm, **more: object) -> HttpResponse:
    context = {"form": form, "ground": form.ground, **more}
    return render(request, template, context, status=422 if form.is_bound else 200)
