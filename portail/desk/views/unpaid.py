"""What families have not paid in time: by age, in a spreadsheet, and the reminders."""

from decimal import Decimal
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portail.accounts.rights import Right, has_right
from portail.billing.actions import reminders
from portail.billing.models import Invoice, Reminder
from portail.billing.queries import unpaid
from portail.core.money import to_cents
from portail.core.phones import shown
from portail.core.spreadsheets import csv_response, xlsx_response
from portail.desk import access
from portail.desk.forms.accounts import RemindForm, UnpaidForm, chosen

PER_PAGE = 40
HEADER = (
    "Dossier",
    "Famille",
    "Téléphones",
    "Facture",
    "Émise le",
    "À payer avant le",
    "Jours de retard",
    "Montant",
    "Reste à payer",
    "Relances",
    "Dernière relance",
)


@require_safe
def unpaid_list(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.READ_BILLING)
    form, today = UnpaidForm(request.GET), timezone.localdate()
    rows = _filtered(form)
    totals = unpaid.totals(rows, today=today)
    context = {
        "form": form,
        "today": today,
        "page": Paginator(rows, PER_PAGE).get_page(request.GET.get("page")),
        "totals": totals,
        "count": sum(total.count for total in totals),
        "left": sum((total.left for total in totals), Decimal("0.00")),
        "can_remind": has_right(agent, Right.BILL),
    }
    return render(request, "desk/unpaid/list.html", context)


@require_safe
def unpaid_sheet(request: HttpRequest, sheet: str) -> HttpResponse:
    """The same list for a spreadsheet, whole."""
    access.require(request, Right.READ_BILLING)
    answers = {"csv": csv_response, "xlsx": xlsx_response}
    if sheet not in answers:
        raise Http404
    today = timezone.localdate()
    rows = _filtered(UnpaidForm(request.GET)).prefetch_related("account__household__adults")
    return answers[sheet](f"impayes-{today}", HEADER, [_cells(invoice) for invoice in rows])


@require_POST
def remind(request: HttpRequest) -> HttpResponse:
    """What reminding the invoices that were ticked, or the whole list, would do; nothing is written yet."""
    access.require(request, Right.BILL)
    if request.POST.get("what") == "all":
        wanted = list(_filtered(UnpaidForm(request.POST)).values_list("pk", flat=True)[: reminders.MOST])
    else:
        wanted = chosen(request.POST.getlist("invoice"))
    if not wanted:
        messages.info(request, "Cochez les factures à relancer, puis recommencez.")
        return redirect("desk:unpaid")
    initial = {"days": 15, "invoices": ",".join(map(str, wanted)), "token": uuid4()}
    form = RemindForm(initial=initial)
    return _preview(request, form, wanted, days=15)


@require_POST
def remind_send(request: HttpRequest) -> HttpResponse:
    """Ask the worker to write them, or look again with another number of days."""
    agent = access.require(request, Right.BILL)
    form = RemindForm(request.POST)
    wanted = chosen([request.POST.get("invoices", "")])
    if not wanted:
        messages.info(request, "Cochez les factures à relancer, puis recommencez.")
        return redirect("desk:unpaid")
    if not form.is_valid() or "look" in request.POST:
        return _preview(request, form, wanted, days=form.cleaned_data.get("days", 15))
    values = form.cleaned_data
    job = reminders.start(wanted, days=values["days"], token=values["token"], actor=agent, now=timezone.now())
    return redirect("desk:reminders", job.pk)


@require_safe
def reminders_page(request: HttpRequest, job_id: int) -> HttpResponse:
    """How far the worker is, and who was written to."""
    job = access.get_reminders(request, job_id)
    written = Reminder.objects.filter(batch=job.data["batch"]).select_related("invoice__account__household")
    context = {
        "job": job,
        "page": Paginator(written.order_by("pk"), PER_PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "desk/unpaid/reminders.html", context)


def _preview(request: HttpRequest, form: RemindForm, wanted: list[int], *, days: int) -> HttpResponse:
    plan = reminders.plan(wanted, days=days, now=timezone.now())
    status = 422 if form.errors else 200
    return render(request, "desk/unpaid/preview.html", {"form": form, "plan": plan}, status=status)


def _filtered(form: UnpaidForm) -> QuerySet[Invoice]:
    """The late invoices that the filters keep; a filter that means nothing filters nothing."""
    form.is_valid()
    asked = form.cleaned_data
    age = next((age for age in unpaid.AGES if age.key == asked.get("age")), None)
    found = unpaid.late(today=timezone.localdate(), age=age).annotate(
        reminded=Count("reminders"), reminded_at=Max("reminders__at")
    )
    if asked.get("minimum"):
        found = found.filter(Q(("left__gte", asked["minimum"] - unpaid.HALF_A_CENT)))
    if asked.get("relance"):
        found = found.filter(reminded__gt=0) if asked["relance"] == "deja" else found.filter(reminded=0)
    return found.select_related("account__household")


def _cells(invoice: Invoice) -> tuple[object, ...]:
    household = invoice.account.household
    phones = [adult.mobile_phone or adult.home_phone for adult in household.adults.all()]
    return (
        household.number,
        household.name,
        " / ".join(shown(phone) for phone in phones if phone),
        str(invoice.number),
        invoice.issued_on,
        invoice.due_on,
        (timezone.localdate() - invoice.due_on).days,
        invoice.amount,
        to_cents(invoice.left),  # type: ignore[attr-defined]
        invoice.reminded,  # type: ignore[attr-defined]
        invoice.reminded_at,  # type: ignore[attr-defined]
    )
