"""Many days at once, for a family: the typical week, copies, a period cleared; each effect is shown first."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
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
from portail.desk import access
from portail.desk.views.recaps import recap_page

TITLES = {
    "typical_week": "Semaine type",
    "copy_week": "Copier une semaine",
    "copy_month": "Copier un mois",
    "clear_period": "Vider une période",
}


@require_http_methods(["GET", "HEAD", "POST"])
def typical_week(request: HttpRequest, household_id: int) -> HttpResponse:
    """Services × weekdays over a period, and the weeks that the family keeps; posting shows the effect."""
    found = _ground(request, household_id)
    kept = kept_weeks(found)
    form = TypicalWeekForm(_posted(request), ground=found, typed=request.GET, holding=bool(kept))
    if form.is_valid() and (reply := _preview(request, pages.WEEK, form)):
        return reply
    return _page(request, form, kept=kept)


@require_POST
def apply_week(request: HttpRequest, household_id: int) -> HttpResponse:
    """The effect of the kept weeks on the days of which nothing was ever decided."""
    form = ApplyForm(request.POST, ground=_ground(request, household_id))
    if form.is_valid() and (reply := _preview(request, pages.WEEK, form)):
        return reply
    messages.info(request, "Choisissez l'enfant dont la semaine type est à appliquer.")
    return redirect("desk:typical_week", household_id)


@require_POST
def forget_week(request: HttpRequest, household_id: int, week_id: int) -> HttpResponse:
    """Keep this typical week no more; what is booked stays."""
    week = access.get_typical_week(request, household_id, week_id)
    now = timezone.now()
    stop_week(week, actor=access.require(request), now=now, today=timezone.localdate(now))
    messages.success(request, "Cette semaine type n'est plus gardée. Ce qui est réservé le reste.")
    return redirect("desk:typical_week", household_id)


@require_http_methods(["GET", "HEAD", "POST"])
def copy_week(request: HttpRequest, household_id: int) -> HttpResponse:
    return _copy(request, household_id, pages.COPY_WEEK, by_month=False)


@require_http_methods(["GET", "HEAD", "POST"])
def copy_month(request: HttpRequest, household_id: int) -> HttpResponse:
    return _copy(request, household_id, pages.COPY_MONTH, by_month=True)


@require_http_methods(["GET", "HEAD", "POST"])
def clear_period(request: HttpRequest, household_id: int) -> HttpResponse:
    """What is booked in a period, given back; posting shows the effect."""
    form = ClearForm(_posted(request), ground=_ground(request, household_id), typed=request.GET)
    if form.is_valid() and (reply := _preview(request, pages.CLEAR, form)):
        return reply
    return _page(request, form)


def _copy(request: HttpRequest, household_id: int, gesture: str, *, by_month: bool) -> HttpResponse:
    found = _ground(request, household_id)
    form = CopyForm(_posted(request), ground=found, by_month=by_month, typed=request.GET)
    if form.is_valid() and (reply := _preview(request, gesture, form)):
        return reply
    return _page(request, form)


def _ground(request: HttpRequest, household_id: int) -> Ground:
    household = access.get_household_to_book(request, household_id)
    links = access.get_children_to_book(request, household_id)
    return ground(household, links, timezone.now(), as_service=True)


def _posted(request: HttpRequest) -> QueryDict | None:
    return request.POST if request.method == "POST" else None


def _preview(request: HttpRequest, gesture: str, form: GestureForm) -> HttpResponse | None:
    """The recap of what the gesture means; None when it means too much at once, which the form then says."""
    try:
        wishes = form.wishes()
    except TooMany as many:
        form.add_error(None, many.told)
        return None
    household = form.ground.household
    found = check(household, wishes, actor=access.require(request), now=timezone.now(), as_service=True)
    declared = form.declared if isinstance(form, TypicalWeekForm) else None
    origin = Origin(gesture=gesture, typed=form.typed)
    return recap_page(request, household, found, origin, declared=declared)


def _page(request: HttpRequest, form: GestureForm, **more: object) -> HttpResponse:
    context = {
        "household": form.ground.household,
        "form": form,
        "title": TITLES[form.gesture],
        "fields": f"bookings/gestures/{form.fields_page}",
        "tabs": [(title, name) for name, title in TITLES.items()],
        **more,
    }
    return render(request, "desk/bookings/gesture.html", context, status=422 if form.is_bound else 200)
