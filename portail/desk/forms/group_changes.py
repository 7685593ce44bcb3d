"""What is asked for many children at once: whom, which days, where."""

from typing import Any

from django import forms

from portail.activities.models import Activity, Place, Service
from portail.bookings.actions.group_bookings import Days
from portail.bookings.actions.group_moves import Move
from portail.core.forms import Form
from portail.desk.forms.audiences import AudienceForm
from portail.desk.forms.sessions import StretchForm

WEEKDAYS = [
    ("0", "lun."),
    ("1", "mar."),
    ("2", "mer."),
    ("3", "jeu."),
    ("4", "ven."),
    ("5", "sam."),
    ("6", "dim."),
]
NOBODY = "Choisissez une classe ou un groupe."


class _GroupForm(StretchForm, AudienceForm):
    """Some children and some days."""

    token = forms.UUIDField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classe"].empty_label = "Choisissez"  # type: ignore[attr-defined]
        if "groupe" in self.fields:
            self.fields["groupe"].choices = [  # type: ignore[attr-defined]
                ("", "Choisissez"),
                *self.fields["groupe"].choices[1:],  # type: ignore[attr-defined]
            ]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if not self.errors and not values.get("classe") and not values.get("groupe"):
            self.add_error("classe", NOBODY)
        return values


class GroupBookForm(_GroupForm):
    prestations = forms.ModelMultipleChoiceField(
        Service.objects.filter(is_active=True, activity__is_active=True),
        label="Prestations",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins une prestation."},
    )
    jours = forms.MultipleChoiceField(
        label="Jours de la semaine",
        choices=WEEKDAYS,
        initial=["0", "1", "3", "4"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez au moins un jour."},
    )
    field_order = ["classe", "groupe", "prestations", "jours", "du", "au"]

    def days(self) -> Days:
        values = self.cleaned_data
        weekdays = frozenset(int(day) for day in values["jours"])
        return Days(tuple(values["prestations"]), values["du"], values["au"], weekdays)


class GroupMoveForm(_GroupForm):
    activite = forms.ModelChoiceField(
        Activity.objects.filter(is_active=True), label="Activité", empty_label="Choisissez"
    )
    lieu = forms.ModelChoiceField(
        Place.objects.filter(is_active=True), label="Lieu d'accueil", empty_label="Choisissez"
    )
    field_order = ["classe", "groupe", "activite", "lieu", "du", "au"]

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        activity, place = values.get("activite"), values.get("lieu")
        if (
            activity
            and place
            and not place.offers.filter(service__activity=activity, is_active=True).exists()
        ):
            self.add_error("lieu", "Cette activité n'y est pas proposée : choisissez un autre lieu.")
        return values

    def move(self) -> Move:
        values = self.cleaned_data
        return Move(values["activite"], values["lieu"], values["du"], values["au"])


class ConfirmForm(Form):
    """Why, and whether the limits are passed. `needs_reason`: a reason must be given whatever is ticked."""

    reason = forms.CharField(
        label="Motif donné aux familles",
        required=False,
        max_length=200,
        help_text="Les familles le lisent sur leur reçu, par exemple « Sortie de la classe ».",
    )
    past_deadlines = forms.BooleanField(label="Réserver aussi après la date limite", required=False)

    def __init__(self, *args: Any, needs_reason: bool = False, has_late: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = needs_reason
        if not has_late:
            del self.fields["past_deadlines"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("past_deadlines") and not values.get("reason") and "reason" not in self.errors:
            self.add_error(
                "reason", "Écrivez pourquoi la date limite est passée : les familles liront cette phrase."
            )
        return values
