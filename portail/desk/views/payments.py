"""The cash desk: payments by date and mode, one of them, its receipt, its cancellation; spreadsheets."""

import re
from datetime import date

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.core.money import ZERO
from portail.core.spreadsheets import csv_response, xlsx_response
from portail.core.text import name_key
from portail.desk import access, filters
from portail.desk.forms.payments import PaymentsForm
from portail.desk.views.replies import status_of
from portail.families import recipients
from portail.payments.models import Mode, Payment
from portail.payments.queries import takings
from portail.payments.queries.dues import standing

A_PAGE = 40
NUMBER = re.compile(r"P-\d{4}-(\d{1,9})\Z", re.IGNORECASE | re.ASCII)
HEADER = (
    "Date",
    "Nature",
    "Reçu",
    "Dossier",
    "Famille",
    "Mode",
    "Montant",
    "Payé par",
    "Banque",
    "Référence",
    "Remise",
    "Motif",
    "Saisi le",
    "Saisi par",
)


@require_http_methods(["GET", "HEAD", "POST"])
def payments(request: HttpRequest) -> HttpResponse:
    """Payments of a stretch of days, this month unless the filters say otherwise, with the totals by mode."""
    access.require(request, Right.READ_BILLING)
    if request.method == "POST":
        return filters.keep(request)
    form = PaymentsForm(_with_days(filters.asked(request)))
    if not form.is_valid():
        return render(request, "desk/payments/list.html", {"form": form}, status=status_of(form))
    asked = form.cleaned_data
    rows = _found(asked)
    totals = takings.by_mode(asked["du"], asked["au"])
    context = {
        "form": form,
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "found_total": takings.total(rows),
        "totals": totals,
        "net": takings.net(totals),
        "is_narrowed": any(asked[name] for name in ("mode", "etat", "q")),
        **asked,
    }
    return render(request, "desk/payments/list.html", context)


@require_safe
def payments_sheet(request: HttpRequest, sheet: str) -> HttpResponse:
    """Everything that came in or left on these days, for a spreadsheet: its total is that of the closing."""
    access.require(request, Right.READ_BILLING)
    if sheet not in ("csv", "xlsx"):
        raise Http404
    form = PaymentsForm(_with_days(request.GET))
    if not form.is_valid():
        return redirect(f"{reverse('desk:payments')}?{request.GET.urlencode()}")
    first, last, mode = (form.cleaned_data[name] for name in ("du", "au", "mode"))
    rows = takings.money_movements(first, last)
    answer = csv_response if sheet == "csv" else xlsx_response
    return answer(f"encaissements-{first}-{last}", HEADER, _lines(rows.filter(mode=mode) if mode else rows))


@require_safe
def payment(request: HttpRequest, payment_id: int) -> HttpResponse:
    """What was received, what it paid, and what became of it: the page that follows taking it."""
    found = access.get_payment(request, payment_id)
    household = found.account.household
    context = {
        "payment": found,
        "household": household,
        "uses": list(found.movement.pays.select_related("debit__invoice").order_by("debit__day", "debit")),
        "stands": standing(found.account),
        "undone": getattr(found.movement, "reversed_by", None),
        "recipients": [recipient.address for recipient in recipients.of_household(household)],
        "may_take": has_right(access.person(request), Right.TAKE_PAYMENTS),
        "is_new": "nouveau" in request.GET,
    }
    return render(request, "desk/payments/payment.html", context)


def _with_days(asked: QueryDict) -> QueryDict:
    """What was asked; from the first of this month to today when no day is named."""
    today = timezone.localdate()
    completed = asked.copy()
    if not asked.get("du") and not asked.get("au"):
        completed["du"], completed["au"] = str(today.replace(day=1)), str(today)
    return completed


def _found(asked: dict) -> QuerySet[Payment]:
    rows = takings.payments(first=asked["du"], last=asked["au"], mode=asked["mode"], state=asked["etat"])
    typed = asked["q"].strip()
    if not typed:
        return rows
    if number := NUMBER.match(typed):
        return rows.filter(pk=int(number[1]))
    return rows.filter(
        Q(account__household__number=typed)
        | Q(account__household__name_key__contains=name_key(typed) or typed)
        | Q(reference__icontains=typed)
    )


def _lines(rows: QuerySet) -> list[tuple[object, ...]]:
    about = ("payment", "reverses__payment")
    found = rows.select_related(
        "account__household", "created_by", "refund", "reverses__refund",
        *about, *(f"{name}__deposit" for name in about),
    )  # fmt: skip
    return [_line(row) for row in found.order_by("day", "pk")]


def _line(row) -> tuple[object, ...]:
    household, origin = row.account.household, row.reverses or row
    paid = getattr(origin, "payment", None)
    refund = getattr(origin, "refund", None)
    return (
        row.day,
        str(row.get_kind_display()),
        paid.number if paid else "",
        household.number,
        household.name,
        str(Mode(row.mode).label),
        ZERO - row.amount,
        paid.payer if paid else "",
        paid.bank if paid else "",
        paid.reference if paid else refund.reference if refund else "",
        paid.deposit.number if paid and paid.deposit else "",
        row.reason,
        row.created_at,
        str(row.created_by or ""),
    )


def day_of(request: HttpRequest) -> date:
    """The day that the address names, today when it names none or badly."""
    try:
        return min(date.fromisoformat(request.GET.get("date", "")), timezone.localdate())
    except ValueError:
        return timezone.localdate()
