from collections.abc import Iterable
from typing import Any

from django import forms

from portail.activities.models import Activity, Place, SchoolYear, ServicePlace
from portail.bookings.models import Enrolment
from portail.core.forms import DayInput, EditForm, Form

Offer = tuple[Activity, Place]


class OfferField(forms.ChoiceField):
    """An activity in a place that offers it: one list grouped by activity. Its value is the pair of rows."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.offers: dict[str, Offer] = {}

    def show(self, offers: Iterable[ServicePlace]) -> None:
        """Propose these, each pair once."""
        groups: dict[str, dict[str, str]] = {}
        for offer in offers:
            pair = offer.service.activity, offer.place
            key = f"{pair[0].pk}-{pair[1].pk}"
            self.offers[key] = pair
            groups.setdefault(pair[0].name, {})[key] = pair[1].name
        listed = [(name, list(places.items())) for name, places in groups.items()]
        self.choices = [("", "Choisissez"), *listed]

    def clean(self, value: Any) -> Offer:
        return self.offers[super().clean(value)]


def current_offers() -> Iterable[ServicePlace]:
    return (
        ServicePlace.objects.filter(
            is_active=True, service__is_active=True, service__activity__is_active=True, place__is_active=True
        )
        .select_related("service__activity", "place")
        .order_by("service__activity__position", "service__activity__name", "place__name")
    )


class EnrolForm(Form):
    """Which activity, where, which year, and the days when it is not the whole year."""

    school_year = forms.ModelChoiceField(
        label="Année scolaire", queryset=SchoolYear.objects.all(), empty_label=None
    )
    offer = OfferField(label="Activité et lieu")
    since = forms.DateField(
        label="À partir du",
        required=False,
        widget=DayInput(),
        help_text="Laissez vide pour toute l'année.",
    )
    until = forms.DateField(label="Jusqu'au", required=False, widget=DayInput())

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        field = self.fields["offer"]
        assert isinstance(field, OfferField)
        field.show(current_offers())


class EnrolmentForm(EditForm):
    """The place and days of an enrolment: among the places that offer its activity."""

    class Meta:
        model = Enrolment
        fields = ["place", "since", "until"]
        widgets = {"since": DayInput(), "until": DayInput()}
        help_texts = {"since": "Laissez vide pour toute l'année."}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        offering = Place.objects.filter(
            offers__service__activity=self.instance.activity_id,
            offers__is_active=True,
            offers__service__is_active=True,
        )
        current = Place.objects.filter(pk=self.instance.place_id)
        self.fields["place"].queryset = (offering | current).distinct()  # type: ignore[attr-defined]
