"""What mends an account: undone, given back, given up, brought in. Each asks why."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.accounts.rights import Right
from portail.billing.actions.ledger import left_of
from portail.billing.models import Account, Movement
from portail.core.forms import written
from portail.core.money import ZERO
from portail.core.templatetags.ui import in_words, money
from portail.desk import access
from portail.desk.forms.payments import OpeningForm, ReasonForm, RefundForm, WriteOffForm
from portail.desk.views.replies import Trail, edit_page
from portail.families.models import Household
from portail.payments.actions import corrections
from portail.payments.models import Payment
from portail.payments.queries.dues import standing

UNDO_TITLES = {
    Movement.Kind.PAYMENT: "Annuler ce paiement",
    Movement.Kind.REFUND: "Annuler ce remboursement",
    Movement.Kind.WRITE_OFF: "Annuler cette remise de dette",
    Movement.Kind.OPENING: "Annuler ce solde repris",
}


@require_http_methods(["GET", "HEAD", "POST"])
def payment_cancel(request: HttpRequest, payment_id: int) -> HttpResponse:
    """Undo a payment by the opposite entry."""
    found = access.get_payment(request, payment_id, Right.TAKE_PAYMENTS)
    title = f"Annuler le paiement {found.number}"
    back = reverse("desk:payment", args=[found.pk])
    trail = [("Encaissements", reverse("desk:payments")), (found.number, back)]
    return _undo(request, found.movement, title=title, trail=trail, lead=_slip_words(found))


@require_http_methods(["GET", "HEAD", "POST"])
def entry_cancel(request: HttpRequest, household_id: int, movement_id: int) -> HttpResponse:
    """Undo a refund, a write-off or an opening balance; a payment too, from the account."""
    found = access.get_entry_to_undo(request, household_id, movement_id)
    title = UNDO_TITLES[Movement.Kind(found.kind)]
    return _undo(request, found, title=title, trail=_trail(found.account.household), lead="")


def _undo(request: HttpRequest, found: Movement, *, title: str, trail: Trail, lead: str) -> HttpResponse:
    form = ReasonForm(request.POST or None)
    if form.is_valid() and written(form, lambda: corrections.cancel(
        found, form.cleaned_data["reason"], actor=access.person(request), now=timezone.now()
    )):  # fmt: skip
        messages.success(request, "C'est annulé par une écriture d'aujourd'hui. La famille est prévenue.")
        return redirect(trail[-1][1])
    return edit_page(
        request,
        form,
        title=title,
        trail=trail,
        submit="Annuler par une écriture contraire",
        template="desk/payments/entry.html",
        facts=[
            ("Écriture", found.label),
            ("Montant", money(abs(found.amount))),
            ("Date", in_words(found.day, "year")),
        ],
        lead=lead or "Rien n'est effacé : une écriture contraire, datée d'aujourd'hui, s'ajoute au compte.",
        is_danger=True,
    )


def _slip_words(payment: Payment) -> str:
    if payment.deposit is None:
        return "Ce que ce paiement réglait sera dû de nouveau. Rien n'est effacé."
    return (
        f"Ce paiement est déjà remis (bordereau {payment.deposit}) : il y reste. Une écriture contraire, datée "
        "d'aujourd'hui, s'ajoute au compte ; ce qu'il réglait sera dû de nouveau."
    )


@require_http_methods(["GET", "HEAD", "POST"])
def refund(request: HttpRequest, household_id: int) -> HttpResponse:
    """Give an advance back."""
    household = access.get_household(request, household_id, Right.REFUND)
    advance = standing(_account(household)).advance
    form = RefundForm(request.POST or None, initial={"amount": advance or None, "mode": "transfer"})

    def give_back():
        values = form.cleaned_data
        return corrections.refund(
            household,
            values["mode"],
            values["amount"],
            values["reason"],
            reference=values["reference"],
            token=values["token"],
            actor=access.person(request),
            now=timezone.now(),
        )

    return _entry(
        request,
        form,
        give_back,
        household,
        title="Rembourser une avance",
        submit="Rembourser",
        told="Le remboursement est enregistré. La famille est prévenue.",
        facts=[("Avance du compte", money(advance))],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def write_off(request: HttpRequest, household_id: int, movement_id: int) -> HttpResponse:
    """Give up what is left of a debt, or a part of it."""
    debt = access.get_debt(request, household_id, movement_id)
    left = left_of([debt])[debt.pk]
    form = WriteOffForm(request.POST or None, initial={"amount": left or None})

    def give_up():
        values = form.cleaned_data
        return corrections.write_off(
            debt,
            values["amount"],
            values["reason"],
            token=values["token"],
            actor=access.person(request),
            now=timezone.now(),
        )

    return _entry(
        request,
        form,
        give_up,
        debt.account.household,
        title="Remettre une dette",
        submit="Abandonner cette somme",
        told="La remise est enregistrée.",
        facts=[("Écriture", debt.label), ("Reste à payer", money(left))],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def opening(request: HttpRequest, household_id: int) -> HttpResponse:
    """Bring in the balance that the household had before the portal."""
    household = access.get_household(request, household_id, Right.BILL)
    form = OpeningForm(request.POST or None, initial={"day": timezone.localdate()})

    def bring_in():
        values = form.cleaned_data
        return corrections.open_balance(
            household,
            form.signed(),
            values["reason"],
            day=values["day"],
            token=values["token"],
            actor=access.person(request),
            now=timezone.now(),
        )

    balance = standing(_account(household)).balance
    return _entry(
        request,
        form,
        bring_in,
        household,
        title="Reprendre un solde",
        submit="Reprendre ce solde",
        told="Le solde est repris.",
        facts=[("Solde d'aujourd'hui", money(balance + ZERO))],
    )


def _entry(
    request: HttpRequest,
    form: RefundForm | WriteOffForm | OpeningForm,
    action: Callable[[], object],
    household: Household,
    *,
    title: str,
    submit: str,
    told: str,
    facts: list[tuple[str, str]],
) -> HttpResponse:
    if form.is_valid() and written(form, action):
        messages.success(request, told)
        return redirect("desk:payment_new", household.pk)
    return edit_page(
        request,
        form,
        title=title,
        trail=_trail(household),
        submit=submit,
        template="desk/payments/entry.html",
        facts=facts,
    )


def _trail(household: Household) -> Trail:
    return [
        (f"Dossier {household.number}", reverse("desk:household", args=[household.pk])),
        ("Encaisser", reverse("desk:payment_new", args=[household.pk])),
    ]


def _account(household: Household) -> Account | None:
    return Account.objects.filter(household=household).first()
