"""Forms whose refusals say what to do. A field that declares its own words keeps them."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import number_format
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

INSTRUCTIONS: tuple[tuple[type[forms.Field], dict[str, Any]], ...] = (
    (forms.EmailField, {"invalid": _("Écrivez l'adresse en entier, comme prenom.nom@exemple.fr.")}),
    (forms.DateTimeField, {"invalid": _("Écrivez le jour et l'heure, comme 03/12/2026 09:00.")}),
    (forms.DateField, {"invalid": _("Écrivez la date avec le jour, le mois et l'année, comme 03/12/2026.")}),
    (forms.TimeField, {"invalid": _("Écrivez l'heure comme 16:30.")}),
    (forms.IntegerField, {"invalid": _("Écrivez un nombre entier, comme 12.")}),
    (forms.DecimalField, {"invalid": _("Écrivez un nombre, comme 12,50.")}),
    (
        forms.ChoiceField,
        {"invalid_choice": _("Choisissez dans la liste : la valeur reçue n'y est pas ou n'y est plus.")},
    ),
    (
        forms.ModelChoiceField,
        {"invalid_choice": _("Choisissez dans la liste : la valeur reçue n'y est pas ou n'y est plus.")},
    ),
    (forms.FileField, {"empty": _("Ce fichier est vide. Choisissez-en un autre.")}),
    (
        forms.CharField,
        {
            "max_length": _("Écrivez un texte plus court : %(limit_value)s caractères au plus."),
            "min_length": _("Écrivez un texte plus long : %(limit_value)s caractères au moins."),
        },
    ),
)
STALE = _("Cette page n'est plus à jour : rechargez-la, puis recommencez.")
"""What nobody types (a hidden field) did not come back as it was sent."""
_OF_HIDDEN = ("required", "invalid", "invalid_choice", "min_value", "max_value", "max_length")


class Form(forms.Form):
    """The form of every screen that writes no single row."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        speak_plainly(self.fields)

    def full_clean(self) -> None:
        speak_plainly(self.fields)  # those that were added after the others
        super().full_clean()


class ModelForm(forms.ModelForm):
    """The form of every screen that edits a row."""

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        speak_plainly(self.fields)

    def full_clean(self) -> None:
        speak_plainly(self.fields)  # those that were added after the others
        super().full_clean()


def written(form: forms.BaseForm, action: Callable[[], Any]) -> Any:
    """What the action gives; None when it refuses in words (ValidationError), which the form then shows."""
    try:
        return action()
    except ValidationError as refused:
        known = set(form.fields)
        if hasattr(refused, "error_dict") and known.issuperset(refused.error_dict):
            form.add_error(None, refused)
        else:
            form.add_error(None, refused.messages)
        return None


def speak_plainly(fields: Mapping[str, forms.Field]) -> None:
    """Replace Django's general words by instructions, except where the field gave its own."""
    for field in fields.values():
        for key, text in _instructions(field).items():
            if _is_default(field, key):
                field.error_messages[key] = text


def _instructions(field: forms.Field) -> dict[str, Any]:
    if field.widget.is_hidden:
        return dict.fromkeys(_OF_HIDDEN, STALE)
    texts: dict[str, Any] = {"required": _required(field), **_bounds(field)}
    for kind, instructions in INSTRUCTIONS:
        if isinstance(field, kind):
            texts.update(instructions)
    return texts


def _bounds(field: forms.Field) -> dict[str, Any]:
    """The least and the most of a number, written as the reader writes numbers."""
    texts: dict[str, Any] = {}
    least, most = getattr(field, "min_value", None), getattr(field, "max_value", None)
    if isinstance(least, int | Decimal):
        words = _("Écrivez un nombre plus grand : {number} au moins.")
        texts["min_value"] = format_lazy(words, number=number_format(least))
    if isinstance(most, int | Decimal):
        words = _("Écrivez un nombre plus petit : {number} au plus.")
        texts["max_value"] = format_lazy(words, number=number_format(most))
    return texts


def _required(field: forms.Field) -> Any:
    if isinstance(field, forms.BooleanField):
        return _("Cochez cette case pour continuer.")
    if isinstance(field, forms.ChoiceField | forms.ModelChoiceField):
        return format_lazy(_("Choisissez une réponse pour « {label} »."), label=field.label or "")
    if isinstance(field, forms.FileField):
        return _("Choisissez un fichier.")
    return format_lazy(_("Remplissez « {label} »."), label=field.label or "")


def _is_default(field: forms.Field, key: str) -> bool:
    """Whether the words are still those of Django, not given by a field of ours or where the field was declared."""
    for kind in type(field).__mro__:
        if key in vars(kind).get("default_error_messages", {}):
            if not kind.__module__.startswith("django."):
                return False
            return bool(field.error_messages.get(key) == kind.default_error_messages[key])  # type: ignore[attr-defined]
    return key not in field.error_messages
