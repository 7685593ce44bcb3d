"""What narrows the account of a family and the list of what is unpaid; what a reminder and a statement ask."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from portail.billing.actions.reminders import MOST
from portail.billing.queries.unpaid import AGES
from portail.core.forms import DayInput, Form


class StatementForm(Form):
    """A stretch of days, both included."""

    du = forms.DateField(label="Du", widget=DayInput)
    au = forms.DateField(label="Au (inclus)", widget=DayInput)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("du"), values.get("au")
        if first and last and last < first:
            self.add_error(
                "au", "La date de fin vient avant celle de début : échangez-les, ou corrigez l'une des deux."
            )
        return values

    def days(self) -> tuple[date, date]:
        return self.cleaned_data["du"], self.cleaned_data["au"]


class UnpaidForm(Form):
    """The filters of the list of what is unpaid, kept in the address: nothing personal among them."""

    age = forms.ChoiceField(
        label="Retard", choices=[("", "Tous"), *((age.key, age.label) for age in AGES)], required=False
    )
    relance = forms.ChoiceField(
        label="Relances",
        choices=[("", "Relancées ou non"), ("jamais", "Jamais relancées"), ("deja", "Déjà relancées")],
        required=False,
    )
    minimum = forms.DecimalField(
        label="Reste au moins", min_value=0, max_digits=8, decimal_places=2, required=False, localize=True
    )


class InvoiceIdsField(forms.CharField):
    """Keys of invoices with commas, as our own page wrote them; what is no number is dropped."""

    def clean(self, value: Any) -> list[int]:
        parts = str(value or "").split(",")
        return [int(part) for part in parts if part.isascii() and part.isdigit() and len(part) < 19][:MOST]


class RemindForm(Form):
    """Which invoices, and how many days must have gone since their last reminder."""

    days = forms.IntegerField(
        label="Ne pas relancer deux fois en moins de (jours)", min_value=1, max_value=365, initial=15
    )
    invoices = InvoiceIdsField(widget=forms.HiddenInput, required=False)
    token = forms.UUIDField(widget=forms.HiddenInput)


def chosen(typed: Sequence[str]) -> list[int]:
    """The boxes that were ticked."""
    return InvoiceIdsField().clean(",".join(typed))
