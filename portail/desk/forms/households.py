"""What an agent types about a dossier, its adults, its children and whom to call."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from portail.activities.models import School, SchoolClass, SchoolYear
from portail.activities.queries import regulation
from portail.core.forms import DayInput, EditForm, Form
from portail.core.phones import PhoneField
from portail.families.models import Adult, Child, ChildContact, Household, HouseholdChild, Schooling
from portail.rules.asking import asking

PHONES = ("mobile_phone", "home_phone", "work_phone")
OLDEST_CHILD = timedelta(days=366 * 20)


class HouseholdForm(EditForm):
    """The dossier's name, number and address."""

    class Meta:
        model = Household
        fields = [
            "name",
            "number",
            "street",
            "street_more",
            "postcode",
            "city",
            "residence",
            "work",
            "invoices_by_mail",
            "note",
        ]
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "number": forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-short"}),
            "postcode": forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-short"}),
        }
        help_texts = {"note": "Lue par les agents seulement."}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        words = asking(regulation()).words.get("residence", ())
        if words:
            self.fields["residence"] = self._residence(words)

    def _residence(self, words: Sequence[str]) -> forms.ChoiceField:
        """The classes of residence that prices depend on, and the word that this dossier has when it is another."""
        kept = self.instance.residence
        offered = [*words, *([kept] if kept and kept not in words else [])]
        return forms.ChoiceField(
            label="Lieu de résidence",
            choices=[("", "Pas encore dit"), *((word, word) for word in offered)],
            required=False,
            help_text="Le règlement en fait dépendre des prix ou des délais.",
        )


class NewHouseholdForm(HouseholdForm):
    """The same for a new dossier: without a number, the next free one is taken."""

    def __init__(self, *args: Any, next_number: str, **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.fields["number"].required = False
        self.fields[
            "number"
        ].help_text = f"Laissez vide pour prendre le prochain numéro libre : {next_number}."

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"] or "")


class AdultForm(EditForm):
    """An adult: names, contact address, telephones in any writing."""

    mobile_phone = PhoneField(label="Téléphone mobile", required=False)
    home_phone = PhoneField(label="Téléphone fixe", required=False)
    work_phone = PhoneField(label="Téléphone professionnel", required=False)

    class Meta:
        model = Adult
        fields = ["first_name", "last_name", "email", *PHONES]
        help_texts = {"email": "Pour lui écrire. L'adresse de son compte, s'il en a un, est la sienne."}


class ChildForm(EditForm):
    phone = PhoneField(label="Téléphone de l'enfant", required=False)

    class Meta:
        model = Child
        fields = ["first_name", "last_name", "birth_date", "phone", "email"]
        widgets = {"birth_date": DayInput()}

    def clean_birth_date(self) -> date:
        born: date = self.cleaned_data["birth_date"]
        today = timezone.localdate()
        if born > today:
            raise forms.ValidationError("Cette date est à venir : vérifiez l'année.")
        if today - born > OLDEST_CHILD:
            raise forms.ValidationError("Cette date est celle d'un adulte : vérifiez l'année.")
        return born


class LinkForm(EditForm):
    """What a dossier may do for a child, and from when to when."""

    class Meta:
        model = HouseholdChild
        fields = ["can_see", "can_book", "is_told", "is_billed", "since", "until"]
        widgets = {"since": DayInput(), "until": DayInput()}
        help_texts = {"until": "Laissez vide tant que l'enfant est dans ce dossier. Ce jour-là est compris."}


class ShareForm(LinkForm):
    """The other dossier of a child, by its number."""

    number = forms.CharField(
        label="Numéro de l'autre dossier",
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "class": "input input-short"}),
        help_text="Créez-le d'abord s'il n'existe pas.",
    )
    field_order = ["number"]

    def clean_number(self) -> Household:
        household = Household.objects.filter(number=self.cleaned_data["number"].strip()).first()
        if household is None:
            raise forms.ValidationError(
                "Aucun dossier ne porte ce numéro : vérifiez-le, ou créez le dossier."
            )
        if household.closed_at:
            raise forms.ValidationError("Ce dossier est clos : rouvrez-le d'abord.")
        return household


class SchoolingForm(EditForm):
    """The school of a child in a year. A class is shown with its school: one list, no script needed."""

    class Meta:
        model = Schooling
        fields = ["school", "school_class", "level"]

    def __init__(self, *args: Any, school_year: SchoolYear, **kwargs: Any):
        super().__init__(*args, **kwargs)
        schools = School.objects.filter(is_active=True) | School.objects.filter(pk=self.instance.school_id)
        classes = SchoolClass.objects.filter(school_year=school_year).select_related("school")
        self.fields["school"].queryset = schools  # type: ignore[attr-defined]
        self.fields["school"].empty_label = "Choisissez"  # type: ignore[attr-defined]
        chosen = self.fields["school_class"]
        chosen.empty_label = "Pas encore connue"  # type: ignore[attr-defined]
        chosen.queryset = classes  # type: ignore[attr-defined]
        chosen.label_from_instance = lambda row: f"{row.school.name} · {row.name}"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        chosen = values.get("school_class")
        if chosen and not values.get("level"):
            values["level"] = chosen.level
        return values


class ContactForm(EditForm):
    """Somebody to call for a child, or who may come for it."""

    phone = PhoneField(label="Téléphone")

    class Meta:
        model = ChildContact
        fields = ["name", "relation", "phone", "email", "may_pick_up", "is_emergency"]
        help_texts = {"relation": "Par exemple : grand-mère, voisin, assistante maternelle."}


class CloseForm(Form):
    reason = forms.CharField(
        label="Pourquoi clore ce dossier",
        max_length=200,
        help_text="Par exemple : déménagement. Cette phrase reste dans le journal du dossier.",
    )


class ListForm(Form):
    """The filters of the list of households, kept in the address: nothing personal among them."""

    etat = forms.ChoiceField(
        label="Dossiers", choices=[("", "Ouverts"), ("clos", "Clos"), ("tous", "Tous")], required=False
    )
    compte = forms.ChoiceField(
        label="Compte",
        choices=[("", "Avec ou sans"), ("sans", "Sans compte"), ("avec", "Avec un compte")],
        required=False,
    )
    ecole = forms.ModelChoiceField(
        label="École", queryset=School.objects.all(), required=False, empty_label="Toutes"
    )
    tri = forms.ChoiceField(label="Tri", choices=[("", "Nom"), ("numero", "Numéro")], required=False)
