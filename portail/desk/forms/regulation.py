"""A settings file to try: typed, or sent as a file."""

from hashlib import sha256
from typing import Any

from django import forms

from portail import rules
from portail.core.forms import Form
from portail.rules.parsing import LARGEST


class RegulationForm(Form):
    """`regulation` once valid: the parsed file. `problems`: all that is to be mended, each with its line.

    `over`: the version it is compared with; `seen`: the mark of the text whose effect was shown.
    """

    file = forms.FileField(
        label="Déposer un fichier",
        required=False,
        help_text="Il prend la place du texte ci-dessous. Rien n'est changé avant votre confirmation.",
    )
    text = forms.CharField(
        label="Fichier de réglages",
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "input code"}),
    )
    note = forms.CharField(
        label="Motif du changement",
        required=False,
        max_length=200,
        help_text="Pour l'historique, par exemple « Délibération du 12 juin ».",
    )
    over = forms.IntegerField(min_value=0, max_value=1_000_000, widget=forms.HiddenInput)
    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    regulation: rules.Regulation | None = None
    problems: tuple[rules.Problem, ...] = ()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        file = values.get("file")
        try:
            if file:
                if file.size > LARGEST:
                    raise rules.SettingsErrors(
                        (rules.Problem(1, "", "le fichier est trop gros : 1 Mo au plus"),)
                    )
                data = file.read()
                self.regulation = rules.parse_bytes(data)
                values["text"] = data.decode("utf-8-sig")
            values["text"] = values.get("text", "").replace("\r\n", "\n").replace("\r", "\n")
            self.regulation = rules.parse(values["text"])
        except rules.SettingsErrors as refused:
            self.problems = refused.problems
            self.add_error(
                "file" if file else "text", f"{_many(len(self.problems))} à corriger : voyez la liste."
            )
        return values

    @property
    def mark(self) -> str:
        """What recognises the text whose effect was shown."""
        return sha256(self.cleaned_data.get("text", "").encode()).hexdigest()


def _many(count: int) -> str:
    return f"{count} point{'s' if count > 1 else ''}"
