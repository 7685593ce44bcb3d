"""The planning of the children: look, tick, check, save. Without JavaScript first."""

from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portail.activities.models import SchoolYear
from portail.bookings import planning_pages as pages
from portail.bookings import queries
from portail.bookings.actions import (
    BookingsNotChanged,
    ChildNotInHousehold,
    NothingToChange,
    Recap,
    Wish,
    change_bookings,
    check,
)
from portail.bookings.forms import ChangesForm, TicksForm
from portail.bookings.planning_pages import Asked
from portail.bookings.spans import Span, month_of
from portail.front import access


@require_safe
def planning(request: HttpRequest) -> HttpResponse:
    """The first child, this month, or the nearest month that a school year holds."""
    return _first_month(request)


@require_http_methods(["GET", "HEAD", "POST"])
def month(request: HttpRequest, child_id: int | None, first: Span) -> HttpResponse:
    """A month or a week, of a child or of all; posting its ticks shows what they would change."""
    asked = Asked(child_id, first, *access.get_planning(request, child_id))
    if request.method != "POST":
        return _planning_page(request, asked)
    form = TicksForm(request.POST)
    if not form.is_valid():
        return _planning_page(request, asked, form=form)
    wishes = form.wishes(child_id)
    if not wishes:
        messages.info(request, _("Vous n'avez rien changé : cochez ou décochez des jours, puis vérifiez."))
        return redirect("front:month", child_id, first)
    try:
        recap = check(asked.household, wishes, actor=access.person(request), now=timezone.now())
    except ChildNotInHousehold as unknown:
        raise Http404 from unknown
    return recap_page(request, recap, child_id, first)


@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Write the changes of a recap exactly as it showed them, or go back to the ticks."""
    household = access.get_household(request)
    if request.method != "POST":
        return redirect("front:planning")
    form = ChangesForm(request.POST)
    if not form.is_valid():
        return _first_month(request, form)
    child_id, first = form.cleaned_data["child"], form.cleaned_data["month"]
    if request.POST.get("step") == "edit":
        return _back_to_ticks(request, child_id, first, form.wishes())
    now = timezone.now()
    try:
        receipt = change_bookings(
            household,
            form.wishes(),
            token=form.cleaned_data["token"],
            actor=access.person(request),
            now=now,
            price=form.cleaned_data["price"],
        )
    except NothingToChange:
        messages.info(request, _("Rien n'a été changé : ces jours sont déjà comme vous le souhaitez."))
        return redirect("front:month", child_id, first) if first else redirect("front:planning")
    except BookingsNotChanged as refused:
        return recap_page(request, refused.recap, child_id, first, has_moved=True)
    except ChildNotInHousehold as unknown:
        raise Http404 from unknown
    return redirect("front:receipt", receipt.number)


def _first_month(request: HttpRequest, form: Form | None = None) -> HttpResponse:
    children = access.list_children(request)
    if not children:
        status = 422 if form else 200
        return render(request, "front/planning/empty.html", {"has_child": False}, status=status)
    return _planning_page(request, Asked(children[0].child_id, None, children, children[:1]), form=form)


def _back_to_ticks(
    request: HttpRequest, child_id: int | None, span: Span | None, wishes: list[Wish]
) -> HttpResponse:
    """The planning with the wishes of the recap still ticked."""
    if span is None:
        return redirect("front:planning")
    asked = Asked(child_id, span, *access.get_planning(request, child_id))
    wished = {(wish.child_id, wish.session_id): wish.wanted for wish in wishes}
    return _planning_page(request, asked, wished=wished)


def _planning_page(
    request: HttpRequest,
    asked: Asked,
    *,
    wished: dict[tuple[int, int], bool] | None = None,
    form: Form | None = None,
) -> HttpResponse:
    """`form`: the one that could not be read (422)."""
    years = list(SchoolYear.objects.all())
    within = queries.bounds(years)
    if within is None:
        return render(request, "front/planning/empty.html", {"has_child": True})
    law = queries.law(timezone.now(), years=years)
    span = asked.span or month_of(queries.nearest(law.today, within))
    jump = pages.jump(request.GET)
    if moved := pages.led_to(span, jump, within):
        if moved.is_out:
            messages.info(request, pages.out_of_bounds(within))
        return redirect("front:month", asked.child_id, moved.span)
    found = queries.planning(asked.shown, span, law, wished=wished)
    context = {
        "child": asked.child,
        "left_out": asked.left_out,
        "month": found,
        "ways": pages.ways(asked, span, within=within, today=law.today, address=_address),
        "within": within,
        "jump": jump,
        "form": form,
        "has_enrolment": bool(found.cells) or queries.is_enrolled(asked.shown, span),
        "list_layout": access.person(request).mobile_layout,
    }
    status = 422 if form or jump else 200
    return render(request, "front/planning/month.html", context, status=status)


def _address(child_id: int | None, span: Span) -> str:
    return reverse("front:month", args=[child_id, span])


def recap_page(
    request: HttpRequest,
    recap: Recap,
    child_id: int | None,
    first: Span | date | None,
    *,
    has_moved: bool = False,
) -> HttpResponse:
    """What would be done. `child_id` (None: all) and `first` (a day: its month) say which planning to go back to;
    `has_moved`: it is no more what was shown before, nothing was written (422)."""
    wishes = [change.wish for change in recap.changes]
    context = {
        "recap": recap,
        "has_moved": has_moved,
        "hidden": ChangesForm.packed(wishes, child_id, first) | {"token": str(uuid4()), "price": recap.price},
        "child_id": child_id,
        "first": first,
    }
    return render(request, "front/planning/recap.html", context, status=422 if has_moved else 200)
