"""What narrows the journal."""

from typing import Any

from django import forms

from portail.core.forms import DayInput, Form
from portail.core.models import JournalEntry
from portail.desk.forms.calendar import within_reason

SUBJECTS = [
    ("", "Tout"),
    ("household", "Dossiers"),
    ("request", "Démarches"),
    ("user", "Comptes"),
    ("session", "Séances"),
    ("closing", "Fermetures"),
    ("service", "Prestations"),
    ("activity", "Activités"),
    ("school", "Écoles"),
    ("class", "Classes"),
    ("place", "Lieux"),
    ("year", "Années scolaires"),
    ("calendar", "Calendrier"),
    ("regulation", "Règlement"),
    ("invoicerun", "Facturations"),
    ("commune", "Commune"),
    ("news", "Actualités"),
    ("document", "Documents utiles"),
    ("legal", "Pages légales"),
    ("mail", "Courriels"),
]


class JournalForm(Form):
    q = forms.CharField(label="Texte", max_length=100, required=False)
    auteur = forms.CharField(label="Auteur", max_length=100, required=False)
    objet = forms.ChoiceField(label="Concerne", choices=SUBJECTS, required=False)
    canal = forms.ChoiceField(
        label="Depuis", choices=[("", "Partout"), *JournalEntry.Channel.choices], required=False
    )
    du = forms.DateField(label="Du", widget=DayInput, required=False)
    au = forms.DateField(label="Au", widget=DayInput, required=False)

    def clean_du(self) -> Any:
        return self.cleaned_data["du"] and within_reason(self.cleaned_data["du"])

    def clean_au(self) -> Any:
        return self.cleaned_data["au"] and within_reason(self.cleaned_data["au"])
