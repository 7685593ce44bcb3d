"""The three steps of a sign-up, and the page that welcomes."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.actions import NewAccount, UsernameTaken
from portail.core import throttle
from portail.families.actions import links
from portail.front import bots, drafts, paces
from portail.front.drafts import Draft
from portail.front.forms.sign_up import InformationForm, RecapForm, ReferencesForm
from portail.messaging.queries import terms_version


def steps() -> list[str]:
    return [_("Mes informations"), _("Mes références dossier"), _("Récapitulatif")]


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def information(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("front:home")
    draft = drafts.load(request)
    form = InformationForm(request.POST or None, saved=draft.information)
    if form.is_valid():
        draft.information = form.kept()
        drafts.save(request, draft)
        return redirect("front:signup_references")
    return _step(request, 1, form, {"trap": bots.TRAP})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def references(request: HttpRequest) -> HttpResponse:
    draft = drafts.load(request)
    if draft.information is None:
        return _start_again(request)
    form = ReferencesForm(request.POST or None, request=request, initial=_known_references(draft))
    if form.is_valid():
        draft.references = form.references()
        drafts.save(request, draft)
        return redirect("front:signup_recap")
    return _step(request, 2, form, {})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def recap(request: HttpRequest) -> HttpResponse:
    draft = drafts.load(request)
    if not draft.is_whole:
        return redirect("front:signup_welcome") if drafts.welcomed(request) else _start_again(request)
    version = terms_version()
    label = _("J'accepte les conditions générales d'utilisation") if version else ""
    form = RecapForm(request.POST or None, digest=draft.digest, terms_label=label)
    if form.is_valid():
        try:
            throttle.take(paces.sign_up(request), now=timezone.now())
            links.sign_up(_new_account(draft, version), now=timezone.now())
        except throttle.TooSoon as slow:
            form.add_error(None, slow.sentence)
        except UsernameTaken:
            messages.error(request, InformationForm.taken((draft.information or {})["username"]))
            return redirect("front:signup")
        else:
            drafts.finish(request, draft)
            return redirect("front:signup_welcome")
    return _step(request, 3, form, {"draft": draft})


@login_not_required
@require_POST
def cancel(request: HttpRequest) -> HttpResponse:
    drafts.drop(request)
    messages.info(request, _("Votre inscription est annulée : rien n'a été gardé."))
    return redirect("front:signup")


@login_not_required
@never_cache
@require_safe
def welcome(request: HttpRequest) -> HttpResponse:
    name = drafts.welcomed(request)
    if name is None:
        return redirect("front:signup")
    return render(request, "front/sign_up/welcome.html", {"name": name})


def _step(
    request: HttpRequest,
    step: int,
    form: InformationForm | ReferencesForm | RecapForm,
    context: dict[str, object],
) -> HttpResponse:
    page = ("information", "references", "recap")[step - 1]
    context |= {"form": form, "steps": steps(), "step": step, "title": steps()[step - 1]}
    return render(request, f"front/sign_up/{page}.html", context, status=422 if form.is_bound else 200)


def _start_again(request: HttpRequest) -> HttpResponse:
    messages.info(
        request, _("Commencez par vos informations : ce que vous aviez saisi n'est gardé qu'une heure.")
    )
    return redirect("front:signup")


def _known_references(draft: Draft) -> dict[str, object]:
    if draft.references is None:
        return {"email": (draft.information or {}).get("email")}
    return {**draft.references, "without": not draft.references}


def _new_account(draft: Draft, terms: int | None) -> NewAccount:
    assert draft.information is not None
    assert draft.references is not None
    return NewAccount(
        sign_up_id=UUID(draft.id),
        **draft.information,
        language=get_language() or "fr",
        references=draft.references,
        terms_version=terms,
    )
