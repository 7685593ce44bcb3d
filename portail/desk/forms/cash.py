"""What is typed in the evening: the till counted piece by piece, the payments handed over."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BoundField

from portail.core.forms import DayInput
from portail.desk.forms.amounts import AmountField
from portail.desk.forms.payments import TokenForm
from portail.payments.actions.till import FACES, worth
from portail.payments.models import Payment

MOST_PIECES = 10_000


class CountForm(TokenForm):
    """How many notes and coins of each face there are; an empty box is none."""

    day = forms.DateField(label="Caisse du", widget=DayInput)
    float_amount = AmountField(
        label="Fonds de caisse", least=Decimal(0), help_text="Ce qui reste toujours en caisse pour rendre."
    )
    note = forms.CharField(
        label="Explication de l'écart",
        max_length=300,
        required=False,
        help_text="À écrire si le compte n'est pas juste.",
    )

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        for face in FACES:
            value = (
                f"{face:.0f} €"
                if face >= 1
                else f"{face * 100:.0f} centime{'s' if face > Decimal('0.01') else ''}"
            )
            label = f"{'Billets' if face >= 5 else 'Pièces'} de {value}"
            self.fields[_name(face)] = forms.IntegerField(
                label=label,
                required=False,
                min_value=0,
                max_value=MOST_PIECES,
                widget=forms.TextInput(
                    {"inputmode": "numeric", "autocomplete": "off", "class": "input input-short"}
                ),
                error_messages={
                    "min_value": "Écrivez un nombre entier, zéro ou plus.",
                    "max_value": "Vérifiez ce nombre : il est trop grand pour une caisse.",
                },
            )

    def faces(self) -> Iterator[BoundField]:
        for face in FACES:
            yield self[_name(face)]

    def pieces(self) -> dict[Decimal, int]:
        return {face: self.cleaned_data.get(_name(face)) or 0 for face in FACES}

    def counted(self) -> Decimal | None:
        """What the boxes are worth, once they could be read."""
        return worth(self.pieces()) if self.is_bound and hasattr(self, "cleaned_data") else None


def _name(face: Decimal) -> str:
    return f"n{int(face * 100)}"


class DepositForm(TokenForm):
    """The payments of one mode that leave together."""

    day = forms.DateField(label="Date de la remise", widget=DayInput)
    note = forms.CharField(label="Remarque", max_length=200, required=False)
    payments = forms.TypedMultipleChoiceField(
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "invalid_choice": "Un paiement coché vient d'être annulé ou remis : relisez la liste, cochez de nouveau."
        },
    )

    def __init__(self, *args: Any, waiting: Sequence[Payment], today: date, **kwargs: Any):
        kwargs["initial"] = {"day": today, "payments": [payment.pk for payment in waiting]}
        super().__init__(*args, **kwargs)
        self.waiting = waiting
        self.fields["payments"].choices = [(payment.pk, payment.number) for payment in waiting]  # type: ignore[attr-defined]

    def rows(self) -> Iterator[tuple[Payment, bool]]:
        """Each payment that waits, and whether it is ticked."""
        ticked = {str(value) for value in self["payments"].value() or ()}
        for payment in self.waiting:
            yield payment, str(payment.pk) in ticked
