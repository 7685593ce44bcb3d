"""The family's quotient: its proof sent from a telephone, its card."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portail.activities import queries as activities
from portail.families import cards, quotients
from portail.families.actions import proofs
from portail.front import access
from portail.front.forms.quotients import ProofForm
from portail.front.quotient import shown


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """Send the proof, page by page: while the first pages wait, others join them."""
    household = access.get_household(request)
    now = timezone.now()
    quotient = shown(household, timezone.localdate(now))
    kinds = quotients.kinds(activities.regulation().quotient)
    form = ProofForm(request.POST or None, request.FILES or None, kinds=kinds)
    if form.is_valid():
        values = form.cleaned_data
        try:
            item = proofs.send_proof(
                household,
                form.pages,
                kind=values["kind"],
                token=values["token"],
                message=values["message"],
                author=access.person(request),
                now=now,
            )
        except ValidationError as refused:
            form.add_error(None, refused)
        else:
            messages.success(request, _("Votre justificatif est parti au service."))
            return redirect("front:request", item.pk)
    context = {"form": form, "quotient": quotient, "title": _("Envoyer mon justificatif de quotient")}
    return render(request, "front/requests/quotient.html", context, status=422 if form.errors else 200)


@require_POST
def card(request: HttpRequest) -> HttpResponse:
    """The card of the quotient that counts today, made when it was not yet."""
    household = access.get_household(request)
    now = timezone.now()
    row = quotients.row_on(household, activities.regulation().quotient, on=timezone.localdate(now))
    if row is None:
        messages.info(
            request, _("Aucun quotient ne compte aujourd'hui : envoyez d'abord votre justificatif.")
        )
        return redirect("front:ask_quotient")
    made = cards.issue(row, actor=access.person(request), now=now)
    return redirect("front:family_document", made.pk)
