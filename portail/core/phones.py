"""Telephone numbers: typed as people do, kept in the international form, shown as the country writes them."""

from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

REGION = "FR"
_OVERSEAS = ("GP", "MQ", "GF", "RE", "YT", "PM", "NC", "PF", "WF")


def normalise(typed: str) -> str:
    """ "06 12 34 56 78" → "+33612345678". Raises ValidationError when no telephone answers to it."""
    for region in (REGION, *_OVERSEAS):
        try:
            number = phonenumbers.parse(typed, region)
        except phonenumbers.NumberParseException:
            break
        if phonenumbers.is_valid_number(number):
            return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    raise ValidationError(
        _("Indiquez un numéro de téléphone complet, par exemple 06 12 34 56 78."), code="phone"
    )


def shown(kept: str) -> str:
    """ "+33612345678" → "06 12 34 56 78"; a foreign number keeps its country's code."""
    try:
        number = phonenumbers.parse(kept, REGION)
    except phonenumbers.NumberParseException:
        return kept
    home = number.country_code == phonenumbers.country_code_for_region(REGION)
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, style.NATIONAL if home else style.INTERNATIONAL)


class PhoneField(forms.CharField):
    """A telephone: `type=tel`, the number shown as the country writes it, the value in E.164."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 30)
        kwargs.setdefault("widget", forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return shown(value) if isinstance(value, str) and value.startswith("+") else value

    def clean(self, value: Any) -> str:
        typed = super().clean(value)
        return normalise(typed) if typed else ""
