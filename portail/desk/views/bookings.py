"""Book and cancel for a family, also after the deadline with a reason; and the receipts of a household."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.models import SchoolYear
from portail.bookings import planning_pages as pages
from portail.bookings import queries
from portail.bookings.actions import ChildNotInHousehold, check
from portail.bookings.actions.receipt_papers import issue_receipt
from portail.bookings.forms import TicksForm
from portail.bookings.planning_pages import Asked
from portail.bookings.recap_pages import Origin, at_their_hours
from portail.bookings.spans import Span, month_of
from portail.bookings.summary import LONG
from portail.bookings.ticking import ticked
from portail.bookings.undoing import month_of as first_month
from portail.bookings.undoing import undoing
from portail.core.templatetags.ui import of_name
from portail.desk import access
from portail.desk.views.recaps import recap_page

PER_PAGE = 25


@require_safe
def planning(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """The child's nearest month."""
    return planning_page(
        request, Asked(child_id, None, *access.get_planning(request, household_id, child_id))
    )


@require_http_methods(["GET", "HEAD", "POST"])
def month(request: HttpRequest, household_id: int, child_id: int | None, first: Span) -> HttpResponse:
    """A month or a week, of a child or of all; posting its ticks shows what they would change."""
    asked = Asked(child_id, first, *access.get_planning(request, household_id, child_id))
    if request.method != "POST":
        return planning_page(request, asked)
    form = TicksForm(request.POST)
    if not form.is_valid():
        return planning_page(request, asked, form=form)
    if tick := request.POST.get("tick"):
        return planning_page(request, asked, wished=form.wished(child_id), tick=tick)
    wishes = form.wishes(child_id)
    if request.POST.get("step") == "hours":
        law = queries.law(timezone.now(), as_service=True)
        wishes += at_their_hours(queries.planning(asked.shown, first, law))
    if not wishes:
        messages.info(request, "Vous n'avez rien changé : cochez ou décochez des jours, puis vérifiez.")
        return redirect("desk:month", household_id, child_id, first)
    household, agent = asked.household, access.require(request)
    try:
        may = access.may_exceed(request)
        found = check(household, wishes, actor=agent, now=timezone.now(), as_service=True, may_exceed=may)
    except ChildNotInHousehold as unknown:
        raise Http404 from unknown
    return recap_page(request, household, found, Origin(child_id, first))


@require_safe
def planning_paper(
    request: HttpRequest, household_id: int, child_id: int | None, first: Span
) -> HttpResponse:
    """The same on one sheet: what is booked, and who printed it."""
    asked = Asked(child_id, first, *access.get_planning(request, household_id, child_id))
    back = reverse("desk:month", args=[household_id, child_id, first])
    context = pages.sheet(asked, first, author=access.person(request), now=timezone.now(), as_service=True)
    if context is None:
        return redirect(back)
    return render(request, "desk/bookings/paper.html", context | {"back": back, "household": asked.household})


@require_safe
def receipts(request: HttpRequest, household_id: int) -> HttpResponse:
    household = access.get_household(request, household_id)
    page = Paginator(queries.receipts(household), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/bookings/receipts.html", {"household": household, "page": page})


@require_safe
def receipt(request: HttpRequest, household_id: int, number: str) -> HttpResponse:
    """A receipt; a long one is told by month, its days a page at a time."""
    found = access.get_receipt(request, household_id, number)
    lines = list(found.lines.all())
    context = {
        "household": found.household,
        "receipt": found,
        "lines": lines,
        "page": Paginator(lines, LONG).get_page(request.GET.get("page")),
        "recipients": queries.masked_recipients(found),
        "can_undo": has_right(access.person(request), Right.BOOK) and not found.household.closed_at,
    }
    return render(request, "desk/bookings/receipt.html", context)


@require_POST
def receipt_paper(request: HttpRequest, household_id: int, number: str) -> HttpResponse:
    """The receipt as a PDF, kept among the documents of the household from then on."""
    found = access.get_receipt(request, household_id, number)
    made = issue_receipt(found, actor=access.person(request), now=timezone.now())
    return redirect("desk:family_document", household_id, made.pk)


@require_POST
def receipt_undo(request: HttpRequest, household_id: int, number: str) -> HttpResponse:
    """The recap of the opposite changes, past the deadlines too: nothing is written before it is validated."""
    household = access.get_household_to_book(request, household_id)
    found = access.get_receipt(request, household_id, number)
    agent, now = access.person(request), timezone.now()
    try:
        undone = check(household, undoing(found), actor=agent, now=now, as_service=True)
    except ChildNotInHousehold as gone:
        raise Http404 from gone
    return recap_page(request, household, undone, Origin(*first_month(found)))


def planning_page(
    request: HttpRequest,
    asked: Asked,
    *,
    wished: dict[tuple[int, int], bool] | None = None,
    tick: str = "",
    form: TicksForm | None = None,
) -> HttpResponse:
    """`tick`: the boxes that a button ticks together; `form`: the one that could not be read (422)."""
    household, child = asked.household, asked.child
    jump = pages.jump(request.GET)
    context: dict[str, Any] = {"household": household, "child": child, "form": form, "jump": jump}
    years = list(SchoolYear.objects.all())
    within = queries.bounds(years)
    if within is None:
        return render(request, "desk/bookings/empty.html", context)
    may = access.may_exceed(request)
    law = queries.law(timezone.now(), years=years, as_service=True, may_exceed=may)
    span = asked.span or month_of(queries.nearest(law.today, within))
    if moved := pages.led_to(span, jump, within):
        if moved.is_out:
            messages.info(request, pages.out_of_bounds(within))
        return redirect("desk:month", household.pk, asked.child_id, moved.span)

    def address(child_id: int | None, span: Span) -> str:
        return reverse("desk:month", args=[household.pk, child_id, span])

    found = queries.planning(asked.shown, span, law, wished=wished)
    if tick:
        found = ticked(found, tick)
    context |= {
        "month": found,
        "ways": pages.ways(asked, span, within=within, today=law.today, address=address),
        "within": within,
        "has_enrolment": bool(found.cells) or queries.is_enrolled(asked.shown, span),
        "title": f"Planning {of_name(child.first_name)}" if child else pages.ALL,
    }
    return render(request, "desk/bookings/month.html", context, status=422 if form or jump else 200)
