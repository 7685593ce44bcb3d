"""The three steps of a sign-up."""

from typing import Any

from django import forms
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.accounts.models import USERNAME, User, clean_username
from portail.accounts.queries import free_username, is_username_free
from portail.core import throttle
from portail.core.forms import Form, NewPasswordInput
from portail.families.models import NUMBER
from portail.families.queries import household_of
from portail.front import bots, paces
from portail.front.forms.passwords import NewPasswordForm

OWN_FIELDS = ("last_name", "first_name", "username", "email")


class InformationForm(NewPasswordForm):
    """Step 1. `saved` is what an earlier pass through this step kept: its password need not be typed again, unless
    the person's own names changed, which no password may hold."""

    last_name = forms.CharField(
        label=_("Nom"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    first_name = forms.CharField(
        label=_("Prénom"),
        max_length=80,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        help_text=_("C'est lui qui vous fait reconnaître dans votre dossier."),
    )
    email = forms.EmailField(
        label=_("Adresse e-mail"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    email2 = forms.EmailField(
        label=_("Confirmation d'adresse e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    username = forms.CharField(
        label=_("Nom d'utilisateur"),
        max_length=60,
        help_text=_("Celui que vous voulez, sans « @ ». Il vous servira à vous connecter."),
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    mobile_layout = forms.BooleanField(
        label=_("Activer l'ergonomie mobile"),
        required=False,
        help_text=_(
            "Le planning en liste de jours, avec de grandes cases. Les petits écrans l'ont toujours."
        ),
    )

    field_order = ["last_name", "first_name", "email", "email2", "username", "password", "password2"]

    def __init__(self, *args: Any, saved: dict[str, Any] | None, **kwargs: Any):
        self.saved = saved or {}
        initial = {**self.saved, "email2": self.saved.get("email")}
        super().__init__(*args, person=User(), initial={**initial, "password": None}, **kwargs)
        own = [self[field].auto_id for field in OWN_FIELDS]
        widget = self.fields["password"].widget
        assert isinstance(widget, NewPasswordInput)
        widget.own_fields = tuple(own)
        if self.saved:
            for name in ("password", "password2"):
                self.fields[name].required = False
            self.fields["password"].help_text = _("Déjà choisi. Laissez vide pour le garder.")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_email2(self) -> str:
        again = str(self.cleaned_data["email2"]).lower()
        if "email" in self.cleaned_data and again != self.cleaned_data["email"]:
            raise ValidationError(_("Écrivez deux fois la même adresse."))
        return again

    def clean_username(self) -> str:
        username = clean_username(self.cleaned_data["username"])
        USERNAME(username)
        email = self.cleaned_data.get("email", "")
        if not is_username_free(username, email=email):
            raise ValidationError(self.taken(username))
        return username

    @staticmethod
    def taken(username: str) -> str:
        return _("Ce nom d'utilisateur est déjà pris. « %(other)s » est libre, par exemple.") % {
            "other": free_username(username)
        }

    def clean(self) -> dict[str, Any]:
        self.person = User(**{field: self.cleaned_data.get(field, "") for field in OWN_FIELDS})
        values = super().clean()
        if not values.get("password") and "password" not in self.errors and self._names_changed(values):
            self.add_error(
                "password",
                _("Tapez de nouveau un mot de passe : vos noms ont changé, et il ne doit pas les contenir."),
            )
        if not self.errors and bots.is_caught(self.data):
            raise ValidationError(
                _("Nous n'avons pas reconnu la main d'une personne. Appuyez de nouveau sur « Enregistrer »."),
                code="bot",
            )
        return values

    def _names_changed(self, values: dict[str, Any]) -> bool:
        return any(values.get(field, "") != self.saved.get(field, "") for field in OWN_FIELDS)

    def kept(self) -> dict[str, Any]:
        """What the draft keeps of this step: everything, the password as its hash."""
        values = {field: self.cleaned_data[field] for field in (*OWN_FIELDS, "mobile_layout")}
        typed = self.cleaned_data["password"]
        return values | {"password": make_password(typed) if typed else self.saved["password"]}


class ReferencesForm(Form):
    """What ties an account to a dossier. Wrong pairs slow down, and are refused in the same words whatever is wrong."""

    number = forms.CharField(
        label=_("Numéro de dossier"),
        max_length=20,
        required=False,
        help_text=_("Celui du courrier de la commune, par exemple 6354."),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Nom"),
        max_length=120,
        required=False,
        help_text=_("Le nom du dossier, tel que le courrier l'écrit."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Adresse e-mail"),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    without = forms.BooleanField(
        label=_("Je n'ai pas ces informations, continuer sans"),
        required=False,
        help_text=_(
            "Le service rattachera lui-même votre compte à votre dossier. Cela prend quelques jours."
        ),
    )

    def __init__(self, *args: Any, request: HttpRequest, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.request = request

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("without"):
            for field in ("number", "name", "email"):
                self.errors.pop(field, None)
            return values
        self._need("number", _("Indiquez le numéro écrit sur votre courrier, par exemple 6354."))
        self._need("name", _("Indiquez le nom du dossier, écrit sur votre courrier."))
        if not self.errors:
            self._check_pair(values["number"], values["name"])
        return values

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        if number and not self.data.get(self.add_prefix("without")):
            NUMBER(number)
        return number

    def references(self) -> dict[str, str]:
        """What the account is opened with: {} without any."""
        values = self.cleaned_data
        return {} if values["without"] else {key: values[key] for key in ("number", "name", "email")}

    def _need(self, field: str, sentence: Any) -> None:
        if not self.cleaned_data.get(field) and field not in self.errors:
            self.add_error(field, sentence)

    def _check_pair(self, number: str, name: str) -> None:
        counters, now = paces.references(self.request, number), timezone.now()
        try:
            throttle.take(counters, now=now)
        except throttle.TooSoon as slow:
            raise ValidationError(slow.sentence, code="slow") from slow
        if household_of(number, name) is None:
            raise ValidationError(
                _(
                    "Ce numéro et ce nom ne vont pas ensemble. Recopiez-les exactement du courrier de la commune ; "
                    "si vous ne l'avez pas, cochez « continuer sans »."
                ),
                code="pair",
            )
        throttle.give_back(counters, now=now)


class RecapForm(Form):
    """Step 3. `seen` is the digest of what the recap showed: what another tab changed since is shown again first."""

    seen = forms.CharField(widget=forms.HiddenInput, max_length=16, required=False)
    terms = forms.BooleanField(label="")

    def __init__(self, *args: Any, digest: str, terms_label: str, **kwargs: Any):
        super().__init__(*args, initial={"seen": digest}, **kwargs)
        self.digest = digest
        if terms_label:
            self.fields["terms"].label = terms_label
            self.fields["terms"].error_messages["required"] = _(
                "Cochez cette case : il faut accepter les conditions générales d'utilisation pour s'inscrire."
            )
        else:
            del self.fields["terms"]

    def clean_seen(self) -> str:
        if self.cleaned_data["seen"] != self.digest:
            self.data = {**self.data.dict(), "seen": self.digest}  # type: ignore[attr-defined]
            raise ValidationError(
                _("Vos informations ont changé dans un autre onglet. Relisez-les, puis validez."),
                code="changed",
            )
        return self.digest
