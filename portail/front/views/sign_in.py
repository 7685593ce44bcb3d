"""Coming in and going out."""

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from portail.accounts.queries import accepted_terms
from portail.front import drafts
from portail.front.forms.sign_in import SignInForm
from portail.messaging.queries import terms_version


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponseBase:
    destination = _destination(request)
    if request.user.is_authenticated:
        return redirect(destination or "front:home")
    form = SignInForm(request.POST or None, request=request)
    if form.is_valid():
        return _enter(request, form, destination)
    status = 422 if form.is_bound else 200
    return render(request, "front/sign_in/sign_in.html", {"form": form, "next": destination}, status=status)


@login_not_required
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request, show_message=False)
        messages.success(request, _("Vous êtes déconnecté. À bientôt."))
    return redirect("front:home")


def _enter(request: HttpRequest, form: SignInForm, destination: str) -> HttpResponseBase:
    drafts.drop(request)
    user = form.user
    login = Login(user=user, redirect_url=destination or None)
    response = perform_password_login(request, {"username": user.username}, login)
    remember = form.cleaned_data["remember"]
    request.session.set_expiry(settings.SESSION_COOKIE_AGE if remember else 0)
    if user.is_family and (version := terms_version()) and accepted_terms(user) != version:
        request.session["terms_due"] = version
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        set_language(response, user.language)
    return response


def set_language(response: HttpResponseBase, language: str) -> None:
    """The browser keeps the language that somebody chose."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite="Lax",
    )


def _destination(request: HttpRequest) -> str:
    """Where to go afterwards: a page of the portal, never another site."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    secure = request.is_secure()
    safe = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=secure)
    return wanted if safe else ""
