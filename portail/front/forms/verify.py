"""Checking a paper: the code printed on it, and if wanted the file itself."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portail.core import codes
from portail.core.forms import Form
from portail.core.uploads import UploadField


class CodeForm(Form):
    code = forms.CharField(
        label=_("Code du document"),
        help_text=_("Douze lettres et chiffres, au bas de la page, par exemple 7KXD-M2PQ-4RTB."),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "input input-moment",
            }
        ),
    )

    def clean_code(self) -> str:
        code = codes.read(self.cleaned_data["code"])
        if not code:
            raise ValidationError(
                _("Recopiez les douze lettres et chiffres du code. Il ne contient ni voyelle, ni 0, ni 1.")
            )
        return code


class SameFileForm(Form):
    file = UploadField(
        label=_("Le fichier PDF que vous avez reçu"),
        help_text=_("Il est comparé à celui que nous avons gardé, puis aussitôt oublié."),
        kinds={"pdf": "application/pdf"},
    )
