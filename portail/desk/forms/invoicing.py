"""What is typed about invoicing: a run, what is accepted, a credit note, an amount by hand, what narrows a list."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms

from portail.activities.models import Service
from portail.billing.models import ChargeComponent, Invoice, InvoiceLine
from portail.core.forms import DayInput, Form
from portail.core.templatetags.ui import in_words, money
from portail.desk.forms.amounts import AmountField
from portail.desk.forms.calendar import within_reason
from portail.desk.forms.payments import TokenForm
from portail.families.models import Child, Household

LONGEST_DAYS = 370
PARTS = [
    (ChargeComponent.Part.PENALTY, "Pénalité (retard, oubli)"),
    (ChargeComponent.Part.SUPPLEMENT, "Supplément"),
    (ChargeComponent.Part.CARE, "Accueil"),
    (ChargeComponent.Part.MEAL, "Repas"),
    (ChargeComponent.Part.AID, "Aide"),
    (ChargeComponent.Part.MEMBERSHIP, "Adhésion"),
]


def _after_today(day: date, today: date) -> date:
    within_reason(day)
    if day <= today:
        raise forms.ValidationError(
            f"Choisissez une date après aujourd'hui, {in_words(today)} : les familles doivent avoir le temps de payer."
        )
    return day


class RunForm(Form):
    """The days to invoice, both included, the services (none ticked: all) and the last day to pay."""

    first = forms.DateField(label="Du", widget=DayInput)
    last = forms.DateField(label="Au (inclus)", widget=DayInput)
    services = forms.MultipleChoiceField(
        label="Prestations",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Aucune case cochée : toutes les prestations.",
    )
    due_on = forms.DateField(label="À payer avant le", widget=DayInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        names = Service.objects.order_by("position", "name").values_list("code", "name")
        self.fields["services"].choices = list(names)  # type: ignore[attr-defined]

    def clean_first(self) -> date:
        day: date = within_reason(self.cleaned_data["first"])
        return day

    def clean_last(self) -> date:
        day: date = within_reason(self.cleaned_data["last"])
        return day

    def clean_due_on(self) -> date:
        return _after_today(self.cleaned_data["due_on"], self.today)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            self.add_error("last", "La date de fin doit suivre la date de début : vérifiez les deux.")
        elif first and last and (last - first).days > LONGEST_DAYS:
            self.add_error("last", "Choisissez une période d'un an au plus.")
        return values


class PublishForm(Form):
    """The last day to pay, and what was shown when publication was confirmed."""

    due_on = forms.DateField(label="À payer avant le", widget=DayInput)
    count = forms.IntegerField(widget=forms.HiddenInput)
    total = forms.DecimalField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_due_on(self) -> date:
        return _after_today(self.cleaned_data["due_on"], self.today)


class AcceptForm(Form):
    """Which anomalies are accepted as they are, and why."""

    ticked = forms.MultipleChoiceField(
        label="Anomalies",
        widget=forms.MultipleHiddenInput,
        error_messages={"required": "Cochez au moins une anomalie à accepter."},
    )
    reason = forms.CharField(
        label="Raison",
        max_length=300,
        help_text="Elle reste au journal, avec votre nom.",
        error_messages={"required": "Écrivez pourquoi ces anomalies peuvent rester ainsi."},
    )

    def __init__(self, *args: Any, known: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(str(pk), str(pk)) for pk in known]
        self.fields["ticked"].choices = choices  # type: ignore[attr-defined]


class CreditForm(TokenForm):
    """The lines that a credit note takes back, why, and whether they are to be billed again."""

    lines = forms.MultipleChoiceField(
        label="Lignes reprises",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une ligne à reprendre."},
    )
    bills_again = forms.ChoiceField(
        label="Ensuite",
        widget=forms.RadioSelect,
        choices=[
            ("non", "Ces jours sont réglés : ils ne seront plus facturés"),
            ("oui", "La prochaine facturation les reprend, calculés de nouveau"),
        ],
        error_messages={"required": "Dites si ces jours seront facturés de nouveau."},
    )
    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text="La famille le lit sur l'avoir.",
        error_messages={"required": "Écrivez le motif : la famille le lit sur l'avoir."},
    )

    def __init__(self, *args: Any, invoice: Invoice, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.rows = {str(line.pk): line for line in invoice.lines.filter(credited_by=None)}
        choices = [(pk, _line_words(line)) for pk, line in self.rows.items()]
        self.fields["lines"].choices = choices  # type: ignore[attr-defined]
        self.initial.setdefault("lines", list(self.rows))

    def chosen(self) -> list[InvoiceLine]:
        return [self.rows[pk] for pk in self.cleaned_data["lines"]]


def _line_words(line: InvoiceLine) -> str:
    child = f"{line.child_label} · " if line.child_label else ""
    return f"{child}{line.label} · {money(line.amount)}"


class ChargeForm(TokenForm):
    """An amount that the next run adds to the invoice of a household, or takes from it."""

    label = forms.CharField(label="Intitulé", max_length=200, help_text="La famille le lit sur sa facture.")
    direction = forms.ChoiceField(
        label="Sens",
        widget=forms.RadioSelect,
        choices=[("add", "À payer en plus"), ("give", "À déduire")],
        initial="add",
    )
    amount = AmountField(label="Montant")
    part = forms.ChoiceField(label="Nature", choices=PARTS, initial=ChargeComponent.Part.PENALTY)
    day = forms.DateField(label="Jour concerné", widget=DayInput)
    child = forms.ModelChoiceField(
        label="Enfant", queryset=Child.objects.none(), required=False, empty_label="Toute la famille"
    )
    reason = forms.CharField(
        label="Motif", max_length=300, required=False, help_text="Nécessaire pour déduire une somme."
    )

    def __init__(self, *args: Any, household: Household, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["child"].queryset = household.children.order_by("birth_date", "pk")  # type: ignore[attr-defined]

    def clean_day(self) -> date:
        day: date = within_reason(self.cleaned_data["day"])
        return day

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("direction") == "give" and not (values.get("reason") or "").strip():
            self.add_error(
                "reason", "Écrivez pourquoi cette somme est déduite : la famille le lit sur sa facture."
            )
        return values

    def signed(self) -> Decimal:
        amount: Decimal = self.cleaned_data["amount"]
        return -amount if self.cleaned_data["direction"] == "give" else amount


STATES = [
    ("", "Toutes"),
    ("a-payer", "À payer"),
    ("en-retard", "En retard"),
    ("payees", "Payées"),
    ("avoirs", "Avec un avoir"),
]


class InvoicesForm(Form):
    """What narrows the list of invoices."""

    q = forms.CharField(label="Numéro ou famille", max_length=100, required=False)
    etat = forms.ChoiceField(label="État", choices=STATES, required=False)
    mois = forms.RegexField(
        r"^\d{4}-(0[1-9]|1[0-2])\Z",
        label="Mois",
        required=False,
        error_messages={"invalid": "Écrivez le mois avec l'année d'abord, comme 2026-11."},
        widget=forms.TextInput({"type": "month", "class": "input"}),
    )

    def month(self) -> date | None:
        typed = self.cleaned_data.get("mois")
        if not typed:
            return None
        year, month = map(int, typed.split("-"))
        return date(year, month, 1) if year >= 2000 else None
