"""What is typed at the cash desk: a payment, what mends an account, what narrows the list."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.forms import BoundField

from portail.activities.queries import regulation
from portail.core.forms import DayInput, Form
from portail.core.money import ZERO
from portail.core.templatetags.ui import money
from portail.desk.forms.amounts import AmountField
from portail.desk.forms.calendar import within_reason
from portail.desk.forms.sessions import StretchForm
from portail.payments.actions.taking import Handed
from portail.payments.models import Mode, Refund
from portail.payments.queries.dues import Debt, Standing, care_due

SHORT = {"class": "input input-short"}


def accepted_modes() -> list[tuple[str, str]]:
    """The modes that the regulation accepts at the desk, in their order; all of them when it names none."""
    accepted = {str(mode) for mode in regulation().billing.payment_modes}
    found = [(str(value), str(label)) for value, label in Mode.choices if value in accepted]
    return found or [(str(value), str(label)) for value, label in Mode.choices]


class TokenForm(Form):
    """A form that writes once, however often it is sent."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.initial.setdefault("token", uuid4())


class TakeForm(TokenForm):
    """A payment. `chosen`: the debt (id of its movement) that the agent came to take."""

    seen = forms.DecimalField(widget=forms.HiddenInput)
    mode = forms.ChoiceField(
        label="Mode de paiement",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez comment la famille paie."},
    )
    amount = AmountField(
        label="Montant encaissé",
        help_text="Ce qui dépasse le dû reste en avance ; on ne rend rien sur des CESU ou des chèques-vacances.",
    )
    given = AmountField(
        label="Somme tendue",
        required=False,
        help_text="Facultatif : la page suivante dira combien rendre.",
    )
    received_on = forms.DateField(label="Reçu le", widget=DayInput)
    bank = forms.CharField(label="Banque", max_length=80, required=False)
    reference = forms.CharField(
        label="Numéro ou référence", max_length=80, required=False, widget=forms.TextInput(SHORT)
    )
    payer = forms.CharField(
        label="Payé par", max_length=120, required=False, help_text="Si ce n'est pas la famille."
    )
    cesu_seen = forms.BooleanField(label="J'ai vérifié : encaisser ces CESU quand même", required=False)

    def __init__(self, *args: Any, stands: Standing, today: date, chosen: str = "", **kwargs: Any):
        self.stands = stands
        debts = {debt.movement.pk: debt for debt in stands.debts}
        wanted = debts.get(int(chosen)) if chosen.isdecimal() and len(chosen) < 12 else None
        kwargs["initial"] = {
            "received_on": today,
            "amount": (wanted.left if wanted else stands.due) or None,
            "seen": stands.balance,
        }
        super().__init__(*args, **kwargs)
        self.fields["mode"].choices = accepted_modes()  # type: ignore[attr-defined]
        for pk, debt in debts.items():
            self.fields[f"pay_{pk}"] = forms.BooleanField(required=False, initial=debt is wanted)
            self.fields[f"part_{pk}"] = AmountField(
                label=f"Montant pour {debt.movement.label}", required=False, initial=debt.left
            )

    def rows(self) -> Iterator[tuple[Debt, BoundField, BoundField]]:
        """Each debt with the box that chooses it and what it receives."""
        for debt in self.stands.debts:
            yield debt, self[f"pay_{debt.movement.pk}"], self[f"part_{debt.movement.pk}"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors and values["mode"] == Mode.CESU and not values["cesu_seen"]:
            self._check_cesu(values["amount"])
        return values

    def _check_cesu(self, amount: Decimal) -> None:
        chosen = tuple(debt for debt in self.stands.debts if debt.movement.pk in self.first())
        care = care_due(chosen or self.stands.debts)
        if amount > care:
            self.add_error(
                "cesu_seen",
                f"Les CESU paient l'accueil, jamais les repas : ce qui est dû ici n'en compte que {money(care)}. "
                "Diminuez le montant, ou cochez cette case si la somme est juste.",
            )

    def first(self) -> dict[int, Decimal]:
        """The debts that were ticked, and the most that each receives."""
        found = {}
        for debt in self.stands.debts:
            pk = debt.movement.pk
            if self.cleaned_data.get(f"pay_{pk}"):
                found[pk] = self.cleaned_data.get(f"part_{pk}") or debt.left
        return found

    def handed(self) -> Handed:
        values = self.cleaned_data
        names = ("mode", "amount", "received_on", "payer", "bank", "reference")
        given = values["given"] if values["mode"] == Mode.CASH else None
        return Handed(**{name: values[name] for name in names}, given=given)

    def see_again(self) -> None:
        """What the page shows now is what the next sending will be compared with."""
        self.data = {**dict(self.data.items()), "seen": str(self.stands.balance)}


class ReasonForm(Form):
    reason = forms.CharField(
        label="Motif",
        max_length=300,
        error_messages={"required": "Écrivez pourquoi : cette phrase reste avec l'écriture."},
    )


class RefundForm(TokenForm):
    mode = forms.ChoiceField(
        label="Comment", widget=forms.RadioSelect, choices=[(mode.value, mode.label) for mode in Refund.MODES]
    )
    amount = AmountField(label="Montant à rendre")
    reference = forms.CharField(
        label="Numéro ou référence",
        max_length=80,
        required=False,
        widget=forms.TextInput(SHORT),
        help_text="Du chèque ou du virement.",
    )
    reason = ReasonForm.base_fields["reason"]


class WriteOffForm(TokenForm):
    amount = AmountField(label="Montant abandonné")
    reason = ReasonForm.base_fields["reason"]


class OpeningForm(TokenForm):
    """What a payer owed, or had in advance, before the portal."""

    side = forms.ChoiceField(
        label="Au départ",
        widget=forms.RadioSelect,
        choices=[("owed", "La famille devait de l'argent"), ("advance", "La famille avait une avance")],
        initial="owed",
    )
    amount = AmountField(label="Montant")
    day = forms.DateField(label="Solde au", widget=DayInput)
    reason = ReasonForm.base_fields["reason"]

    def clean_day(self) -> Any:
        return within_reason(self.cleaned_data["day"])

    def signed(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        return amount if self.cleaned_data["side"] == "owed" else ZERO - amount


class PaymentsForm(StretchForm):
    """What narrows the list of payments."""

    mode = forms.ChoiceField(label="Mode", required=False, choices=[("", "Tous"), *Mode.choices])
    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "Tous"),
            ("waiting", "À remettre"),
            ("deposited", "Remis"),
            ("cancelled", "Annulés"),
            ("kept", "Non annulés"),
        ],
    )
    q = forms.CharField(
        label="Dossier, reçu ou chèque",
        max_length=80,
        required=False,
        widget=forms.TextInput({"type": "search", "autocomplete": "off"}),
    )
