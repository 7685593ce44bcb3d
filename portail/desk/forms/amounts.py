"""An amount as people write it: « 1 234,50 », « 48.3 », « 12 € »."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portail.core.money import CENT, ZERO
from portail.payments.refusals import MOST

_SPACES = re.compile(r"[\s\u00a0\u202f'’]|€|euros?|EUR", re.IGNORECASE)
_AMOUNT = re.compile(r"-?\d{1,9}([.,]\d*)?\Z", re.ASCII)


class AmountInput(forms.TextInput):
    """An amount, shown with its comma and typed on a keyboard of digits."""

    def __init__(self, attrs: dict[str, Any] | None = None):
        defaults = {"inputmode": "decimal", "autocomplete": "off", "class": "input input-short"}
        super().__init__({**defaults, **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        return f"{value:.2f}".replace(".", ",") if isinstance(value, Decimal) else super().format_value(value)


class AmountField(forms.CharField):
    """Euros to the cent, as a Decimal; None when it is left empty and may be. `least`: the smallest accepted."""

    widget = AmountInput
    default_error_messages = {
        "unread": "Écrivez un montant en euros, comme 48,30 ou 1 234,50.",
        "cents": "Écrivez deux chiffres au plus après la virgule, comme 48,30.",
        "little": "Écrivez un montant plus grand que zéro, comme 48,30.",
        "much": "Écrivez un montant d'au plus 99 999,99.",
    }

    def __init__(self, *, least: Decimal = CENT, **kwargs: Any):
        super().__init__(max_length=kwargs.pop("max_length", 30), **kwargs)
        self.least = least

    def clean(self, value: Any) -> Decimal | None:
        typed = _SPACES.sub("", super().clean(value))
        if not typed:
            if value not in self.empty_values:
                raise self._refused("unread")
            return None
        if not _AMOUNT.match(typed):
            raise self._refused("unread")
        amount = Decimal(typed.replace(",", ".").rstrip("."))
        if amount != amount.quantize(CENT):
            raise self._refused("cents")
        if amount < self.least:
            raise self._refused("little")
        if amount > MOST:
            raise self._refused("much")
        return amount.quantize(CENT) + ZERO

    def _refused(self, code: str) -> ValidationError:
        return ValidationError(self.error_messages[code], code=code)
