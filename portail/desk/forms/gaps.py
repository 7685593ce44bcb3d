"""What narrows the list of gaps, and what an agent decides about one."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django import forms

from portail.activities.models import Place, Service
from portail.attendance.actions.settlements import Choice
from portail.attendance.models import Settlement
from portail.core.forms import Form
from portail.core.forms.widgets import DayInput
from portail.families.models import Household

LONGEST = 62
"""Days that are looked at together."""
OPEN, SETTLED = "ouverts", "regles"


class GapsFilter(Form):
    first = forms.DateField(label="Du", widget=DayInput)
    last = forms.DateField(label="Au", widget=DayInput)
    place = forms.ModelChoiceField(Place.objects.all(), label="Lieu", required=False, empty_label="Tous")
    service = forms.ModelChoiceField(
        Service.objects.all(), label="Prestation", required=False, empty_label="Toutes"
    )
    kind = forms.ChoiceField(label="Écart", required=False, choices=[("", "Tous"), *Settlement.Kind.choices])
    state = forms.ChoiceField(
        label="État",
        required=False,
        choices=[(OPEN, "À régler"), (SETTLED, "Réglés"), ("tous", "Tous")],
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and not date.min < first <= last:
            self.add_error("last", "La fin doit suivre le début.")
        elif first and last and last - first > timedelta(days=LONGEST):
            self.add_error("last", "Regardez deux mois au plus à la fois.")
        return values


CHARGE = ("charge", "Facturer ce que prévoit le règlement")
WAIVE = ("waive", "Ne rien facturer de plus")
CHOICES = {
    Settlement.Kind.NO_SHOW: [
        ("absence", "Noter une absence, sans pénalité"),
        WAIVE,
        CHARGE,
    ],
    Settlement.Kind.UNBOOKED: [
        ("book", "Écrire la réservation, avec la majoration du règlement"),
        ("book-waive", "Écrire la réservation, sans majoration"),
        WAIVE,
        CHARGE,
    ],
    Settlement.Kind.LATE_PICK_UP: [WAIVE, CHARGE],
}


class SettleForm(Form):
    """`seen`: the decision that the page showed, empty without any."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    seen = forms.IntegerField(required=False, widget=forms.HiddenInput)
    choice = forms.ChoiceField(label="Que décidez-vous ?", widget=forms.RadioSelect)
    absence = forms.ChoiceField(label="Motif de l'absence", required=False)
    household = forms.ModelChoiceField(
        Household.objects.none(),
        label="Dossier qui répond de l'enfant ce jour-là",
        required=False,
        empty_label="Choisissez",
    )
    reason = forms.CharField(
        label="Pourquoi",
        max_length=300,
        help_text="La famille peut lire ce motif sur son reçu ou dans son journal.",
    )

    def __init__(
        self,
        *args: Any,
        kind: Settlement.Kind,
        households: Iterable[Household],
        absences: Iterable[tuple[str, str]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["choice"].choices = CHOICES[kind]  # type: ignore[attr-defined]
        homes = list(households)
        if kind == Settlement.Kind.NO_SHOW:
            self.fields["absence"].choices = list(absences)  # type: ignore[attr-defined]
        else:
            del self.fields["absence"]
        if len(homes) > 1:
            field = self.fields["household"]
            field.queryset = Household.objects.filter(pk__in=[home.pk for home in homes])  # type: ignore[attr-defined]
        else:
            del self.fields["household"]

    def decision(self) -> Choice:
        values = self.cleaned_data
        chosen = values["choice"]
        waived = chosen in ("waive", "book-waive", "absence")
        return Choice(
            Settlement.Decision.WAIVED if waived else Settlement.Decision.CHARGED,
            values["reason"],
            absence=values.get("absence", "") if chosen == "absence" else None,
            book=chosen.startswith("book"),
            household=values.get("household"),
        )
