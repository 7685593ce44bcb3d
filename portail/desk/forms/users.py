"""What is typed about the accounts of the town hall."""

from collections.abc import Iterable
from typing import Any

from django import forms

from portail.accounts.models import USERNAME, Role, clean_username
from portail.activities.models import ServicePlace
from portail.attendance.actions.assignments import Where
from portail.attendance.models import Assignment
from portail.core.forms import Form

ROLES = [
    (Role.READER, "Consultation : lit les dossiers et les listes, ne change rien"),
    (Role.KITCHEN, "Cuisine : voit et commande les repas, sans aucun nom"),
    (Role.LEADER, "Animation : pointe les listes des lieux confiés, et elles seules"),
    (Role.CASH_OFFICER, "Régie : lit les dossiers et les listes, tient les paiements"),
    (Role.AGENT, "Agent : tient les dossiers, les réservations, les activités et les publications"),
    (Role.ADMINISTRATOR, "Administration : tout, avec les comptes de la mairie et le règlement"),
]


class PlacesForm(Form):
    """Which lists a leader keeps: "3" is a whole place, "3-5" one of its services."""

    places = forms.MultipleChoiceField(
        label="Lieux et prestations", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offers = ServicePlace.objects.filter(is_active=True, place__is_active=True)
        choices: dict[str, str] = {}
        for offer in offers.select_related("place", "service").order_by("place__name", "service__position"):
            choices.setdefault(str(offer.place_id), f"{offer.place.name} : tout le lieu")
            choices[f"{offer.place_id}-{offer.service_id}"] = f"{offer.place.name} : {offer.service.name}"
        self.fields["places"].choices = list(choices.items())  # type: ignore[attr-defined]

    def wanted(self) -> set[Where]:
        """What `attendance.actions.assignments.assign` is given."""
        return {_where(value) for value in self.cleaned_data["places"]}


def _where(value: str) -> Where:
    place, _, service = value.partition("-")
    return int(place), int(service) if service else None


def written(assignments: Iterable[Assignment]) -> list[str]:
    """The values of the form for these assignments."""
    return [f"{a.place_id}-{a.service_id}" if a.service_id else str(a.place_id) for a in assignments]


class RoleForm(Form):
    role = forms.ChoiceField(label="Rôle", choices=ROLES, widget=forms.RadioSelect)


class InvitationForm(Form):
    email = forms.EmailField(
        label="Adresse e-mail professionnelle",
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    first_name = forms.CharField(label="Prénom", max_length=80)
    last_name = forms.CharField(label="Nom", max_length=80)
    username = forms.CharField(
        label="Nom d'utilisateur",
        max_length=60,
        required=False,
        help_text="Vide : fait à partir du prénom et du nom.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.ChoiceField(label="Rôle", choices=ROLES, widget=forms.RadioSelect, initial=Role.AGENT)

    def clean_username(self) -> str:
        typed = clean_username(self.cleaned_data["username"])
        if typed:
            USERNAME(typed)
        return typed

    def values(self) -> dict[str, Any]:
        """What `accounts.actions.staff.invite` is given."""
        return dict(self.cleaned_data)
