"""The cash officer's day: what came in, what was undone, the till, what is left to hand over."""

from datetime import date, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.core.forms import written
from portail.core.templatetags.ui import in_words
from portail.desk import access
from portail.desk.forms.cash import CountForm
from portail.desk.views.payments import day_of
from portail.desk.views.replies import status_of
from portail.payments.actions import till as actions
from portail.payments.models import CashCount
from portail.payments.queries import takings, till

A_PAGE = 50


@require_safe
def day(request: HttpRequest) -> HttpResponse:
    """A day of the desk, with what to do before going home."""
    agent = access.require(request, Right.READ_BILLING)
    asked, today = day_of(request), timezone.localdate()
    totals = takings.by_mode(asked, asked)
    count = till.last_count(asked)
    rows = takings.payments(first=asked, last=asked)
    context = {
        "day": asked,
        "today": today,
        "before": asked - timedelta(days=1),
        "after": asked + timedelta(days=1) if asked < today else None,
        "totals": totals,
        "net": takings.net(totals),
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "undone": takings.undone_on(asked),
        "refunds": takings.refunds_on(asked),
        "waiting": takings.waiting_by_mode(),
        "may_count": has_right(agent, Right.TAKE_PAYMENTS),
        **_till(asked, count),
    }
    return render(request, "desk/payments/day.html", context)


def _till(asked: date, count: CashCount | None) -> dict[str, object]:
    """What should be there now, and whether something moved since it was counted."""
    expected = till.cash_expected(asked)
    moved = count is not None and count.expected != count.float_amount + expected
    return {
        "count": count,
        "cash": expected,
        "has_moved": moved,
        "gap": count and count.counted - count.expected,
    }


@require_http_methods(["GET", "HEAD", "POST"])
def count(request: HttpRequest) -> HttpResponse:
    """Count the till, piece by piece; a gap is told before it is kept."""
    agent = access.require(request, Right.TAKE_PAYMENTS)
    asked = day_of(request)
    form = CountForm(request.POST or None, initial={"day": asked, "float_amount": till.usual_float()})
    if form.is_valid():
        values = form.cleaned_data
        kept = written(
            form,
            lambda: actions.count(
                values["day"],
                form.pieces(),
                float_amount=values["float_amount"],
                note=values["note"],
                token=values["token"],
                actor=agent,
                now=timezone.now(),
            ),
        )
        if kept:
            messages.success(request, f"La caisse du {in_words(kept.day)} est comptée.")
            return redirect(f"{reverse('desk:cash_day')}?date={kept.day}")
    shown = form.cleaned_data.get("day") or asked if form.is_bound else asked
    context = {"form": form, "day": shown, "cash": till.cash_expected(shown), "counted": form.counted()}
    return render(request, "desk/payments/count.html", context, status=status_of(form))
