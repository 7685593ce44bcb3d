"""Mon compte."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portail.core.forms import Form
from portail.front.forms.passwords import OwnPasswordForm


class NewAddressForm(OwnPasswordForm):
    """Another address to sign in with."""

    email = forms.EmailField(
        label=_("Nouvelle adresse e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    email2 = forms.EmailField(
        label=_("Confirmation de la nouvelle adresse"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )

    field_order = ["email", "email2", "current"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).lower()
        if email == self.request.user.email:  # type: ignore[union-attr]
            raise ValidationError(_("C'est déjà votre adresse : écrivez la nouvelle."))
        return email

    def clean_email2(self) -> str:
        again = str(self.cleaned_data["email2"]).lower()
        if "email" in self.cleaned_data and again != self.cleaned_data["email"]:
            raise ValidationError(_("Écrivez deux fois la même adresse."))
        return again


class PreferencesForm(Form):
    mobile_layout = forms.BooleanField(
        label=_("Activer l'ergonomie mobile"),
        required=False,
        help_text=_(
            "Le planning en liste de jours, avec de grandes cases. Les petits écrans l'ont toujours."
        ),
    )
    language = forms.ChoiceField(
        label=_("Langue"),
        choices=settings.LANGUAGES,
        widget=forms.RadioSelect,
        help_text=_("Celle des pages et des messages que vous recevez."),
    )


class CloseAccountForm(OwnPasswordForm):
    sure = forms.BooleanField(label=_("Je veux fermer mon compte"))

    field_order = ["current", "sure"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["sure"].error_messages["required"] = _(
            "Cochez cette case si vous voulez fermer votre compte."
        )
