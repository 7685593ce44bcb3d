"""What a family writes about itself: at once for how to reach it, as a request for the rest."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portail.activities.models import School
from portail.core.forms import Form, ModelForm
from portail.core.phones import PhoneField
from portail.families.models import Adult, ChildContact


class ReachForm(ModelForm):
    """One's own telephones and contact address, and the choice of invoices by mail."""

    mobile_phone = PhoneField(label=_("Téléphone mobile"), required=False)
    home_phone = PhoneField(label=_("Téléphone fixe"), required=False)
    work_phone = PhoneField(label=_("Téléphone professionnel"), required=False)
    invoices_by_mail = forms.BooleanField(
        label=_("Recevoir les factures par e-mail"),
        required=False,
        help_text=_("Pour tout le dossier. Sans cela, elles arrivent par la poste."),
    )

    class Meta:
        model = Adult
        fields = ["mobile_phone", "home_phone", "work_phone", "email"]

    field_order = ["mobile_phone", "home_phone", "work_phone", "email", "invoices_by_mail"]

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["email"].help_text = _(
            "L'adresse où le service vous écrit. Celle de votre connexion se change dans « Mon compte »."
        )
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.initial.setdefault("invoices_by_mail", self.instance.household.invoices_by_mail)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        phones = ("mobile_phone", "home_phone", "work_phone")
        if not self.errors and not any(values.get(phone) for phone in phones):
            self.add_error("mobile_phone", _("Gardez au moins un numéro où le service peut vous appeler."))
        return values


class ChildReachForm(Form):
    phone = PhoneField(label=_("Téléphone de l'enfant"), required=False)
    email = forms.EmailField(label=_("Adresse e-mail de l'enfant"), required=False)


class ContactForm(ModelForm):
    """Somebody to call for a child, or who may come for it."""

    phone = PhoneField(label=_("Téléphone"))

    class Meta:
        model = ChildContact
        fields = ["name", "relation", "phone", "email", "may_pick_up", "is_emergency"]
        help_texts = {"relation": _("Par exemple : grand-mère, voisin, assistante maternelle.")}


class AddressForm(Form):
    """A new address for the household."""

    street = forms.CharField(label=_("Adresse"), max_length=200, help_text=_("Numéro et rue."))
    street_more = forms.CharField(label=_("Complément d'adresse"), max_length=200, required=False)
    postcode = forms.RegexField(
        r"^[0-9]{5}\Z",
        label=_("Code postal"),
        error_messages={"invalid": _("Écrivez les cinq chiffres du code postal, par exemple 59162.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "postal-code"}),
    )
    city = forms.CharField(label=_("Commune"), max_length=100)
    message = forms.CharField(
        label=_("Précisions pour le service"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Par exemple la date du déménagement."),
    )


class NameForm(Form):
    """A new name for oneself or for a child."""

    first_name = forms.CharField(label=_("Prénom"), max_length=80)
    last_name = forms.CharField(label=_("Nom"), max_length=80)
    message = forms.CharField(
        label=_("Précisions pour le service"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Par exemple un mariage, ou une faute à corriger."),
    )


class SchoolForm(Form):
    """Another school for a child."""

    school = forms.ModelChoiceField(queryset=School.objects.none(), label=_("Nouvelle école"))
    message = forms.CharField(
        label=_("Précisions pour le service"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Par exemple à partir de quand."),
    )

    def __init__(self, *args: Any, schools: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]


class CertificateForm(Form):
    """A tax certificate for a past year."""

    year = forms.TypedChoiceField(label=_("Année"), coerce=int)
    message = forms.CharField(
        label=_("Précisions pour le service"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, years: list[int], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["year"].choices = [(year, str(year)) for year in years]  # type: ignore[attr-defined]


class MessageForm(Form):
    message = forms.CharField(
        label=_("Votre message"), max_length=4000, widget=forms.Textarea(attrs={"rows": 6})
    )


class DisputeForm(Form):
    """Why a line of an invoice is not right."""

    message = forms.CharField(
        label=_("Ce qui ne va pas"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Par exemple : « Léa était malade le 12, le certificat est déposé. »"),
    )
