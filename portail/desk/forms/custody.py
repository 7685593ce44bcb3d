"""What an agent types about the custody of a shared child."""

from typing import Any

from django import forms

from portail.bookings.forms import IdsField
from portail.core.forms import DayInput, Form
from portail.core.uploads import PICTURES, UploadField, accepted

PAPERS = {"pdf": "application/pdf", **PICTURES}
TRANSFER, CANCEL, LEAVE = "transfer", "cancel", "leave"


class WhyForm(Form):
    why = forms.CharField(
        label="Raison",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Les deux foyers la liront.",
    )


class LiftForm(Form):
    why = forms.CharField(
        label="Raison",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Lue par les agents seulement, par exemple « nouvelle décision du 3 mars ».",
    )


class CourtForm(Form):
    """What a court forbids to a dossier about a child."""

    what = forms.MultipleChoiceField(
        label="La décision interdit à ce dossier",
        choices=[
            ("forbids_seeing", "de voir l'enfant sur le portail (planning, reçus, documents, agenda)"),
            ("forbids_booking", "de réserver pour lui"),
            ("forbids_telling", "d'être prévenu de ce qui le concerne"),
        ],
        initial=["forbids_seeing", "forbids_booking", "forbids_telling"],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Cochez ce que la décision interdit."},
    )
    since = forms.DateField(label="À partir du", widget=DayInput())
    until = forms.DateField(
        label="Jusqu'au (inclus)", required=False, widget=DayInput(), help_text="Vide : sans date de fin."
    )
    paper = UploadField(label="La décision", help_text=accepted(PAPERS), kinds=PAPERS)
    note = forms.CharField(
        label="Remarque", max_length=300, required=False, help_text="Lue par les agents seulement."
    )
    token = forms.UUIDField(widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", "La fin vient avant le début : écrivez une date à partir du début.")
        return values

    def decision(self) -> dict[str, Any]:
        """What a valid form says, as `families.actions.court.forbid` takes it. Not to see is neither to book nor to be
        told."""
        values, what = self.cleaned_data, set(self.cleaned_data["what"])
        hides = "forbids_seeing" in what
        return {
            "forbids_seeing": hides,
            "forbids_booking": hides or "forbids_booking" in what,
            "forbids_telling": hides or "forbids_telling" in what,
            "since": values["since"],
            "until": values["until"],
            "note": values["note"],
        }


class ConflictsForm(Form):
    """The conflicts that are ticked, what becomes of them, and why."""

    conflicts = IdsField(required=False)
    act = forms.ChoiceField(
        label="Que faire des réservations cochées ?",
        choices=[
            (TRANSFER, "Les passer à l'autre foyer, qui les paiera"),
            (CANCEL, "Les annuler"),
            (LEAVE, "Les laisser telles quelles"),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez ce que deviennent les réservations cochées."},
    )
    reason = forms.CharField(
        label="Raison",
        max_length=300,
        help_text="Les familles la liront dans leur reçu.",
        error_messages={"required": "Écrivez pourquoi : les familles liront cette phrase."},
    )

    def clean_conflicts(self) -> frozenset[int]:
        ticked: frozenset[int] = self.cleaned_data["conflicts"]
        if not ticked:
            raise forms.ValidationError("Cochez au moins une réservation.")
        return ticked
