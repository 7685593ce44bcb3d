"""What is typed about booking periods: a new one, and the hand on its waiting room."""

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from django import forms

from portail.activities.models import Service
from portail.bookings.models import WaitingRoom
from portail.core.forms import DayInput, Form, HourInput
from portail.core.text import plain
from portail.desk.forms.calendar import within_reason
from portail.rules.problems import Problem
from portail.rules.rewriting import New, written

CLASSES = 3
MOST = 1000
SHORT = {"class": "input input-short"}
WHOM = [
    ("", "Toutes les familles"),
    ("residences", "Lieu de résidence"),
    ("profiles", "Profil d'inscription"),
]


class RoomForm(Form):
    """The desk's hand on a waiting room. `families` empty: the number of the regulation."""

    mode = forms.ChoiceField(
        label="Salle d'attente", choices=WaitingRoom.Mode.choices, widget=forms.RadioSelect
    )
    is_paused = forms.BooleanField(
        label="Suspendre les entrées",
        required=False,
        help_text="Personne n'entre plus ; les tickets gardent leur rang et qui est entré peut finir.",
    )
    families = forms.IntegerField(
        label="Familles qui réservent en même temps",
        required=False,
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs=SHORT),
        error_messages=dict.fromkeys(
            ("min_value", "max_value"), f"Écrivez un nombre entre 1 et {MOST}, ou laissez vide."
        ),
    )
    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text="Il va au journal ; les familles le lisent quand les entrées sont suspendues.",
    )


class PeriodForm(Form):
    """A booking period, as three classes at most see it open."""

    name = forms.CharField(
        label="Nom", max_length=80, help_text="Par exemple « Vacances de printemps 2027 »."
    )
    services = forms.MultipleChoiceField(
        label="Prestations",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une prestation."},
    )
    start = forms.DateField(label="Premier jour de service", widget=DayInput)
    end = forms.DateField(label="Dernier jour de service", widget=DayInput)
    closes = forms.DateField(
        label="Dernier jour pour réserver",
        required=False,
        widget=DayInput,
        help_text="Vide : les délais ordinaires.",
    )
    closes_at = forms.TimeField(label="Heure de clôture", required=False, widget=HourInput)
    families = forms.IntegerField(
        label="Salle d'attente : familles en même temps",
        required=False,
        min_value=1,
        max_value=MOST,
        widget=forms.NumberInput(attrs=SHORT),
        help_text="Vide : pas de salle d'attente. Comptez cent familles par cœur du serveur.",
        error_messages=dict.fromkeys(
            ("min_value", "max_value"), f"Écrivez un nombre entre 1 et {MOST}, ou laissez vide."
        ),
    )
    draws = forms.ChoiceField(
        label="Ordre de ceux qui viennent avant l'ouverture",
        choices=[("draw", "Tirage au sort"), ("arrival", "Ordre d'arrivée")],
        widget=forms.RadioSelect,
        initial="draw",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Service.objects.filter(is_active=True).values_list("code", "name")
        self.fields["services"].choices = list(rows)  # type: ignore[attr-defined]
        for number in range(1, CLASSES + 1):
            self.fields |= _class_fields(number)

    def clean_start(self) -> date:
        return within_reason(self.cleaned_data["start"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for number in range(1, CLASSES + 1):
            if values.get(f"label_{number}") and not values.get(f"on_{number}"):
                self.add_error(f"on_{number}", "Donnez le jour où cette classe peut réserver.")
            if values.get(f"by_{number}") and not values.get(f"word_{number}"):
                self.add_error(f"word_{number}", "Écrivez le mot du règlement, par exemple « commune ».")
        return values

    def refuse(self, problem: Problem) -> None:
        self.add_error(None, f"Ces valeurs ne vont pas ensemble : {problem.message}.")

    def toml(self) -> str:
        """The period as the settings file writes it."""
        values = self.cleaned_data
        rows: list[tuple[str, New]] = [
            ("code", plain(values["name"]).replace(" ", "-")[:40].strip("-") or "periode"),
            ("name", values["name"]),
            ("services", values["services"]),
            ("from", values["start"]),
            ("until", values["end"]),
            ("opens", list(self._classes())),
        ]
        if values["closes"]:
            rows.append(("closes", values["closes"]))
            if values["closes_at"]:
                rows.append(("closes_at", _hour(values["closes_at"])))
        if values["families"]:
            rows.append(("room", {"families": values["families"], "order": values["draws"]}))
        return "\n[[bookings.periods]]\n" + "".join(f"{key} = {written(value)}\n" for key, value in rows)

    def _classes(self) -> Iterator[dict[str, New]]:
        for number in range(1, CLASSES + 1):
            label, by, word, on, at = (
                self.cleaned_data[f"{key}_{number}"] for key in ("label", "by", "word", "on", "at")
            )
            if label:
                whom = {by: [word]} if by else {}
                yield {"label": label, **whom, "on": on, "at": _hour(at or time(0))}


def _class_fields(number: int) -> dict[str, forms.Field]:
    needed = number == 1
    which = ("première", "deuxième", "troisième")[number - 1]
    return {
        f"label_{number}": forms.CharField(
            label=f"Qui réserve, {which} ouverture",
            max_length=80,
            required=needed,
            help_text="Ce que lisent les familles, par exemple « Habitants de la commune »."
            if needed
            else "",
        ),
        f"by_{number}": forms.ChoiceField(label="Reconnues à", choices=WHOM, required=False),
        f"word_{number}": forms.CharField(label="Mot du règlement", max_length=60, required=False),
        f"on_{number}": forms.DateField(label="Ouverture le", required=needed, widget=DayInput),
        f"at_{number}": forms.TimeField(label="à", required=False, widget=HourInput),
    }


def _hour(value: time) -> str:
    return f"{value:%H:%M}"
