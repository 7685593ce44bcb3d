"""The account of one family: what it owes, its invoices, movements and charges, its statement."""

from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.billing.actions import statements
from portail.billing.queries import accounts, invoices
from portail.core import pdf
from portail.desk import access, account_sheet
from portail.desk.forms.accounts import StatementForm
from portail.desk.views.replies import status_of

PER_PAGE = 40


@require_safe
def account(request: HttpRequest, household_id: int) -> HttpResponse:
    """Balance, invoices, payments, and what is not invoiced yet."""
    household, found = access.get_account(request, household_id)
    agent, today = access.require(request), timezone.localdate()
    page = Paginator(accounts.published(found).select_related("document"), 12).get_page(
        request.GET.get("page")
    )
    block = account_sheet.account_block(household, today=today, shown=12)
    context = {
        "household": household,
        "summary": block,
        "page": page,
        "bills": accounts.bills(page.object_list, today=today) if page.number > 1 else block.bills,
        "tabs": account_sheet.tabs(household, "account"),
        "can_take_payments": has_right(agent, Right.TAKE_PAYMENTS),
        "can_refund": has_right(agent, Right.REFUND),
    }
    return render(request, "desk/accounts/account.html", context)


@require_safe
def movements(request: HttpRequest, household_id: int) -> HttpResponse:
    household, found = access.get_account(request, household_id)
    years = accounts.years(found, today=timezone.localdate())
    year = account_sheet.year_of(request.GET.get("annee", ""), years)
    statement = accounts.statement(found, year.first, year.last, also=["payment", "created_by"])
    context = {
        "household": household,
        "years": years,
        "year": year,
        "statement": statement,
        "page": Paginator(statement.rows[::-1], PER_PAGE).get_page(request.GET.get("page")),
        "tabs": account_sheet.tabs(household, "account_movements"),
        "can_write_off": has_right(access.require(request), Right.WRITE_OFF),
    }
    return render(request, "desk/accounts/movements.html", context)


@require_safe
def charges(request: HttpRequest, household_id: int) -> HttpResponse:
    """What was written as due in a year, invoiced or on a draft."""
    household, found = access.get_account(request, household_id)
    years = accounts.years(found, today=timezone.localdate())
    year = account_sheet.year_of(request.GET.get("annee", ""), years)
    rows = account_sheet.charges(found, year)
    context = {
        "household": household,
        "years": years,
        "year": year,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "tabs": account_sheet.tabs(household, "account_charges"),
    }
    return render(request, "desk/accounts/charges.html", context)


@require_safe
def invoice(request: HttpRequest, household_id: int, number: int) -> HttpResponse:
    """An invoice with its lines, the month of each child, what paid it, and the reminders sent."""
    household, found = access.get_household_invoice(request, household_id, number)
    [bill] = accounts.bills([found], today=timezone.localdate())
    months = invoices.months_of(found)
    month = next((each for each in months if f"{each:%Y-%m}" == request.GET.get("mois")), months[0])
    context = {
        "household": household,
        "bill": bill,
        "months": months,
        "month": month,
        "parts": invoices.parts(found, month),
        "payments": invoices.payments_of(found, also=["payment"]),
        "reminders": found.reminders.select_related("by"),
        "manage_url": account_sheet.link("desk:invoice", found.pk)
        if has_right(access.require(request), Right.BILL)
        else "",
    }
    return render(request, "desk/accounts/invoice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def statement(request: HttpRequest, household_id: int) -> HttpResponse:
    """What moved between two dates; posted, it is issued, put among the documents of the family, and told by mail."""
    household, found = access.get_account(request, household_id)
    form = StatementForm(request.POST if request.method == "POST" else _asked(request))
    if request.method == "POST":
        access.require(request, Right.BILL)
        if form.is_valid():
            document = statements.give_statement(
                household, *form.days(), actor=access.person(request), now=timezone.now()
            )
            messages.success(
                request,
                f"Le relevé {document.number} est dans les documents de la famille, prévenue par courriel.",
            )
            days = f"du={form.days()[0]}&au={form.days()[1]}"
            return redirect(f"{reverse('desk:account_statement', args=[household.pk])}?{days}")
    context = {
        "household": household,
        "form": form,
        "statement": accounts.statement(found, *form.days(), also=["payment"]) if form.is_valid() else None,
        "tabs": account_sheet.tabs(household, "account_statement"),
        "can_give": has_right(access.require(request), Right.BILL),
    }
    return render(request, "desk/accounts/statement.html", context, status=status_of(form))


@require_safe
def statement_pdf(request: HttpRequest, household_id: int) -> HttpResponse:
    """The same days on paper, to look at: nothing is issued. Days that mean nothing lead back to their form."""
    household, _ = access.get_account(request, household_id)
    form = StatementForm(_asked(request))
    if not form.is_valid():
        return redirect(f"{reverse('desk:account_statement', args=[household.pk])}?{request.GET.urlencode()}")
    content = statements.statement_copy(household, *form.days(), now=timezone.now())
    return pdf.answer(content, name=f"releve-{household.number}.pdf")


def _asked(request: HttpRequest) -> dict[str, str]:
    """The days of the address; this civil year up to today when it names none."""
    today = timezone.localdate()
    usual = {"du": date(today.year, 1, 1).isoformat(), "au": today.isoformat()}
    given = {name: request.GET[name] for name in usual if name in request.GET}
    return given or usual
