"""Taking a payment: find the household, see what it owes, take the money."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.billing.models import Account, Movement
from portail.core.forms import written
from portail.desk import access, filters
from portail.desk.forms.payments import TakeForm
from portail.desk.forms.search import SearchForm
from portail.desk.views.replies import status_of
from portail.families import search
from portail.families.models import Household
from portail.payments.actions.taking import closed_until, take
from portail.payments.models import Payment
from portail.payments.queries.dues import balances, standing

PER_PAGE = 25
MOST_CORRECTIONS = 10


@require_http_methods(["GET", "HEAD", "POST"])
def find(request: HttpRequest) -> HttpResponse:
    """Who pays: the only household that fits opens at once, otherwise those that fit with what they owe."""
    access.require(request, Right.TAKE_PAYMENTS, Right.READ_FAMILIES)
    form = SearchForm(request.POST or None)
    if form.is_valid():
        found = search.find(form.cleaned_data["q"])
        if found.is_sure and len(found.households) == 1:
            return redirect("desk:payment_new", found.households[0])
        return filters.keep(request)
    kept = SearchForm(filters.asked(request)) if "filtre" in request.GET else None
    context: dict[str, Any] = {"form": form, "page": None, "rows": []}
    if kept is not None and kept.is_valid():
        found = search.find(kept.cleaned_data["q"])
        page = Paginator(found.households, PER_PAGE).get_page(request.GET.get("page"))
        context |= {"form": kept, "page": page, "rows": _rows(list(page))}
    return render(request, "desk/payments/find.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, household_id: int) -> HttpResponse:
    """What this household owes, and the money that it brings."""
    household = access.get_household(request, household_id, Right.TAKE_PAYMENTS)
    if done := _done(request, household):
        return redirect("desk:payment", done.pk)
    stands = standing(Account.objects.filter(household=household).first())
    form = TakeForm(
        request.POST or None,
        stands=stands,
        today=timezone.localdate(),
        chosen=request.GET.get("facture", ""),
    )
    if form.is_valid():
        taken = written(form, lambda: _take(request, household, form))
        if taken:
            return redirect(f"{reverse('desk:payment', args=[taken.pk])}?nouveau")
    if form.is_bound:
        form.see_again()
    agent = access.person(request)
    context = {
        "household": household,
        "form": form,
        "stands": stands,
        "cash_closed": closed_until("cash"),
        "may_refund": has_right(agent, Right.REFUND) and stands.advance,
        "may_write_off": has_right(agent, Right.WRITE_OFF),
        "may_open": has_right(agent, Right.BILL),
        "corrections": _corrections(agent, household),
    }
    return render(request, "desk/payments/new.html", context, status=status_of(form))


def _corrections(agent: User, household: Household) -> list[Movement]:
    """The latest entries of the service, payments apart, that this agent may still undo."""
    kinds = [kind for kind, right in access.UNDOING.items() if has_right(agent, right)]
    return list(
        Movement.objects.filter(
            account__household=household, kind__in=set(kinds) - {Movement.Kind.PAYMENT}, reversed_by=None
        ).order_by("-day", "-pk")[:MOST_CORRECTIONS]
    )


def _take(request: HttpRequest, household: Household, form: TakeForm) -> Payment:
    return take(
        household,
        form.handed(),
        token=form.cleaned_data["token"],
        actor=access.person(request),
        now=timezone.now(),
        first=form.first(),
        seen=form.cleaned_data["seen"],
    )


def _done(request: HttpRequest, household: Household) -> Payment | None:
    """The payment that this very form made already."""
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        return None
    done = Payment.objects.filter(movement__token=token, account__household=household).first()
    if done:
        messages.info(request, "Ce paiement était déjà enregistré : il ne l'est qu'une fois.")
    return done


def _rows(ids: list[int]) -> list[tuple[Household, object]]:
    """The households of a page, in its order, with their balance."""
    households = Household.objects.filter(pk__in=ids).prefetch_related("adults").in_bulk()
    owed = balances(ids)
    return [(households[pk], owed.get(pk)) for pk in ids if pk in households]
