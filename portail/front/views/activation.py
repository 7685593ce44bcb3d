"""An address confirmed by the mailed link, the link sent again, an address mistyped put right."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts import actions, keys
from portail.accounts.keys import LinkRefused, Purpose
from portail.families.actions import links
from portail.front.forms.passwords import CorrectAddressForm, MailedLinkForm


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest, key: str) -> HttpResponse:
    """Opening the link changes nothing, for mail scanners open them all: the button of the page does."""
    now = timezone.now()
    try:
        if request.method == "POST":
            adult = links.activate(key, now=now)
            messages.success(request, _told(adult is not None))
            return redirect("account_login")
        opened = keys.read(key, Purpose.ACTIVATION, now=now)
    except LinkRefused as refused:
        return render(request, "front/activation/refused.html", {"why": refused.why}, status=410)
    return render(request, "front/activation/activate.html", {"person": opened.user, "until": opened.until})


@login_not_required
@require_http_methods(["GET", "POST"])
def resend(request: HttpRequest) -> HttpResponse:
    form = MailedLinkForm(request.POST or None, request=request)
    if form.is_valid():
        actions.resend_activation(form.cleaned_data["login"], now=timezone.now())
        return redirect("front:activation_sent")
    status = 422 if form.is_bound else 200
    return render(request, "front/activation/resend.html", {"form": form}, status=status)


@login_not_required
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def correct(request: HttpRequest) -> HttpResponse:
    form = CorrectAddressForm(request.POST or None, request=request)
    if form.is_valid():
        values = form.cleaned_data
        actions.correct_address(values["login"], values["password"], values["email"], now=timezone.now())
        return redirect("front:activation_sent")
    status = 422 if form.is_bound else 200
    return render(request, "front/activation/correct.html", {"form": form}, status=status)


@login_not_required
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    return render(request, "front/activation/sent.html")


def _told(is_linked: bool) -> str:
    if is_linked:
        return _("Votre compte est activé et rattaché à votre dossier. Connectez-vous.")
    return _("Votre compte est activé. Connectez-vous : le service va le rattacher à votre dossier.")
