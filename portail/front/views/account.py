"""« Mon compte »: what one changes of one's own account."""

from allauth.account.internal.flows.logout import logout
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts import actions, keys
from portail.accounts.keys import LinkRefused, Purpose
from portail.families.actions import links
from portail.front import access, devices
from portail.front.forms.account import CloseAccountForm, NewAddressForm, PreferencesForm
from portail.front.forms.passwords import ChangePasswordForm
from portail.front.views.sign_in import set_language
from portail.messaging.models import LegalPage
from portail.messaging.queries import legal_page


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    user = access.person(request)
    return render(
        request,
        "front/account/overview.html",
        {
            "person": user,
            "sessions": access.get_sessions(request).count(),
            "acceptance": user.acceptances.order_by("-version").first(),
        },
    )


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    user = access.person(request)
    form = ChangePasswordForm(request.POST or None, request=request, person=user)
    if form.is_valid():
        before = request.session.session_key
        user = actions.change_password(user, form.cleaned_data["password"], keep=before, now=timezone.now())
        update_session_auth_hash(request, user)
        actions.follow_session(before, request.session.session_key)
        messages.success(
            request, _("Votre mot de passe est changé. Vos autres appareils ont été déconnectés.")
        )
        return redirect("front:account")
    return _form(request, form, "front/account/password.html")


@sensitive_post_parameters("current")
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest) -> HttpResponse:
    user = access.person(request)
    form = NewAddressForm(request.POST or None, request=request)
    if form.is_valid():
        email = form.cleaned_data["email"]
        actions.ask_new_address(user, email, now=timezone.now())
        messages.success(
            request,
            _("Un lien est parti à %(address)s. Votre adresse changera quand vous l'aurez ouvert.")
            % {"address": email},
        )
        return redirect("front:account")
    return _form(request, form, "front/account/address.html", person=user)


@require_POST
def keep_address(request: HttpRequest) -> HttpResponse:
    actions.forget_new_address(access.person(request), now=timezone.now())
    messages.success(request, _("Vous gardez votre adresse : le lien envoyé à l'autre ne sert plus."))
    return redirect("front:account")


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def confirm_address(request: HttpRequest, key: str) -> HttpResponse:
    """Opened from the new mailbox, maybe in a browser where nobody is signed in."""
    now = timezone.now()
    try:
        if request.method == "POST":
            actions.confirm_new_address(key, now=now)
            messages.success(
                request, _("Votre nouvelle adresse est confirmée. Elle sert désormais à vous connecter.")
            )
            return redirect("front:account")
        opened = keys.read(key, Purpose.ADDRESS, now=now)
    except LinkRefused as refused:
        return render(request, "front/account/address_refused.html", {"why": refused.why}, status=410)
    return render(request, "front/account/confirm_address.html", {"person": opened.user})


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    user = access.person(request)
    initial = {"mobile_layout": user.mobile_layout, "language": request.LANGUAGE_CODE}
    form = PreferencesForm(request.POST or None, initial=initial)
    if form.is_valid():
        actions.set_preferences(user, **form.cleaned_data, now=timezone.now())
        messages.success(request, _("Vos préférences sont enregistrées."))
        response = redirect("front:account")
        set_language(response, form.cleaned_data["language"])
        return response
    return _form(request, form, "front/account/preferences.html")


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    known = [
        {
            "id": session.pk,
            "device": devices.in_words(session.user_agent),
            "since": session.created_at,
            "is_current": session.session_key == request.session.session_key,
        }
        for session in access.get_sessions(request).order_by("-created_at")
    ]
    known.sort(key=lambda session: not session["is_current"])
    return render(request, "front/account/sessions.html", {"sessions": known})


@require_POST
def end_session(request: HttpRequest, session_id: int) -> HttpResponse:
    session = access.get_session(request, session_id)
    if session.session_key == request.session.session_key:
        logout(request, show_message=False)
        return redirect("front:home")
    actions.end_sessions(access.person(request), [session.session_key], now=timezone.now())
    messages.success(request, _("Cet appareil est déconnecté."))
    return redirect("front:account_sessions")


@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    others = access.get_sessions(request).exclude(session_key=request.session.session_key)
    keys_of_others = list(others.values_list("session_key", flat=True))
    actions.end_sessions(access.person(request), keys_of_others, now=timezone.now())
    messages.success(request, _("Vos autres appareils sont déconnectés."))
    return redirect("front:account_sessions")


@sensitive_post_parameters("current")
@require_http_methods(["GET", "POST"])
def close(request: HttpRequest) -> HttpResponse:
    user = access.get_family_user(request)
    form = CloseAccountForm(request.POST or None, request=request)
    if form.is_valid():
        links.close_account(user, now=timezone.now())
        logout(request, show_message=False)
        messages.success(request, _("Votre compte est fermé. Votre dossier reste au service."))
        return redirect("front:home")
    return _form(request, form, "front/account/close.html")


@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest) -> HttpResponse:
    """The terms of use changed since this person accepted them."""
    user = access.person(request)
    page = legal_page(LegalPage.Kind.TERMS)
    if request.method == "POST" and page:
        if request.POST.get("version") == str(page.version):
            actions.accept_terms(user, page.version, now=timezone.now())
            request.session.pop("terms_due", None)
            return redirect("front:home")
        messages.warning(request, _("Les conditions ont encore changé : voici leur dernière version."))
    if not page or "terms_due" not in request.session:
        return redirect("front:home")
    return render(request, "front/account/terms.html", {"page": page})


def _form(request: HttpRequest, form: object, template: str, **context: object) -> HttpResponse:
    status = 422 if getattr(form, "is_bound", False) else 200
    return render(request, template, {"form": form, **context}, status=status)
