"""Payments handed to the Treasury or the bank: chosen, listed on a slip, taken back when it was a mistake."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.queries import site
from portail.core import paper, pdf
from portail.core.forms import written
from portail.desk import access
from portail.desk.forms.cash import DepositForm
from portail.desk.forms.payments import ReasonForm
from portail.desk.views.replies import edit_page, status_of
from portail.payments import papers
from portail.payments.actions import deposits as actions
from portail.payments.models import Deposit, Mode, Payment, Refund
from portail.payments.queries import takings, till

A_PAGE = 50
A_SLIP = 60
"""The most payments of one slip: what an agent can check against a bundle of cheques."""


@require_safe
def deposits(request: HttpRequest) -> HttpResponse:
    """What waits, by mode, and the slips made."""
    agent = access.require(request, Right.READ_BILLING)
    mode = request.GET.get("mode", "")
    context = {
        "page": Paginator(takings.deposits(mode), A_PAGE).get_page(request.GET.get("page")),
        "waiting": takings.waiting_by_mode(),
        "modes": [(mode.value, mode.label) for mode in Deposit.MODES],
        "mode": mode,
        "may_hand_over": has_right(agent, Right.TAKE_PAYMENTS),
    }
    return render(request, "desk/payments/deposits.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, mode: str) -> HttpResponse:
    """Tick the payments that leave; cash given back comes off the total."""
    agent = access.require(request, Right.TAKE_PAYMENTS)
    if mode not in Deposit.MODES:
        raise Http404
    if done := _done(request):
        return redirect("desk:deposit", done.pk)
    today = timezone.localdate()
    rows = takings.to_hand_over(mode)
    waiting = list(rows[:A_SLIP])
    form = DepositForm(request.POST or None, waiting=waiting, today=today)
    if form.is_valid():
        values = form.cleaned_data
        made = written(
            form,
            lambda: actions.hand_over(
                mode,
                values["payments"],
                day=values["day"],
                note=values["note"],
                token=values["token"],
                actor=agent,
                now=timezone.now(),
            ),
        )
        if made:
            messages.success(request, f"La remise {made} est faite. Imprimez son bordereau.")
            return redirect("desk:deposit", made.pk)
    context = {
        "form": form,
        "mode": mode,
        "label": Mode(mode).label,
        "waiting": waiting,
        "total": sum(payment.amount for payment in waiting),
        "more": max(rows.count() - A_SLIP, 0),
        "refunds": till.cash_refunds_to_deduct(today) if mode == Mode.CASH else [],
    }
    return render(request, "desk/payments/deposit_new.html", context, status=status_of(form))


def _done(request: HttpRequest) -> Deposit | None:
    """The deposit that this very form made already."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        return None
    return Deposit.objects.filter(token=token).first()


@require_safe
def deposit(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """A slip: its payments, those cancelled since, its file to print."""
    found = access.get_deposit(request, deposit_id)
    payments, refunds = _content(found)
    context = {
        "deposit": found,
        "payments": payments,
        "refunds": refunds,
        "may_cancel": found.cancelled_at is None and has_right(access.person(request), Right.TAKE_PAYMENTS),
    }
    return render(request, "desk/payments/deposit.html", context)


@require_safe
def slip(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """The slip to print, as it is now."""
    found = access.get_deposit(request, deposit_id)
    sheet = papers.slip(found, *_content(found))
    made = paper.render(sheet, commune=site(), now=timezone.now())
    return pdf.answer(made, name=f"bordereau-{found}.pdf")


def _content(found: Deposit) -> tuple[list[Payment], list[Refund]]:
    payments = found.payments.select_related("account__household", "movement__reversed_by", "deposit")
    refunds = found.refunds.select_related("account__household")
    return list(payments.order_by("received_on", "pk")), list(refunds.order_by("paid_on", "pk"))


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, deposit_id: int) -> HttpResponse:
    """Take back a slip made by mistake."""
    found = access.get_deposit(request, deposit_id, Right.TAKE_PAYMENTS)
    form = ReasonForm(request.POST or None)
    page = reverse("desk:deposit", args=[found.pk])
    if form.is_valid() and written(form, lambda: actions.cancel_deposit(
        found, form.cleaned_data["reason"], actor=access.person(request), now=timezone.now()
    )):  # fmt: skip
        messages.success(request, "La remise est annulée : ses paiements sont de nouveau à remettre.")
        return redirect(page)
    return edit_page(
        request,
        form,
        title=f"Annuler la remise {found}",
        trail=[("Remises", reverse("desk:deposits")), (found.number, page)],
        submit="Annuler cette remise",
        template="desk/payments/entry.html",
        lead="Ses paiements seront de nouveau à remettre. Le numéro reste dans la liste, avec le motif.",
        is_danger=True,
    )
