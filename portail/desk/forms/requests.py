"""How agents look through the démarches, and what they decide."""

from typing import Any

from django import forms

from portail.core.forms import Form, SeenField
from portail.core.uploads import UploadField, accepted
from portail.families.models import Adult, Household, Request


class QueueForm(Form):
    """The filters of the queue, kept in the address. By default, all that waits."""

    nature = forms.ChoiceField(
        label="Démarche", choices=[("", "Toutes"), *Request.Kind.choices], required=False
    )
    etat = forms.ChoiceField(
        label="État",
        choices=[("", "En attente"), ("traitees", "Traitées"), ("toutes", "Toutes")],
        required=False,
    )


class ApproveForm(Form):
    """Yes, with a word if wanted. `seen`: the values of today that the agent had before its eyes."""

    seen = SeenField(required=False)
    answer = forms.CharField(
        label="Mot pour la famille",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Facultatif.",
    )


class GrantForm(Form):
    """Yes to a certificate, with a word if wanted."""

    answer = forms.CharField(
        label="Mot pour la famille",
        max_length=4000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Facultatif.",
    )


class RefuseForm(Form):
    answer = forms.CharField(
        label="Raison",
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="La famille lira cette phrase. Dites-lui aussi ce qu'elle peut faire.",
        error_messages={"required": "Écrivez pourquoi : la famille lira cette phrase."},
    )


class AnswerForm(Form):
    """An answer in words, with a file, or both."""

    answer = forms.CharField(
        label="Réponse", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )
    title = forms.CharField(
        label="Titre du fichier",
        max_length=150,
        required=False,
        help_text="Ce que la famille lira dans ses documents.",
    )
    file = UploadField(label="Fichier", required=False, help_text=accepted())

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("file") and not values.get("title"):
            self.add_error("title", "Donnez un titre au fichier, par exemple « Attestation fiscale 2025 ».")
        if not self.errors and not values.get("answer") and not values.get("file"):
            self.add_error("answer", "Écrivez une réponse, ou joignez un fichier.")
        return values


class LinkForm(Form):
    """To whom an account belongs: an adult of a dossier, one more adult there, or a new dossier."""

    target = forms.ChoiceField(
        label="Rattacher ce compte à",
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez à qui appartient ce compte."},
    )
    number = forms.CharField(
        label="Chercher dans un autre dossier",
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-short"}),
        help_text="Son numéro.",
    )

    def __init__(self, *args: Any, households: list[Household], person: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.households = {household.pk: household for household in households}
        choices: list[tuple[str, str]] = []
        for household in households:
            for adult in household.adults.all():
                if adult.user_id is None:
                    choices.append((f"adult-{adult.pk}", f"{adult}, dossier {household}"))
            choices.append(
                (f"household-{household.pk}", f"{person}, à ajouter comme adulte du dossier {household}")
            )
        choices.append(("new", f"{person}, dans un nouveau dossier"))
        self.fields["target"].choices = choices  # type: ignore[attr-defined]

    def chosen(self) -> Adult | Household | None:
        """The adult, the household to add one to, or None for a new household."""
        kind, _, pk = self.cleaned_data["target"].partition("-")
        if kind == "new":
            return None
        if kind == "household":
            return self.households[int(pk)]
        adults = [adult for household in self.households.values() for adult in household.adults.all()]
        return next(adult for adult in adults if adult.pk == int(pk))
