"""The planning of the children: look, tick, check, save. Without JavaScript first."""

from collections.abc import Sequence
from datetime import date
from uuid import uuid4

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portail.activities.models import SchoolYear
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
from portail.families.models import HouseholdChild
from portail.front import access


@require_safe
def planning(request: HttpRequest) -> HttpResponse:
    """The first child, this month, or the nearest month that a school year holds."""
    return _first_month(request)


@require_http_methods(["GET", "HEAD", "POST"])
def month(request: HttpRequest, child_id: int, first: date) -> HttpResponse:
    """A child's month; posting its ticks shows what they would change."""
    children = access.list_children(request)
    link = _find(children, child_id)
    if request.method != "POST":
        return _month_page(request, children, link, first)
    form = TicksForm(request.POST)
    if not form.is_valid():
        return _month_page(request, children, link, first, form=form)
    wishes = form.wishes(child_id)
    if not wishes:
        messages.info(request, _("Vous n'avez rien changé : cochez ou décochez des jours, puis vérifiez."))
        return redirect("front:month", child_id, first)
    recap = check(link.household, wishes, actor=access.person(request), now=timezone.now())
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
        return redirect("front:month", child_id, first) if child_id and first else redirect("front:planning")
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
    return _month_page(request, children, children[0], None, form=form)


def _find(children: Sequence[HouseholdChild], child_id: int) -> HouseholdChild:
    for link in children:
        if link.child_id == child_id:
            return link
    raise Http404


def _back_to_ticks(
    request: HttpRequest, child_id: int | None, first: date | None, wishes: list[Wish]
) -> HttpResponse:
    """The month with the wishes of the recap still ticked."""
    if child_id is None or first is None:
        return redirect("front:planning")
    children = access.list_children(request)
    wished = {wish.session_id: wish.wanted for wish in wishes if wish.child_id == child_id}
    return _month_page(request, children, _find(children, child_id), first, wished=wished)


def _month_page(
    request: HttpRequest,
    children: Sequence[HouseholdChild],
    link: HouseholdChild,
    first: date | None,
    *,
    wished: dict[int, bool] | None = None,
    form: Form | None = None,
) -> HttpResponse:
    """The month (the nearest to today without one). `form`: the one that could not be read (422)."""
    years = list(SchoolYear.objects.all())
    bounds = queries.month_bounds(years)
    if bounds is None:
        return render(request, "front/planning/empty.html", {"has_child": True})
    now = timezone.now()
    law = queries.law(now, years=years)
    first = first or queries.nearest_month(law.today, bounds)
    if not bounds[0] <= first <= bounds[1]:
        raise Http404
    found = queries.month([link], first, law, wished=wished)
    context = {
        "children": children,
        "child": link.child,
        "month": found,
        "previous": queries.month_after(first, -1) if first > bounds[0] else None,
        "next": queries.month_after(first, 1) if first < bounds[1] else None,
        "form": form,
        "has_enrolment": bool(found.cells) or queries.is_enrolled(link.child_id, first),
        "list_layout": access.person(request).mobile_layout,
    }
    return render(request, "front/planning/month.html", context, status=422 if form else 200)


def recap_page(
    request: HttpRequest,
    recap: Recap,
    child_id: int | None,
    first: date | None,
    *,
    has_moved: bool = False,
) -> HttpResponse:
    """What would be done. `has_moved`: it is no more what was shown before, nothing was written (422)."""
    wishes = [change.wish for change in recap.changes]
    context = {
        "recap": recap,
        "has_moved": has_moved,
        "hidden": ChangesForm.packed(wishes, child_id, first) | {"token": str(uuid4()), "price": recap.price},
        "child_id": child_id,
        "first": first,
    }
    return render(request, "front/planning/recap.html", context, status=422 if has_moved else 200)
