"""What is typed about the accounts of the town hall."""

from typing import Any

from django import forms

from portail.accounts.models import USERNAME, Role, clean_username
from portail.core.forms import Form

ROLES = [
    (Role.READER, "Consultation : lit les dossiers et les listes, ne change rien"),
    (Role.KITCHEN, "Cuisine : voit et commande les repas, sans aucun nom"),
    (Role.LEADER, "Animation : voit les listes des séances, et elles seules"),
    (Role.CASH_OFFICER, "Régie : lit les dossiers et les listes, tient les paiements"),
    (Role.AGENT, "Agent : tient les dossiers, les réservations, les activités et les publications"),
    (Role.ADMINISTRATOR, "Administration : tout, avec les comptes de la mairie et le règlement"),
]


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
