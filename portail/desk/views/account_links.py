"""Accounts: tied to the adult they belong to, untied, and their links sent again."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portail.accounts import actions as accounts
from portail.accounts.models import User
from portail.accounts.rights import Right
from portail.desk import access
from portail.desk.views import block, request_page
from portail.families.actions import links, newcomers
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import Adult, Household, Request

BLOCK = "adultes"


@require_POST
def link(request: HttpRequest, request_id: int) -> HttpResponse:
    """Tie the account that asked; or first look in one more dossier, named by its number."""
    asked = access.get_request(request, request_id, Right.DECIDE_REQUESTS)
    if asked.kind != Request.Kind.LINK:
        raise Http404
    number = request.POST.get("number", "").strip()
    named = Household.objects.filter(number=number, closed_at=None).first() if number else None
    if request.POST.get("step") == "look":
        return _look(request, asked, named)
    form = request_page.link_form(asked, request.POST, also=named)
    if form.is_valid():
        try:
            adult = _link(asked, form.chosen(), access.require(request))
        except AlreadyDecided as first:
            messages.warning(request, request_page.already(first.request))
            return redirect("desk:request", asked.pk)
        except links.CannotLink as cannot:
            form.add_error("target", str(cannot.obstacle.label))
        else:
            messages.success(request, f"Le compte est rattaché à {adult}. La personne est prévenue.")
            return redirect("desk:household", adult.household_id)
    return request_page.show(request, asked, bound={"link": form})


@require_http_methods(["GET", "HEAD", "POST"])
def unlink(request: HttpRequest, household_id: int, adult_id: int) -> HttpResponse:
    """Untie an adult's account, after a mistake or a separation."""
    adult = access.get_adult(request, household_id, adult_id, Right.DECIDE_REQUESTS)
    if request.method != "POST":
        return block.confirm_page(
            request,
            adult.household,
            block=BLOCK,
            title=f"Détacher le compte de {adult} ?",
            text="La personne garde son compte mais ne verra plus ce dossier. Elle est prévenue par courriel.",
            confirm="Détacher le compte",
        )
    links.unlink(adult, actor=access.require(request), now=timezone.now())
    return block.done(request, adult.household, BLOCK, told=f"Le compte de {adult} est détaché.")


@require_POST
def send_password(request: HttpRequest, household_id: int, adult_id: int) -> HttpResponse:
    """Mail an adult who signs in a link to choose another password."""
    adult = access.get_adult(request, household_id, adult_id)
    if adult.user is None:
        raise Http404
    accounts.send_password_link(adult.user, actor=access.require(request), now=timezone.now())
    told = "Un lien pour choisir un nouveau mot de passe est parti à l'adresse du compte."
    return block.done(request, adult.household, BLOCK, told=told)


@require_POST
def resend(request: HttpRequest, household_id: int, user_id: int) -> HttpResponse:
    """Send again the activation link of an account that named this dossier."""
    household, user = access.get_awaited_account(request, household_id, user_id)
    accounts.resend_activation(user.username, now=timezone.now())
    told = "Un nouveau lien d'activation est parti. Il vaut vingt-quatre heures."
    return block.done(request, household, BLOCK, told=told)


def _look(request: HttpRequest, asked: Request, named: Household | None) -> HttpResponse:
    """The page again, with the adults of the dossier named among the proposals."""
    form = request_page.link_form(asked, also=named)
    form.initial["number"] = named.number if named else request.POST.get("number", "")[:10]
    if named is None:
        messages.warning(request, "Aucun dossier ouvert ne porte ce numéro : vérifiez-le.")
    return request_page.show(request, asked, bound={"link": form})


def _link(asked: Request, chosen: Adult | Household | None, agent: User) -> Adult:
    now = timezone.now()
    if isinstance(chosen, Adult):
        return links.link(asked, chosen, actor=agent, now=now)
    if isinstance(chosen, Household):
        return newcomers.link_as_new_adult(asked, chosen, actor=agent, now=now)
    name = asked.data.get("name") or (asked.author.last_name if asked.author else "")
    values = {"name": (name or asked.author_label).upper(), "number": ""}
    return newcomers.link_with_new_household(asked, values, actor=agent, now=now)
