from django import forms

from portail.core.forms import Form
from portail.core.text import name_key
from portail.families import search


class SearchForm(Form):
    """The one box of the desk. What is typed is somebody's name or telephone: it is posted, never in an address."""

    q = forms.CharField(
        label="Nom, numéro de dossier, adresse e-mail ou téléphone",
        max_length=search.LONGEST,
        error_messages={
            "required": "Écrivez un nom, un numéro, une adresse ou un téléphone.",
            "max_length": "Écrivez cent caractères au plus.",
        },
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    alike = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean_q(self) -> str:
        typed: str = self.cleaned_data["q"]
        if len(name_key(typed)) < search.SHORTEST:
            raise forms.ValidationError("Écrivez au moins deux lettres ou chiffres.")
        return typed
