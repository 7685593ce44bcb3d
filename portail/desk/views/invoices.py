"""Invoices: the list of all, one of them with its reasons, its credit notes, and what is added by hand."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.billing.actions import byhand, credits
from portail.billing.models import Charge, CreditNote, Invoice
from portail.billing.queries import runs as queries
from portail.billing.queries.accounts import bills
from portail.core.money import to_cents
from portail.core.templatetags.ui import money
from portail.desk import access, filters
from portail.desk.forms.invoicing import ChargeForm, CreditForm, InvoicesForm
from portail.desk.views.replies import confirmation, edit_page, is_confirmed, status_of

A_PAGE = 40


@require_http_methods(["GET", "HEAD", "POST"])
def invoices(request: HttpRequest) -> HttpResponse:
    """The published invoices, narrowed by what is typed (posted: a name never goes into the address)."""
    access.require(request, Right.READ_BILLING)
    if request.method == "POST":
        return filters.keep(request)
    today = timezone.localdate()
    form = InvoicesForm(filters.asked(request))
    if not form.is_valid():
        return render(request, "desk/invoicing/all.html", {"form": form}, status=status_of(form))
    asked = form.cleaned_data
    rows = queries.invoices(text=asked["q"], state=asked["etat"], month=form.month(), today=today)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "bills": bills(page.object_list, today=today),
        "total": to_cents(queries.total_of(rows)),
        "is_narrowed": any(asked.values()),
    }
    return render(request, "desk/invoicing/all.html", context)


@require_safe
def invoice(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """One invoice, drafted or published: lines, charges, why each price, credit notes, what paid it."""
    found = access.get_invoice(request, invoice_id)
    agent = access.person(request)
    charges = Charge.objects.prefetch_related("components").select_related("adjusts__line__invoice")
    lines = found.lines.select_related("credited_by__note").prefetch_related(
        Prefetch("charges", charges.order_by("day", "pk"))
    )
    rows = [(line, getattr(line, "credited_by", None)) for line in lines]
    movement = getattr(found, "movement", None)
    paid_by = movement.paid_by.select_related("credit").order_by("pk") if movement else ()
    context = {
        "invoice": found,
        "household": found.account.household,
        "lines": rows,
        "bill": bills([found], today=timezone.localdate())[0] if found.number else None,
        "due": found.previous + found.amount,
        "paid_by": paid_by,
        "may_bill": has_right(agent, Right.BILL),
        "may_take": has_right(agent, Right.TAKE_PAYMENTS),
        "may_credit": found.number is not None and any(taken is None for _, taken in rows),
    }
    return render(request, "desk/invoicing/invoice.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def credit_new(request: HttpRequest, invoice_id: int) -> HttpResponse:
    """Take back an invoice, or some of its lines; asked once more with the amount before it is written."""
    found = access.get_invoice(request, invoice_id, Right.BILL)
    back = reverse("desk:invoice", args=[found.pk])
    if found.number is None:
        messages.info(request, "Cette facture est un brouillon : refaites ou abandonnez la facturation.")
        return redirect(back)
    if known := _noted(request, found):
        messages.info(request, f"L'avoir {known.number} était déjà émis : il ne l'est qu'une fois.")
        return redirect(back)
    form = CreditForm(request.POST or None, invoice=found)
    if form.is_valid() and is_confirmed(request):
        try:
            note = credits.credit(
                found,
                form.chosen(),
                form.cleaned_data["reason"],
                token=form.cleaned_data["token"],
                bills_again=form.cleaned_data["bills_again"] == "oui",
                actor=access.person(request),
                now=timezone.now(),
            )
        except credits.NothingToCredit:
            messages.info(
                request, "Ces lignes viennent d'être reprises par un autre avoir : rien n'a changé."
            )
        else:
            messages.success(request, f"L'avoir {note.number} de {money(note.amount)} est émis.")
        return redirect(back)
    amount = sum(line.amount for line in form.chosen()) if form.is_valid() else None
    context = {"invoice": found, "form": form, "amount": amount, "back": back}
    return render(request, "desk/invoicing/credit.html", context, status=status_of(form))


def _noted(request: HttpRequest, invoice: Invoice) -> CreditNote | None:
    """The credit note that this very form issued already."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        return None
    return CreditNote.objects.filter(token=token, invoice=invoice).first()


@require_http_methods(["GET", "HEAD", "POST"])
def charge_new(request: HttpRequest, household_id: int) -> HttpResponse:
    """Something by hand on the next invoice: a fine, a deposit, a correction."""
    household = access.get_household_to_bill(request, household_id)
    today = timezone.localdate()
    form = ChargeForm(request.POST or None, household=household, initial={"day": today})
    back = reverse("desk:household", args=[household.pk])
    if form.is_valid():
        asked = form.cleaned_data
        charge = byhand.add(
            household,
            asked["label"],
            form.signed(),
            day=asked["day"],
            part=asked["part"],
            child=asked["child"],
            reason=asked["reason"],
            token=asked["token"],
            actor=access.person(request),
            now=timezone.now(),
        )
        messages.success(
            request, f"« {charge.label} » ({money(charge.amount)}) sera sur la prochaine facture."
        )
        return redirect("desk:charges", household.pk)
    trail = [
        ("Familles", reverse("desk:households")),
        (str(household), back),
        ("Prochaine facture", reverse("desk:charges", args=[household.pk])),
    ]
    return edit_page(
        request,
        form,
        title="Ajouter à la prochaine facture",
        trail=trail,
        submit="Ajouter",
    )


@require_safe
def charges(request: HttpRequest, household_id: int) -> HttpResponse:
    """What the next invoice of a household will hold, as it stands: computed, and written by hand."""
    access.require(request, Right.READ_BILLING)
    household = access.get_household(request, household_id)
    today = timezone.localdate()
    last = (today.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
    coming = queries.coming(household, today.replace(day=1), last)
    context = {
        "household": household,
        "coming": coming,
        "month": today,
        "may_bill": has_right(access.person(request), Right.BILL),
    }
    return render(request, "desk/invoicing/coming.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def charge_remove(request: HttpRequest, household_id: int, charge_id: int) -> HttpResponse:
    charge = access.get_pending_charge(request, household_id, charge_id)
    back = reverse("desk:charges", args=[household_id])
    if not is_confirmed(request):
        return confirmation(
            request,
            title=f"Retirer « {charge.label} » ?",
            text=f"{money(charge.amount)} ne sera pas sur la prochaine facture.",
            confirm="Retirer",
            back=back,
        )
    try:
        byhand.remove(charge, actor=access.person(request), now=timezone.now())
    except byhand.Invoiced:
        messages.error(
            request,
            "Cette somme est déjà sur une facture ou un brouillon : faites un avoir, ou refaites le brouillon.",
        )
    else:
        messages.success(request, f"« {charge.label} » est retiré.")
    return redirect(back)
