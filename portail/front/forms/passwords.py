"""Choosing a password, and proving that one knows one's own."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import User
from portail.accounts.validators import LengthOfTheCommune
from portail.core import throttle
from portail.core.forms import Form, NewPasswordInput
from portail.front import paces

MOST = 1024  # characters: nobody types more, and a hash must not be made to work on megabytes


class NewPasswordForm(Form):
    """A password and its confirmation, under the rules of the commune and for this person."""

    password = forms.CharField(label=_("Mot de passe"), strip=False, max_length=MOST, widget=NewPasswordInput)
    password2 = forms.CharField(
        label=_("Confirmation du mot de passe"),
        strip=False,
        max_length=MOST,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, person: User, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.person = person
        length = LengthOfTheCommune.length()
        field = self.fields["password"]
        field.widget.min_length = length
        field.widget.attrs["minlength"] = length
        field.help_text = LengthOfTheCommune.in_words(length)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        password = values.get("password")
        if not password:
            return values
        if "password2" in values and password != values["password2"]:
            self.add_error("password2", _("Tapez deux fois le même mot de passe."))
        try:
            validate_password(password, self.person)
        except ValidationError as refused:
            self.add_error("password", refused)
        return values


class OwnPasswordForm(Form):
    """The password one has, asked again before what matters. Wrong ones slow down."""

    current = forms.CharField(
        label=_("Votre mot de passe actuel"),
        strip=False,
        max_length=MOST,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean_current(self) -> str:
        password: str = self.cleaned_data["current"]
        counters, now = paces.own_password(self.request), timezone.now()
        try:
            throttle.take(counters, now=now)
        except throttle.TooSoon as slow:
            raise ValidationError(slow.sentence, code="slow") from slow
        if not self.request.user.check_password(password):
            raise ValidationError(_("Ce n'est pas votre mot de passe actuel. Vérifiez les majuscules."))
        throttle.give_back(counters, now=now)
        return password


class ChangePasswordForm(OwnPasswordForm, NewPasswordForm):
    field_order = ["current", "password", "password2"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["password"].label = _("Nouveau mot de passe")
        self.fields["password2"].label = _("Confirmation du nouveau mot de passe")


class MailedLinkForm(Form):
    """Who wants a link by mail: by address or user name. Asking again and again slows down."""

    login = forms.CharField(
        label=_("Adresse e-mail ou nom d'utilisateur"),
        max_length=254,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            try:
                throttle.take(paces.mails(self.request, values["login"]), now=timezone.now())
            except throttle.TooSoon as slow:
                raise ValidationError(slow.sentence, code="slow") from slow
        return values


class CorrectAddressForm(MailedLinkForm):
    """Another address for an account that was never activated; its password proves whose it is."""

    login = forms.CharField(
        label=_("Nom d'utilisateur"),
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
    email = forms.EmailField(
        label=_("Votre bonne adresse e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
