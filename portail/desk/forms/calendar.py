"""What is typed about the calendar."""

from typing import Any

from django import forms

from portail.activities.models import CalendarEntry
from portail.core.forms import DayInput, Form, ModelForm

EARLIEST, LATEST = 2000, 2100


class EntryForm(ModelForm):
    class Meta:
        model = CalendarEntry
        fields = ["kind", "label", "start", "end"]
        widgets = {"start": DayInput, "end": DayInput}
        help_texts = {
            "label": "C'est ce que les familles lisent, par exemple « Fermeture d'été ».",
            "kind": "« Jour travaillé malgré tout » : une école ouverte un samedi, un pont rattrapé.",
        }

    def clean_start(self) -> Any:
        return within_reason(self.cleaned_data["start"])

    def clean_end(self) -> Any:
        return within_reason(self.cleaned_data["end"])


def within_reason(day: Any) -> Any:
    """A year of four figures typed too fast (0026, 20266) is caught before it reaches the tables."""
    if not EARLIEST <= day.year <= LATEST:
        raise forms.ValidationError("Vérifiez l'année : elle s'écrit avec quatre chiffres, par exemple 2027.")
    return day


class ImportForm(Form):
    """The civil years to bring from the national calendars."""

    first = forms.IntegerField(label="De l'année", min_value=EARLIEST, max_value=LATEST)
    last = forms.IntegerField(label="À l'année (incluse)", min_value=EARLIEST, max_value=LATEST)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs["class"] = "input input-short"
            field.error_messages["min_value"] = field.error_messages["max_value"] = (
                "Écrivez l'année avec quatre chiffres, par exemple 2027."
            )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("first") and values.get("last"):
            if values["last"] < values["first"]:
                self.add_error("last", "La dernière année doit suivre la première.")
            elif values["last"] - values["first"] > 5:
                self.add_error("last", "Importez six années au plus à la fois.")
        return values

    def years(self) -> list[int]:
        return list(range(self.cleaned_data["first"], self.cleaned_data["last"] + 1))
