"""The door."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django import forms
from django.contrib.auth import authenticate
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.core import throttle
from portail.core.forms import Form
from portail.front import paces
from portail.front.forms.passwords import MOST

NOT_ACTIVATED, DISABLED = "not_activated", "disabled"


class SignInForm(Form):
    """User name or address, and password. Valid: `user` is who it is, and may sign in."""

    login = forms.CharField(
        label=_("Nom d'utilisateur"),
        help_text=_("ou votre adresse e-mail"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    password = forms.CharField(
        label=_("Mot de passe"),
        strip=False,
        max_length=MOST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    remember = forms.BooleanField(label=_("Se rappeler de moi"), required=False)

    user: User

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request = request

    @property
    def is_not_activated(self) -> bool:
        """The password was right, but the address was never confirmed: the page offers a new link."""
        return self.has_error("__all__", NOT_ACTIVATED)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if self.errors:
            return values
        counters, now = paces.sign_in(self.request, values["login"]), timezone.now()
        try:
            throttle.take(counters, now=now)
        except throttle.TooSoon as slow:
            raise ValidationError(slow.sentence, code="slow") from slow
        self.user = self._whose(values)
        throttle.give_back(counters, now=now)
        if not self.user.is_active:
            raise ValidationError(
                _("Le service a désactivé ce compte. Appelez-le pour savoir pourquoi et le rouvrir."),
                DISABLED,
            )
        if not self.user.activated_at:
            raise ValidationError(
                _(
                    "Ce compte n'est pas encore activé : ouvrez le lien que nous vous avons envoyé par e-mail."
                ),
                NOT_ACTIVATED,
            )
        return values

    def _whose(self, values: dict[str, Any]) -> User:
        AuthenticationBackend.unstash_authenticated_user()
        found = authenticate(self.request, username=values["login"], password=values["password"])
        user = found or AuthenticationBackend.unstash_authenticated_user()
        if not isinstance(user, User):
            raise ValidationError(
                _(
                    "Ce nom d'utilisateur et ce mot de passe ne vont pas ensemble. Vérifiez les majuscules, ou "
                    "demandez un nouveau mot de passe."
                ),
                code="mismatch",
            )
        return user
