"""Absences that a family tells by telephone: the same days, costs and action as on its own screen."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail import rules
from portail.accounts.rights import Right, has_right
from portail.billing.queries.absences import OTHER, consequences, reasons_of
from portail.billing.queries.charges import law
from portail.bookings.absence_forms import AbsenceForm, PeriodForm, ProofForm
from portail.bookings.actions import absences as actions
from portail.bookings.models import Booking
from portail.bookings.queries import absences as queries
from portail.desk import access
from portail.families.models import Child, Household

MOST_DAYS = 400
PER_PAGE = 30


@require_safe
def absences(request: HttpRequest, household_id: int) -> HttpResponse:
    """The absences of this household, the latest day first."""
    household = access.get_household(request, household_id)
    page = Paginator(queries.absences(household), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "household": household,
        "page": page,
        "can_book": has_right(access.person(request), Right.BOOK),
    }
    return render(request, "desk/absences/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest, household_id: int) -> HttpResponse:
    """The booked days of a period with what each reason would cost; posting tells the days that are ticked."""
    household = access.get_household(request, household_id, Right.BOOK)
    children = [link.child for link in household.child_links.select_related("child")]
    asked = request.GET.get("child", "")
    wanted = [child.pk for child in children if asked in ("", str(child.pk))]
    period = PeriodForm(request.GET if "first" in request.GET else _next(household, wanted))
    days = queries.booked_days(household, wanted, *period.days)[:MOST_DAYS] if period.is_valid() else []
    free = [day for day in days if day.absence is None]  # type: ignore[attr-defined]
    by = law()
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AbsenceForm(*posted, reasons=_reasons(by.regulation), initial={"reason": OTHER})
    form.fields["comment"].label = "Précision"
    form.fields["proof"].help_text = "Une photo ou un PDF. La famille peut aussi l'envoyer plus tard."
    if form.is_valid() and (reply := _told(request, household, form)):
        return reply
    return _page(request, household, children, period, days, free, form, by)


def _page(
    request: HttpRequest,
    household: Household,
    children: list[Child],
    period: PeriodForm,
    days: list[Booking],
    free: list[Booking],
    form: AbsenceForm,
    by: Any,
) -> HttpResponse:
    ticked = getattr(form, "cleaned_data", {}).get("bookings", ())
    context = {
        "household": household,
        "children": children,
        "child": request.GET.get("child", ""),
        "period": period,
        "days": days,
        "free": free,
        "consequences": consequences(household.pk, free, now=timezone.now(), by=by) if free else [],
        "form": form,
        "ticked": ticked,
    }
    status = 422 if form.is_bound or period.errors else 200
    return render(request, "desk/absences/tell.html", context, status=status)


def _told(request: HttpRequest, household: Household, form: AbsenceForm) -> HttpResponse | None:
    values = form.cleaned_data
    try:
        actions.tell_absences(
            household,
            values["bookings"],
            reason=values["reason"],
            comment=values["comment"],
            proof=values["proof"],
            actor=access.person(request),
            now=timezone.now(),
            by_service=True,
        )
    except actions.NotBooked:
        form.add_error(
            None, "Un de ces jours n'est plus réservé : rien n'est signalé. Cochez de nouveau, puis signalez."
        )
        return None
    messages.success(request, "L'absence est signalée, la famille en reçoit la confirmation.")
    return redirect("desk:absences", household.pk)


def _next(household: Household, children: list[int]) -> dict[str, str]:
    """What the page proposes: today, or the next day that is booked."""
    return {"first": queries.next_booked(household, children, timezone.localdate()).isoformat()}


def _reasons(regulation: rules.Regulation) -> dict[str, str]:
    words = reasons_of(regulation, {code for rule in regulation.absences for code in rule.scope.services})
    return {word: word.capitalize() if word else "Autre raison" for word in words}


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, household_id: int, absence_id: int) -> HttpResponse:
    """Join a proof that came later to an absence, and to those of the same child that were told with it."""
    absence = access.get_absence(request, household_id, absence_id)
    household = absence.booking.household
    form = ProofForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        together = [
            row.pk
            for row in queries.absences(household).filter(told_at=absence.told_at)
            if row.booking.child_id == absence.booking.child_id
        ]
        try:
            actions.prove_absences(
                household,
                together,
                form.cleaned_data["proof"],
                actor=access.person(request),
                now=timezone.now(),
            )
        except actions.NotBooked:
            messages.info(request, "Cette absence a déjà son justificatif.")
        else:
            messages.success(request, "Le justificatif est joint à l'absence.")
        return redirect("desk:absences", household.pk)
    context: dict[str, Any] = {"household": household, "absence": absence, "form": form}
    return render(request, "desk/absences/prove.html", context, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: HttpRequest, household_id: int, absence_id: int) -> HttpResponse:
    """The child came after all; the service may say so after the day too."""
    absence = access.get_absence(request, household_id, absence_id)
    household = absence.booking.household
    actions.withdraw_absence(
        household, absence.pk, actor=access.person(request), now=timezone.now(), by_service=True
    )
    messages.success(request, "L'absence est retirée : l'enfant est attendu.")
    return redirect("desk:absences", household.pk)
