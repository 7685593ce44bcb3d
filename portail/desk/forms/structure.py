"""What is typed about schools, places, activities and services."""

from datetime import date, datetime
from typing import Any

from django import forms

from portail.activities.models import Activity, Place, School, SchoolClass, SchoolYear, Service, ServicePlace
from portail.core.forms import DayInput, HourInput, ModelForm, MomentInput
from portail.core.text import plain
from portail.desk.forms.calendar import within_reason

WEEKDAYS = [
    ("1", "Lundi"),
    ("2", "Mardi"),
    ("3", "Mercredi"),
    ("4", "Jeudi"),
    ("5", "Vendredi"),
    ("6", "Samedi"),
    ("7", "Dimanche"),
]
ICONS = [
    ("meal", "Repas"),
    ("morning", "Matin"),
    ("evening", "Soir"),
    ("leisure", "Loisirs"),
    ("sun", "Vacances"),
    ("school", "École"),
    ("star", "Étoile"),
    ("calendar", "Calendrier"),
]
MOST_PLACES = 100_000


class WeekdaysField(forms.MultipleChoiceField):
    """Days of the week as boxes; the value is "1245" (1 is Monday), as tables keep it."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("error_messages", {"required": "Cochez au moins un jour."})
        super().__init__(choices=WEEKDAYS, **kwargs)

    def prepare_value(self, value: Any) -> list[str]:
        return list(value or "")

    def clean(self, value: Any) -> str:
        return "".join(sorted(set(super().clean(value))))


class PositionField(forms.IntegerField):
    """The rank in lists, as small as its column."""

    def __init__(self, **kwargs: Any) -> None:
        words = "Écrivez un nombre entre 0 et 1000."
        super().__init__(
            label="Ordre",
            help_text="Les plus petits nombres viennent en premier.",
            initial=0,
            min_value=0,
            max_value=1000,
            error_messages={"min_value": words, "max_value": words},
            widget=forms.NumberInput(attrs={"class": "input input-short"}),
            **kwargs,
        )


class CodedForm(ModelForm):
    """A row with a code: chosen once, from the name when nothing is typed; later only shown."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.required = False
        if self.instance.pk:
            code.disabled = True
            code.help_text = "Le fichier de réglages emploie ce code : il ne change plus."
        else:
            code.help_text = "Vide : fait à partir du nom. C'est ainsi que le fichier de réglages la désigne."

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"] or plain(self.cleaned_data.get("name", "")).replace(" ", "-")[:40]
        return typed.strip("-") or "activite"


class SchoolForm(ModelForm):
    class Meta:
        model = School
        fields = ["name", "address"]


class ClassForm(ModelForm):
    """A class of the school and year that the instance comes with."""

    class Meta:
        model = SchoolClass
        fields = ["name", "level"]
        help_texts = {
            "name": "Par exemple « CE1 - Mme Petit ».",
            "level": "Par exemple « CE1 » ou « CE1-CE2 ».",
        }


class PlaceForm(ModelForm):
    class Meta:
        model = Place
        fields = ["name", "school", "address"]
        labels = {"name": "Nom du lieu", "school": "École à laquelle il est rattaché"}
        help_texts = {"school": "Fermer l'école ferme aussi ce lieu."}


class ActivityForm(CodedForm):
    icon = forms.ChoiceField(label="Icône", choices=ICONS)
    position = PositionField()

    class Meta:
        model = Activity
        fields = ["name", "code", "icon", "position"]
        labels = {"name": "Nom de l'activité"}


class ServiceForm(CodedForm):
    icon = forms.ChoiceField(label="Icône", choices=ICONS)
    weekdays = WeekdaysField(label="Jours")
    position = PositionField()

    class Meta:
        model = Service
        fields = [
            "name",
            "short_name",
            "code",
            "activity",
            "icon",
            "weekdays",
            "period",
            "starts_at",
            "ends_at",
            "position",
            "serves_meal",
            "hours_step",
        ]
        labels = {"name": "Nom de la prestation", "starts_at": "De (heure)", "ends_at": "À (heure)"}
        help_texts = {"short_name": "Pour le planning des familles, par exemple « Cantine »."}
        widgets = {"starts_at": HourInput, "ends_at": HourInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        activities = Activity.objects.filter(is_active=True)
        if self.instance.pk:
            activities |= Activity.objects.filter(pk=self.instance.activity_id)
        self.fields["activity"].queryset = activities  # type: ignore[attr-defined]


class CapacityField(forms.IntegerField):
    """A number of places; empty means no limit, and 0 that nobody may book."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", "Nombre de places")
        kwargs.setdefault("help_text", "Vide : sans limite. 0 : personne ne peut réserver.")
        words = {
            "min_value": "Le nombre de places ne peut pas être négatif : écrivez 0 ou davantage.",
            "max_value": f"Écrivez un nombre de places d'au plus {MOST_PLACES}, ou laissez vide : sans limite.",
        }
        super().__init__(required=False, min_value=0, max_value=MOST_PLACES, error_messages=words, **kwargs)
        self.widget.attrs.setdefault("class", "input input-short")


class OfferForm(ModelForm):
    """A place where the service of the instance is offered, with its usual number of places."""

    capacity = CapacityField(label="Nombre de places par séance")
    coming = forms.BooleanField(
        label="Donner aussi ce nombre aux séances à venir déjà créées",
        required=False,
        help_text="Celles où plus d'enfants sont réservés gardent leurs places ; elles vous seront nommées.",
    )

    class Meta:
        model = ServicePlace
        fields = ["place", "capacity"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            del self.fields["place"]
        else:
            del self.fields["coming"]
            taken = ServicePlace.objects.filter(service=self.instance.service_id).values("place")
            self.fields["place"].queryset = Place.objects.filter(is_active=True).exclude(pk__in=taken)  # type: ignore[attr-defined]


class YearForm(ModelForm):
    class Meta:
        model = SchoolYear
        fields = ["label", "start", "end", "bookable_from"]
        labels = {"label": "Nom de l'année"}
        help_texts = {
            "label": "Par exemple « 2027-2028 ».",
            "end": "Prenez le 31 août si les vacances d'été se réservent cette année-là.",
        }
        widgets = {"start": DayInput, "end": DayInput, "bookable_from": MomentInput}

    def clean_start(self) -> date:
        return within_reason(self.cleaned_data["start"])

    def clean_end(self) -> date:
        return within_reason(self.cleaned_data["end"])

    def clean_bookable_from(self) -> datetime | None:
        opens = self.cleaned_data["bookable_from"]
        return opens and within_reason(opens)
