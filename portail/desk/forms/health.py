"""What an agent types of a child's diet, allergies and PAI."""

from typing import Any

from django import forms

from portail.activities.queries import regulation
from portail.core.forms import DayInput, EditForm
from portail.families.models import ChildHealth

USUAL = "Repas habituel"


class HealthForm(EditForm):
    """The diets are those of the rules in force, and the one the child has when the rules name it no more."""

    class Meta:
        model = ChildHealth
        fields = ["diet", "allergies", "has_pai", "pai_until", "care", "brings_meal"]
        widgets = {"care": forms.Textarea(attrs={"rows": 3}), "pai_until": DayInput()}

    def __init__(self, *args: Any, **kwargs: Any):
        super().__init__(*args, **kwargs)
        diets, kept = regulation().meals.diets, self.instance.diet
        offered = [*diets, *([kept] if kept and kept not in diets else [])]
        self.fields["diet"] = forms.ChoiceField(
            label="Régime",
            choices=[("", USUAL), *((diet, diet.capitalize()) for diet in offered)],
            required=False,
            help_text="Ce que l'on sert, jamais pourquoi. Les régimes se règlent dans le règlement.",
        )
