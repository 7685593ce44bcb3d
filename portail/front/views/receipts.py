"""The receipts of the household: the proof of each change, and the way to undo it."""

from collections.abc import Iterable

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portail.bookings import queries
from portail.bookings.actions import ChildNotInHousehold, Recap, check
from portail.bookings.actions.receipt_papers import issue_receipt
from portail.bookings.models import ReceiptLine
from portail.bookings.recap_pages import Origin
from portail.bookings.standing import Standing
from portail.bookings.summary import LONG
from portail.bookings.undoing import month_of, undoing
from portail.front import access
from portail.front.views.recaps import recap_page

A_PAGE = 20


@require_safe
def receipts(request: HttpRequest) -> HttpResponse:
    page = Paginator(access.get_receipts(request), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "front/planning/receipts.html", {"page": page})


@require_safe
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """What was changed, who was told, and until when each day may still be changed. A long one is told by month, its
    days a page at a time."""
    found = access.get_receipt(request, number)
    try:
        undone = check(found.household, undoing(found), actor=access.person(request), now=timezone.now())
    except ChildNotInHousehold:  # it has left since: the receipt stays, there is nothing to undo
        undone = Recap()
    lines = list(found.lines.all())
    page = Paginator(lines, LONG).get_page(request.GET.get("page"))
    shown = _with_standings(page.object_list, undone)
    context = {
        "receipt": found,
        "lines": lines,
        "page": page,
        **{kind.value: [pair for pair in shown if pair[0].change == kind] for kind in ReceiptLine.Change},
        "recipients": queries.masked_recipients(found),
        "undone": undone,
        "back": reverse("front:month", args=month_of(found)),
    }
    return render(request, "front/planning/receipt.html", context)


def _with_standings(lines: Iterable[ReceiptLine], undone: Recap) -> list[tuple[ReceiptLine, Standing | None]]:
    standings = {change.pair: change.standing for change in (*undone.changes, *undone.refused)}
    return [(line, standings.get((line.booking.child_id, line.booking.session_id))) for line in lines]


@require_POST
def paper(request: HttpRequest, number: str) -> HttpResponse:
    """The receipt as a PDF, kept among the documents of the household from then on."""
    found = access.get_receipt(request, number)
    made = issue_receipt(found, actor=access.person(request), now=timezone.now())
    return redirect("front:family_document", made.pk)


@require_POST
def undo(request: HttpRequest, number: str) -> HttpResponse:
    """The recap of the opposite changes, as far as the deadlines and the places allow."""
    found = access.get_receipt(request, number)
    try:
        undone = check(found.household, undoing(found), actor=access.person(request), now=timezone.now())
    except ChildNotInHousehold as gone:
        raise Http404 from gone
    return recap_page(request, undone, Origin(*month_of(found)))
