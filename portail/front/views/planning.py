"""The planning of the children: look, tick, check, save. Without JavaScript first."""

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
from portail.bookings.actions import ChildNotInHousehold, Wish, check
from portail.bookings.forms import TicksForm
from portail.bookings.planning_pages import Asked
from portail.bookings.recap_pages import Origin, at_their_hours
from portail.bookings.spans import Span, month_of
from portail.bookings.ticking import ticked
from portail.front import access, turns
from portail.front.views.recaps import recap_page


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
    if tick := request.POST.get("tick"):
        return _planning_page(request, asked, wished=form.wished(child_id), tick=tick)
    wishes = form.wishes(child_id)
    if request.POST.get("step") == "hours":
        wishes += at_their_hours(queries.planning(asked.shown, first, queries.law(timezone.now())))
    if not wishes:
        messages.info(request, _("Vous n'avez rien changé : cochez ou décochez des jours, puis vérifiez."))
        return redirect("front:month", child_id, first)
    try:
        recap = check(asked.household, wishes, actor=access.person(request), now=timezone.now())
    except ChildNotInHousehold as unknown:
        raise Http404 from unknown
    return recap_page(request, recap, Origin(child_id, first))


@require_safe
def paper(request: HttpRequest, child_id: int | None, first: Span) -> HttpResponse:
    """The same on one sheet: what is booked, and who printed it."""
    asked = Asked(child_id, first, *access.get_planning(request, child_id))
    context = pages.sheet(asked, first, author=access.person(request), now=timezone.now())
    if context is None:
        return redirect("front:month", child_id, first)
    return render(request, "front/planning/paper.html", context | {"back": _address(child_id, first)})


def not_up_to_date(request: HttpRequest, form: Form) -> HttpResponse:
    """The planning, which says that what was posted could not be read (422)."""
    return _first_month(request, form)


def _first_month(request: HttpRequest, form: Form | None = None) -> HttpResponse:
    children = access.list_children(request)
    if not children:
        status = 422 if form else 200
        return render(request, "front/planning/empty.html", {"has_child": False}, status=status)
    return _planning_page(request, Asked(children[0].child_id, None, children, children[:1]), form=form)


def back_to_ticks(
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
    tick: str = "",
    form: Form | None = None,
) -> HttpResponse:
    """`tick`: the boxes that a button ticks together; `form`: the one that could not be read (422)."""
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
    law, elsewhere = turns.door(law, asked.household, span.first, span.last)
    if elsewhere and request.method != "POST":
        return elsewhere
    found = queries.planning(asked.shown, span, law, wished=wished)
    if tick:
        found = ticked(found, tick)
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
