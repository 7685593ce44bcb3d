"""The form that edits a row several people may edit at once: it remembers what it showed."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils import formats

from portail.core.changes import EditedMeanwhile, Merged, shown
from portail.core.forms.base import ModelForm, written
from portail.core.phones import PhoneField
from portail.core.phones import shown as phone_shown


class SeenField(forms.CharField):
    """What the form showed, kept by the page as JSON. What cannot be read counts as nothing seen."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> dict[str, Any]:
        try:
            seen = json.loads(value or "{}")
        except ValueError:
            return {}
        return seen if isinstance(seen, dict) else {}


class EditForm(ModelForm):
    """A ModelForm whose action merges what this person changed with what others changed meanwhile (core.changes)."""

    seen = SeenField(required=False)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial["seen"] = json.dumps(shown(self.instance, self._meta.fields or ()))

    def values(self) -> dict[str, Any]:
        """The fields of the row, as cleaned."""
        return {field: self.cleaned_data[field] for field in self._meta.fields or ()}

    def saved(self, action: Callable[[], Merged]) -> Merged | None:
        """What the action gives; None when it refuses, in words or because of others, which the form then shows."""
        try:
            return written(self, action)
        except EditedMeanwhile as overtaken:
            self._show(overtaken.theirs)
            return None

    def labels_of(self, fields: Mapping[str, Any]) -> list[str]:
        return [str(self.fields[field].label) for field in fields if field in self.fields]

    def _show(self, theirs: Mapping[str, Any]) -> None:
        """Tell each value that came meanwhile; saving again then replaces it knowingly."""
        for field, value in theirs.items():
            self.add_error(
                field,
                f"Entre-temps, un collègue a mis « {self._in_words(field, value)} ». "
                "Enregistrez de nouveau pour garder votre saisie, ou recopiez la sienne.",
            )
        name = self.add_prefix("seen")
        self.data = {**dict(self.data.items()), name: json.dumps({**self.cleaned_data["seen"], **theirs})}

    def _in_words(self, name: str, value: Any) -> str:
        field = self.fields[name]
        if value in (None, ""):
            return "rien"
        if isinstance(value, bool):
            return "oui" if value else "non"
        if isinstance(field, PhoneField):
            return phone_shown(value)
        if isinstance(field, forms.DateField):
            return formats.date_format(date.fromisoformat(value), "j F Y")
        if isinstance(field, forms.ModelChoiceField):
            chosen = (
                field.queryset.model._default_manager.filter(pk=value).first()
                if field.queryset is not None
                else None
            )
            return str(chosen or "rien")
        return str(value)
