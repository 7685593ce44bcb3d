"""The quotient of a household: entered with its proof, corrected, withdrawn; its history; a proof read on screen."""

from collections.abc import Callable

from csp.constants import NONE, SELF
from csp.decorators import csp_replace
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities import queries as activities
from portail.core import uploads
from portail.core.forms import written
from portail.desk import access
from portail.desk.forms.quotients import CorrectionForm, EntryForm, WithdrawalForm
from portail.desk.quotient_block import history_of
from portail.desk.views import block
from portail.families import quotients
from portail.families.actions import quotients as actions
from portail.families.models import Household, Quotient

BLOCK = "quotient"
PER_PAGE = 25


@require_safe
def history(request: HttpRequest, household_id: int) -> HttpResponse:
    """All that was entered, and who read the proofs."""
    found = access.get_household(request, household_id)
    agent = access.require(request)
    page = Paginator(history_of(found), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "household": found,
        "page": page,
        "can_edit": has_right(agent, Right.EDIT_FAMILIES),
        "can_decide": has_right(agent, Right.DECIDE_REQUESTS),
    }
    return render(request, "desk/households/quotients.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, household_id: int) -> HttpResponse:
    found = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    form = EntryForm(
        request.POST or None,
        request.FILES or None,
        kinds=quotients.kinds(activities.regulation().quotient),
        initial={"received_on": timezone.localdate()},
    )
    if form.is_valid() and written(
        form,
        lambda: actions.enter(
            found,
            form.given(),
            proof=form.cleaned_data["proof"],
            token=form.cleaned_data["token"],
            actor=access.person(request),
            now=timezone.now(),
        ),
    ):
        return block.done(request, found, BLOCK, told="Le quotient est enregistré. La famille est prévenue.")
    return block.form_page(request, found, form, block=BLOCK, title="Saisir un quotient")


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, household_id: int, quotient_id: int) -> HttpResponse:
    old = access.get_quotient(request, household_id, quotient_id)
    form = CorrectionForm(
        request.POST or None,
        kinds=quotients.kinds(activities.regulation().quotient),
        initial={
            "value": old.value,
            "kind": old.kind,
            "proved_on": old.proved_on,
            "received_on": old.received_on,
        },
    )

    def act() -> Quotient:
        given, token = form.given(), form.cleaned_data["token"]
        return actions.correct(old, given, token=token, actor=access.person(request), now=timezone.now())

    if form.is_valid():
        told = "Le quotient est corrigé. La famille est prévenue."
        if answer := _done(request, old.household, lambda: written(form, act), told):
            return answer
    return block.form_page(request, old.household, form, block=BLOCK, title="Corriger un quotient")


@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, household_id: int, quotient_id: int) -> HttpResponse:
    old = access.get_quotient(request, household_id, quotient_id)
    form = WithdrawalForm(request.POST or None)

    def act() -> Quotient:
        reason = form.cleaned_data["note"]
        return actions.withdraw(old, reason, actor=access.person(request), now=timezone.now())

    if form.is_valid():
        told = "La valeur est retirée : elle ne compte plus, et reste dans l'historique."
        if answer := _done(request, old.household, lambda: written(form, act), told):
            return answer
    return block.form_page(
        request,
        old.household,
        form,
        block=BLOCK,
        title="Retirer un quotient",
        submit="Retirer",
        is_danger=True,
        text="Elle ne comptera plus, ni pour les prix à venir ni pour ceux qui ne sont pas facturés.",
    )


@require_safe
@xframe_options_sameorigin
@csp_replace(  # type: ignore[arg-type]
    {"frame-ancestors": [SELF], "default-src": [NONE], "style-src": ["'unsafe-inline'"], "object-src": [SELF]}
)
def proof(request: HttpRequest, household_id: int, document_id: int) -> FileResponse:
    """A page of a proof, to read beside the form. The journal says who read it."""
    document = access.get_proof(request, household_id, document_id)
    actions.note_reading(document, actor=access.person(request), now=timezone.now())
    return uploads.shown(document.file, name=document.file_name, content_type=document.content_type)


def _done(
    request: HttpRequest, household: Household, act: Callable[[], Quotient | None], told: str
) -> HttpResponse | None:
    """Back to the block once it is done, or once somebody else was first; None when the form is to be corrected."""
    try:
        made = act()
    except actions.Superseded:
        messages.warning(request, "Un collègue a changé cette valeur entre-temps : rien n'a été modifié.")
        return redirect(block.address(household, BLOCK))
    return block.done(request, household, BLOCK, told=told) if made else None
