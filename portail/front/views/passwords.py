"""A password forgotten, and the page on which the mailed link lets one choose another."""

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
from portail.front.forms.passwords import MailedLinkForm, NewPasswordForm


@login_not_required
@require_http_methods(["GET", "POST"])
def forgotten(request: HttpRequest) -> HttpResponse:
    form = MailedLinkForm(request.POST or None, request=request)
    if form.is_valid():
        actions.ask_password_link(form.cleaned_data["login"], now=timezone.now())
        return redirect("account_reset_password_done")
    status = 422 if form.is_bound else 200
    return render(request, "front/passwords/forgotten.html", {"form": form}, status=status)


@login_not_required
@require_safe
def link_sent(request: HttpRequest) -> HttpResponse:
    return render(request, "front/passwords/link_sent.html")


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def choose(request: HttpRequest, key: str) -> HttpResponse:
    now = timezone.now()
    try:
        person = keys.read(key, Purpose.PASSWORD, Purpose.INVITATION, now=now).user
        form = NewPasswordForm(request.POST or None, person=person)
        if form.is_valid():
            links.choose_password(key, form.cleaned_data["password"], now=now)
            messages.success(request, _("Votre mot de passe est choisi. Connectez-vous avec lui."))
            return redirect("account_login")
    except LinkRefused as refused:
        return render(request, "front/passwords/link_refused.html", {"why": refused.why}, status=410)
    context = {"form": form, "person": person}
    return render(request, "front/passwords/choose.html", context, status=422 if form.is_bound else 200)
