"""What is typed about sessions: which ones to make, how many places, which to close."""

from datetime import timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet

from portail.activities.actions.closings import Selection
from portail.activities.models import Place, School, Service, ServicePlace, Session
from portail.core.forms import DayInput, Form
from portail.core.templatetags.ui import in_words
from portail.desk.forms.audiences import AudienceForm
from portail.desk.forms.calendar import within_reason
from portail.desk.forms.structure import CapacityField

LONGEST = timedelta(days=2 * 366)


class StretchForm(Form):
    """Two days in order, both included, at most two years apart. Named as in the address of the page."""

    du = forms.DateField(label="Du", widget=DayInput)
    au = forms.DateField(label="Au (inclus)", widget=DayInput)

    def clean_du(self) -> Any:
        return within_reason(self.cleaned_data["du"])

    def clean_au(self) -> Any:
        return within_reason(self.cleaned_data["au"])

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        start, end = values.get("du"), values.get("au")
        if start and end and end < start:
            self.add_error("au", "La date de fin doit suivre la date de début : vérifiez les deux.")
        elif start and end and end - start > LONGEST:
            self.add_error("au", "Choisissez une période de deux ans au plus.")
        return values


class OffersField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, offer: ServicePlace) -> str:
        return f"{offer.service.name} · {offer.place.name}"


class GenerateForm(StretchForm):
    offres = OffersField(
        label="Prestations et lieux",
        queryset=None,
        error_messages={"required": "Cochez au moins une prestation."},
    )
    field_order = ["du", "au", "offres"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["offres"].queryset = open_offers()  # type: ignore[attr-defined]


def open_offers() -> Any:
    """The services offered somewhere today, in the order of lists."""
    return (
        ServicePlace.objects.filter(is_active=True, service__is_active=True, place__is_active=True)
        .select_related("service", "place")
        .order_by("service__position", "service__name", "place__name")
    )


class CapacityForm(Form):
    """A number of places; the reason is asked when families are to be told."""

    capacity = CapacityField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["capacity"].widget.attrs["class"] = "input input-short"


class DaysField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, session: Session) -> str:
        return f"{in_words(session.date)}{' · ' if session.programme else ''}{session.programme}"


class ProgrammeForm(Form):
    """The outing or the programme of some sessions of a month."""

    programme = forms.CharField(
        label="Sortie ou programme",
        max_length=120,
        required=False,
        help_text="Les familles le lisent sur le planning et dans leur agenda, par exemple « Sortie à la ferme ». "
        "Vide : retire ce qui était nommé.",
    )
    seances = DaysField(label="Jours", queryset=None, error_messages={"required": "Cochez au moins un jour."})
    partout = forms.BooleanField(
        label="Dans tous les lieux de cette prestation, ces jours-là", required=False
    )

    def __init__(self, *args: Any, sessions: QuerySet[Session], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seances"].queryset = sessions  # type: ignore[attr-defined]

    def sessions(self) -> list[int]:
        """The keys of those that were ticked, and of the same days in the other places when asked."""
        ticked = list(self.cleaned_data["seances"])
        if not self.cleaned_data["partout"]:
            return [session.pk for session in ticked]
        days = {session.date for session in ticked}
        everywhere = Session.objects.filter(service=ticked[0].service_id, date__in=days)
        return list(everywhere.values_list("pk", flat=True))


class ReasonForm(Form):
    """Why, in words that families will read. `seen`: whose bookings the agent was shown."""

    reason = forms.CharField(
        label="Motif donné aux familles",
        max_length=200,
        help_text="Les familles le lisent tel quel, par exemple « Panne de chauffage ».",
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


class ClosingForm(ReasonForm):
    """Why sessions close, and what else families are told."""

    reason = forms.CharField(
        label="Motif donné aux familles",
        max_length=200,
        help_text="Les familles le lisent tel quel, par exemple « Grève » ou « Sortie au musée ».",
    )
    message = forms.CharField(
        label="Message aux familles",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Ajouté au courriel, sous le motif : un pique-nique à prévoir, une heure de retour…",
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)


class SelectionForm(StretchForm, AudienceForm):
    """Which sessions to close: days, narrowed or not to a school, a place, a service; or to a class, a group alone."""

    ecole = forms.ModelChoiceField(School.objects.all(), label="École", required=False, empty_label="Toutes")
    lieu = forms.ModelChoiceField(Place.objects.all(), label="Lieu", required=False, empty_label="Tous")
    prestation = forms.ModelChoiceField(
        Service.objects.all(), label="Prestation", required=False, empty_label="Toutes"
    )

    field_order = ["du", "au", "ecole", "lieu", "prestation", "classe", "groupe"]

    def selection(self) -> Selection:
        values = self.cleaned_data
        return Selection(values["du"], values["au"], values["ecole"], values["lieu"], values["prestation"])
