"""« Signaler une absence »: the days, what each reason would cost, one button. Then the absences that were told."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail import rules
from portail.billing.queries.absences import OTHER, consequences, reasons_of
from portail.billing.queries.charges import law
from portail.bookings.absence_forms import AbsenceForm, PeriodForm, ProofForm
from portail.bookings.actions import absences as actions
from portail.bookings.models import Booking
from portail.bookings.queries import absences as queries
from portail.families.models import Child, Household
from portail.front import access

MOST_DAYS = 400


@require_http_methods(["GET", "HEAD", "POST"])
def tell(request: HttpRequest) -> HttpResponse:
    """The booked days of a period with what each reason would cost; posting tells the days that are ticked."""
    children = [link.child for link in access.list_children(request) if link.can_book]
    household = access.get_household(request)
    period = PeriodForm(request.GET if "first" in request.GET else _next(household, children))
    days = _days(household, children, period, request.GET.get("child", ""))
    free = [day for day in days if day.absence is None]  # type: ignore[attr-defined]
    by = law()
    found = consequences(household.pk, free, now=timezone.now(), by=by) if free else []
    reasons = _reasons(by.regulation)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = AbsenceForm(*posted, reasons=reasons, initial={"reason": OTHER})
    if form.is_valid():
        reply = _told(request, household, form)
        if reply is not None:
            return reply
    context = {
        "children": children,
        "child": request.GET.get("child", ""),
        "period": period,
        "days": days,
        "free": free,
        "consequences": found,
        "form": form,
        "ticked": form.cleaned_data.get("bookings", ())
        if form.is_bound and hasattr(form, "cleaned_data")
        else (),
    }
    status = 422 if form.is_bound or (period.is_bound and period.errors) else 200
    return render(request, "front/absences/tell.html", context, status=status)


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
        )
    except actions.NotBooked:
        form.add_error(
            None,
            _("Un de ces jours n'est plus réservé : rien n'est signalé. Cochez de nouveau, puis signalez."),
        )
        return None
    except actions.TooLate:
        form.add_error(
            None,
            _(
                "Un de ces jours est passé depuis plus d'un mois : le service seul peut encore le noter. Appelez-le."
            ),
        )
        return None
    messages.success(
        request, _("L'absence est signalée : le service et la cuisine la voient dès maintenant.")
    )
    return redirect("front:absences")


def _next(household: Household, children: Sequence[Child]) -> dict[str, str]:
    """What the page proposes: today, or the next day that is booked."""
    ids = [child.pk for child in children]
    return {"first": queries.next_booked(household, ids, timezone.localdate()).isoformat()}


def _days(household: Household, children: Sequence[Child], period: PeriodForm, child: str) -> list[Booking]:
    if not period.is_valid():
        return []
    wanted = [c.pk for c in children if child in ("", str(c.pk))]
    return queries.booked_days(household, wanted, *period.days)[:MOST_DAYS]


def _reasons(regulation: rules.Regulation) -> dict[str, str]:
    """The words of the regulation, whatever the service, as they are shown."""
    words = reasons_of(regulation, {code for rule in regulation.absences for code in rule.scope.services})
    return {word: word.capitalize() if word else _("Autre raison") for word in words}


@require_safe
def absences(request: HttpRequest) -> HttpResponse:
    """The absences that were told, the latest day first."""
    page = Paginator(access.get_absences(request), 30).get_page(request.GET.get("page"))
    now = timezone.now()
    for row in page.object_list:
        row.can_withdraw = not actions.has_begun(row.booking, now)  # type: ignore[attr-defined]
    return render(request, "front/absences/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, absence_id: int) -> HttpResponse:
    """Join a proof to an absence, and to those of the same child that were told with it."""
    absence = access.get_absence(request, absence_id)
    form = ProofForm(*((request.POST, request.FILES) if request.method == "POST" else ()))
    if form.is_bound and form.is_valid():
        together = [
            row.pk
            for row in access.get_absences(request)
            if (row.told_at, row.booking.child_id) == (absence.told_at, absence.booking.child_id)
        ]
        try:
            actions.prove_absences(
                access.get_household(request),
                together,
                form.cleaned_data["proof"],
                actor=access.person(request),
                now=timezone.now(),
            )
        except actions.NotBooked:
            messages.info(request, _("Cette absence a déjà son justificatif."))
        else:
            messages.success(request, _("Votre justificatif est joint à l'absence."))
        return redirect("front:absences")
    context: dict[str, Any] = {"absence": absence, "form": form}
    return render(request, "front/absences/prove.html", context, status=422 if form.is_bound else 200)


@require_POST
def withdraw(request: HttpRequest, absence_id: int) -> HttpResponse:
    absence = access.get_absence(request, absence_id)
    try:
        actions.withdraw_absence(
            access.get_household(request), absence.pk, actor=access.person(request), now=timezone.now()
        )
    except actions.TooLate:
        messages.warning(request, _("La séance a commencé : appelez le service pour corriger."))
    else:
        messages.success(request, _("L'absence est retirée : votre enfant est attendu."))
    return redirect("front:absences")
