"""What an agent types of a quotient: one with its proof, a correction, rows by the dozen, a file."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils import timezone

from portail.core.forms import DayInput, Form
from portail.core.uploads import PROOFS, UploadField, accepted
from portail.desk.quotient_lines import Typed, read_value
from portail.families.actions.quotients import Given

OLDEST = timedelta(days=3 * 366)
ROWS = 15


class ValueField(forms.CharField):
    """A quotient as people write it: « 742 », « 1 214,50 ». Its cleaned value is a Decimal."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "decimal", "class": "input input-short", "autocomplete": "off"}
        super().__init__(**{"max_length": 20, "widget": forms.TextInput(attrs=attrs), **kwargs})

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        return read_value(typed) if typed else None

    def prepare_value(self, value: Any) -> Any:
        return f"{value:f}".replace(".", ",") if isinstance(value, Decimal) else value


def check_days(form: forms.Form, proved_on: date | None, received_on: date | None) -> None:
    """Both days past, in their order, and a proof that is not from another time."""
    today = timezone.localdate()
    if received_on and received_on > today:
        form.add_error("received_on", "Cette date est à venir : écrivez le jour où la pièce est arrivée.")
    elif received_on and received_on < today - OLDEST:
        form.add_error("received_on", "Cette date a plus de trois ans : vérifiez l'année.")
    if proved_on and received_on and proved_on > received_on:
        form.add_error(
            "proved_on", "Le justificatif serait daté d'après sa réception : vérifiez les deux dates."
        )
    elif proved_on and proved_on < today - OLDEST:
        form.add_error(
            "proved_on", "Ce justificatif a plus de trois ans : vérifiez l'année, ou demandez-en un récent."
        )


class GivenForm(Form):
    """What a proof says: value, kind, its date, the day it came."""

    value = ValueField(label="Quotient familial", help_text="Par exemple 742 ou 1 214,50.")
    kind = forms.ChoiceField(label="Justificatif")
    proved_on = forms.DateField(label="Date du justificatif", widget=DayInput())
    received_on = forms.DateField(
        label="Reçu le", widget=DayInput(), help_text="C'est elle qui décide à partir de quand il compte."
    )

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        first = self.initial.get("kind")
        offered = [*kinds, *([first] if first and first not in kinds else [])]
        self.fields["kind"].choices = [(kind, kind) for kind in offered]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        check_days(self, values.get("proved_on"), values.get("received_on"))
        return values

    def given(self) -> Given:
        values = self.cleaned_data
        return Given(
            values["value"],
            values["kind"],
            values["proved_on"],
            values["received_on"],
            values.get("note", ""),
        )


class EntryForm(GivenForm):
    """A quotient proved at the desk: the file of its proof, or the agent saw it."""

    proof = UploadField(kinds=PROOFS, label="Pièce", required=False)
    seen = forms.BooleanField(label="Vu au guichet, sans copie", required=False)
    note = forms.CharField(label="Remarque", max_length=300, required=False, help_text="Lue par les agents.")
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["proof"].help_text = accepted(PROOFS)

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if "proof" not in self.errors and not values.get("proof") and not values.get("seen"):
            self.add_error("proof", "Joignez la pièce, ou cochez « Vu au guichet ».")
        return values


class CorrectionForm(GivenForm):
    """Another value in the place of one that was typed wrong."""

    note = forms.CharField(
        label="Pourquoi cette correction",
        max_length=300,
        help_text="Par exemple : chiffres inversés. La phrase reste dans l'historique.",
        error_messages={"required": "Écrivez pourquoi : la phrase reste dans l'historique."},
    )
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)


class WithdrawalForm(Form):
    note = forms.CharField(
        label="Pourquoi retirer cette valeur",
        max_length=300,
        help_text="Par exemple : saisie dans le mauvais dossier. La phrase reste dans l'historique.",
        error_messages={"required": "Écrivez pourquoi : la phrase reste dans l'historique."},
    )


