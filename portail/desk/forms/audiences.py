"""Which children: a class or a group, chosen among those there are."""

from typing import Any

from django import forms
from django.utils import timezone

from portail.activities.models import Activity, SchoolClass, SchoolYear
from portail.bookings.models import Enrolment
from portail.bookings.queries import audiences
from portail.bookings.queries.audiences import Audience
from portail.core.forms import Form

Group = tuple[Activity, str, SchoolYear]


class ClassField(forms.ModelChoiceField):
    """A class of a year that is not over, by school."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("empty_label", "Toutes")
        super().__init__(SchoolClass.objects.none(), **kwargs)

    def show(self) -> None:
        self.queryset = (
            SchoolClass.objects.filter(school_year__end__gte=timezone.localdate())
            .select_related("school", "school_year")
            .order_by("school_year__start", "school__name", "name")
        )

    def label_from_instance(self, found: SchoolClass) -> str:
        return f"{found.school} · {found.name} ({found.school_year})"


class GroupField(forms.ChoiceField):
    """A group that enrolments name, in an activity and a year that is not over. Its value is those three."""

    def __init__(self, **kwargs: Any):
        super().__init__(**kwargs)
        self.groups: dict[str, Group] = {}

    def show(self, empty: str = "Tous") -> None:
        rows = (
            Enrolment.objects.filter(school_year__end__gte=timezone.localdate())
            .exclude(group="")
            .order_by("activity__position", "activity__name", "group", "school_year__start")
            .values_list("activity", "group", "school_year")
            .distinct()
        )
        activities = Activity.objects.in_bulk({row[0] for row in rows})
        years = SchoolYear.objects.in_bulk({row[2] for row in rows})
        for activity, group, year in rows:
            key = f"{activity}-{year}-{group}"
            self.groups[key] = activities[activity], group, years[year]
        listed = [(key, f"{g[0]} · {g[1]} ({g[2]})") for key, g in self.groups.items()]
        self.choices = [("", empty), *listed]

    def clean(self, value: Any) -> Group | None:
        return self.groups.get(super().clean(value))


class AudienceForm(Form):
    """A class or a group; at most one of them."""

    classe = ClassField(label="Classe", required=False)
    groupe = GroupField(label="Groupe d'une activité", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["classe"].show()  # type: ignore[attr-defined]
        self.fields["groupe"].show()  # type: ignore[attr-defined]
        if not self.fields["groupe"].groups:  # type: ignore[attr-defined]
            del self.fields["groupe"]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("classe") and values.get("groupe"):
            self.add_error("groupe", "Choisissez une classe ou un groupe, pas les deux.")
        return values

    def audience(self) -> Audience | None:
        """Those children; None when neither is chosen."""
        values = self.cleaned_data
        if values.get("classe"):
            return audiences.of_class(values["classe"])
        if values.get("groupe"):
            return audiences.of_group(*values["groupe"])
        return None
