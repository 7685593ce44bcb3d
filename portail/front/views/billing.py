"""The household's account with the commune: what is owed, the invoices, why each price, every movement."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portail import rules
from portail.activities.queries import regulation
from portail.billing.models import Invoice, InvoiceLine
from portail.billing.queries import accounts, balance, invoices
from portail.billing.queries.estimates import estimate
from portail.core.money import ZERO
from portail.core.sentences import said
from portail.families.actions import requests as actions
from portail.families.models import Request as FamilyRequest
from portail.front import access
from portail.front.archive import archive
from portail.front.forms.dossier import DisputeForm

A_PAGE = 12
MOVEMENTS_A_PAGE = 60
NOT_YET = (rules.PaymentMode.ONLINE,)
"""Ways to pay that the regulation may name and that this portal does not offer yet: they are not shown."""


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    account = access.get_account(request)
    page = Paginator(accounts.published(account).select_related("document"), A_PAGE).get_page(
        request.GET.get("page")
    )
    today = timezone.localdate()
    context = {
        "page": page,
        "bills": accounts.bills(page.object_list, today=today),
        "balance": balance(account) if account else ZERO,
        "estimate": estimate(access.get_household(request).pk, today=today),
    }
    return render(request, "front/billing/history.html", context | _how_to_pay())


@require_GET
def movements(request: HttpRequest) -> HttpResponse:
    """All that moved the account in a year, of school or civil, the latest first."""
    account = access.get_account(request)
    years = accounts.years(account, today=timezone.localdate())
    year = next((each for each in years if each.key == request.GET.get("annee")), years[0])
    found = accounts.statement(account, year.first, year.last, also=["payment"])
    page = Paginator(found.rows[::-1], MOVEMENTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"years": years, "year": year, "statement": found, "page": page}
    return render(request, "front/billing/movements.html", context)


@require_GET
def year_archive(request: HttpRequest, year: str) -> StreamingHttpResponse:
    """The PDFs and the movements of a year in one file."""
    account = access.get_account(request)
    known = accounts.years(account, today=timezone.localdate())
    wanted = access.found(each for each in known if each.key == year)
    return archive(account, wanted)


@require_GET
def invoice(request: HttpRequest, number: int) -> HttpResponse:
    found = access.get_invoice(request, number)
    [bill] = accounts.bills([found], today=timezone.localdate())
    months = invoices.months_of(found)
    month = _month(request.GET.get("mois", ""), months)
    asked = access.get_requests(request).filter(kind=FamilyRequest.Kind.DISPUTE, data__invoice=number)
    context = {
        "bill": bill,
        "months": months,
        "month": month,
        "parts": invoices.parts(found, month),
        "payments": invoices.payments_of(found, also=["payment"]),
        "disputes": {item.data["line"]: item for item in reversed(asked)},
    }
    return render(request, "front/billing/invoice.html", context | _how_to_pay())


@require_GET
def credit_note(request: HttpRequest, number: int) -> HttpResponse:
    found = access.get_credit_note(request, number)
    lines = [line.line for line in found.lines.select_related("line")]
    return render(request, "front/billing/credit_note.html", {"note": found, "lines": lines})


@require_http_methods(["GET", "POST"])
def dispute(request: HttpRequest, number: int, line_id: int) -> HttpResponse:
    """Say that a line is not right: a démarche that holds the line. One that waits already is shown instead."""
    line = access.get_invoice_line(request, number, line_id)
    household = access.get_household(request)
    waiting = actions.waiting_dispute(household, line.pk)
    if waiting:
        messages.info(request, _("Vous avez déjà contesté cette ligne : le service vous répondra ici."))
        return redirect("front:request", waiting.pk)
    form = DisputeForm(request.POST or None)
    if form.is_valid():
        item = actions.dispute_line(
            household,
            _about(line),
            child=line.child,
            message=form.cleaned_data["message"],
            author=access.person(request),
            now=timezone.now(),
        )
        messages.success(
            request, _("Votre demande %(number)s est partie au service.") % {"number": item.number}
        )
        return redirect("front:request", item.pk)
    context = {"form": form, "line": line, "invoice": line.invoice}
    return render(request, "front/billing/dispute.html", context, status=422 if form.errors else 200)


def _about(line: InvoiceLine) -> dict[str, object]:
    """The line as the démarche keeps it, whatever becomes of names afterwards."""
    bill: Invoice = line.invoice
    return {
        "invoice": bill.number,
        "line": line.pk,
        "label": line.label,
        "child": line.child_label,
        "amount": str(line.amount),
        "first": bill.first.isoformat(),
        "last": bill.last.isoformat(),
    }


def _month(typed: str, months: list[date]) -> date:
    return next((month for month in months if f"{month:%Y-%m}" == typed), months[0])


def _how_to_pay() -> dict[str, object]:
    """The ways to pay of the settings file, and whom to call."""
    cycle = regulation().billing
    modes = [said(mode.words) for mode in cycle.payment_modes if mode not in NOT_YET]
    return {"modes": modes, "note": cycle.balance_note}