class AcceptProofForm(GivenForm):
    """What the agent reads on the proof that a family sent."""

    answer = forms.CharField(
        label="Mot pour la famille",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Facultatif. Le courriel dit déjà la valeur et à partir de quand elle compte.",
    )


class ListForm(Form):
    """The filters of the list, kept in the address: nothing personal among them."""

    etat = forms.ChoiceField(
        label="Quotients",
        choices=[
            ("", "Manquants ou à renouveler"),
            ("manquants", "Manquants"),
            ("a-renouveler", "À renouveler"),
            ("bientot", "Qui compteront bientôt"),
            ("a-lire", "Justificatif à lire"),
            ("valables", "Valables"),
            ("tous", "Tous"),
        ],
        required=False,
    )
    courriel = forms.ChoiceField(
        label="À joindre",
        choices=[("", "Par tout moyen"), ("avec", "Par courriel"), ("sans", "Sans adresse e-mail")],
        required=False,
    )


class ReceivedForm(Form):
    """What all the rows of a sitting share."""

    received_on = forms.DateField(label="Reçus le", widget=DayInput())
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        check_days(self, None, values.get("received_on"))
        return values


class ImportForm(ReceivedForm):
    """A file of quotients, or its lines pasted."""

    file = forms.FileField(
        label="Fichier CSV",
        required=False,
        widget=forms.FileInput(attrs={"accept": ".csv,.txt,text/csv"}),
        help_text="Une ligne par dossier : numéro ; quotient ; justificatif ; date du justificatif.",
    )
    text = forms.CharField(
        label="Ou coller les lignes",
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        strip=False,
    )
    tells = forms.BooleanField(label="Prévenir chaque famille par courriel", required=False, initial=True)

    field_order = ["file", "text", "received_on", "tells", "token"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if values.get("file"):
            values["text"] = self._read(values["file"])
        if not self.errors and not (values.get("text") or "").strip():
            self.add_error("file", "Choisissez un fichier, ou collez ses lignes.")
        return values

    def _read(self, file: Any) -> str:
        if file.size > 1_000_000:
            self.add_error("file", "Ce fichier dépasse 1 Mo : envoyez-le en plusieurs fois.")
            return ""
        content = file.read()
        if b"\0" in content:
            self.add_error(
                "file", "Ce fichier n'est pas un CSV : enregistrez la feuille en CSV, puis recommencez."
            )
            return ""
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            return content.decode("cp1252", "replace")


class RowForm(Form):
    """A row of the table: a dossier's number, its quotient, the proof. What it means is read by `quotient_lines`."""

    number = forms.CharField(label="Dossier", required=False, max_length=20)
    value = forms.CharField(label="Quotient", required=False, max_length=20)
    kind = forms.ChoiceField(label="Justificatif", required=False)
    proved_on = forms.CharField(label="Date du justificatif", required=False, max_length=20)
    problem = ""

    def __init__(self, *args: Any, kinds: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]
        self.line = int(str(self.prefix).rpartition("-")[2] or 0) + 1
        for name, field in self.fields.items():
            field.widget.attrs |= {"aria-label": f"{field.label}, ligne {self.line}", "autocomplete": "off"}
            if name != "kind":
                field.widget.attrs["class"] = "input input-short"
        self.fields["number"].widget.attrs["inputmode"] = "numeric"
        self.fields["value"].widget.attrs["inputmode"] = "decimal"
        self.fields["proved_on"].widget.attrs["placeholder"] = "03/02/2027"

    def typed(self) -> Typed:
        values = self.cleaned_data
        return Typed(self.line, *(values.get(name, "") for name in ("number", "value", "kind", "proved_on")))


def rows_form(kinds: Sequence[str], data: Any = None) -> Any:
    """The table of a sitting: ROWS rows, the empty ones left aside."""
    formset = forms.formset_factory(RowForm, extra=ROWS, max_num=ROWS, absolute_max=ROWS)
    return formset(data, prefix="ligne", form_kwargs={"kinds": kinds})
