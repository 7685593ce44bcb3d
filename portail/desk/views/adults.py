"""The adults of a household, and the accounts they sign in with."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.accounts.rights import Right
from portail.desk import access
from portail.desk.forms.households import AdultForm
from portail.desk.views import block
from portail.families import queries, search
from portail.families.actions import households as actions
from portail.families.models import Adult, Household

BLOCK = "adultes"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, household_id: int) -> HttpResponse:
    household = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    form = AdultForm(
        request.POST or None, instance=Adult(household=household, last_name=household.name.title())
    )
    alike: list[Household] = []
    if form.is_valid():
        alike = _alike(form, household) if "confirmed" not in request.POST else []
        if not alike:
            agent = access.require(request)
            adult = actions.add_adult(household, form.values(), actor=agent, now=timezone.now())
            return block.done(request, household, BLOCK, told=f"{adult} est dans le dossier.")
    response = block.form_page(
        request,
        household,
        form,
        block=BLOCK,
        title="Ajouter un adulte",
        submit="Ajouter",
        template="desk/households/new_adult.html",
        alike=alike,
    )
    response.status_code = 422 if form.errors or alike else 200
    return response


def _alike(form: AdultForm, household: Household) -> list[Household]:
    """The other dossiers that have an adult of these names."""
    person = form.cleaned_data["first_name"], form.cleaned_data["last_name"]
    found = search.lookalikes([person], but=household.pk)
    return list(queries.with_people(found[:6], day=timezone.localdate()))


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, household_id: int, adult_id: int) -> HttpResponse:
    adult = access.get_adult(request, household_id, adult_id)
    name = str(adult)
    form = AdultForm(request.POST or None, instance=adult)
    if form.is_valid():
        merged = form.saved(
            lambda: actions.edit_adult(
                adult,
                form.values(),
                seen=form.cleaned_data["seen"],
                actor=access.require(request),
                now=timezone.now(),
            )
        )
        if merged:
            block.tell_meanwhile(request, form, merged)
            return block.done(
                request, adult.household, BLOCK, told="La fiche est enregistrée.", merged=merged
            )
    return block.form_page(request, adult.household, form, block=BLOCK, title=f"Modifier {name}")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, household_id: int, adult_id: int) -> HttpResponse:
    adult = access.get_adult(request, household_id, adult_id)
    if request.method != "POST":
        return block.confirm_page(
            request,
            adult.household,
            block=BLOCK,
            title=f"Retirer {adult} du dossier ?",
            text="Ses coordonnées seront effacées. Le journal garde son nom.",
            confirm="Retirer du dossier",
        )
    try:
        actions.remove_adult(adult, actor=access.require(request), now=timezone.now())
    except actions.AdultHasAccount:
        messages.warning(
            request, f"{adult} a un compte : détachez-le d'abord, puis retirez l'adulte du dossier."
        )
        return redirect(block.address(adult.household, BLOCK))
    return block.done(request, adult.household, BLOCK, told=f"{adult} n'est plus dans le dossier.")
