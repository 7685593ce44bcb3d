"""What is typed for the kitchen: the adults who eat, the meals of an amended order."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.forms import BoundField

from portail.attendance.models import KitchenLine
from portail.attendance.queries.meals import Dish
from portail.attendance.templatetags.kitchen import diet_word, eaten
from portail.core.forms import Form
from portail.desk.forms.payments import TokenForm

MOST_MEALS = 5000
MOST_ADULTS = 500


class MealsField(forms.IntegerField):
    """A number of meals; empty is none."""

    def __init__(self, *, label: str, most: int):
        super().__init__(
            label=label,
            required=False,
            min_value=0,
            max_value=most,
            widget=forms.TextInput(
                {"inputmode": "numeric", "autocomplete": "off", "class": "input input-short"}
            ),
            error_messages={
                "invalid": "Écrivez un nombre entier, zéro ou plus.",
                "min_value": "Écrivez un nombre entier, zéro ou plus.",
                "max_value": f"Vérifiez ce nombre : {most} repas au plus.",
            },
        )


class AdultMealsForm(Form):
    """The adults who eat in a session, by diet."""

    def __init__(self, *args: Any, diets: Sequence[str], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.diets = diets
        for number, diet in enumerate(diets):
            self.fields[f"adults{number}"] = MealsField(label=diet_word(diet), most=MOST_ADULTS)

    def counts(self) -> dict[str, int]:
        return {diet: self.cleaned_data[f"adults{n}"] or 0 for n, diet in enumerate(self.diets)}


class AmendForm(TokenForm):
    """Every dish of the day with its number of meals, and why the order changes."""

    reason = forms.CharField(
        label="Motif",
        max_length=300,
        help_text="Par exemple « sortie annulée ». La cuisine le lit.",
        error_messages={"required": "Dites pourquoi la commande change, par exemple « sortie annulée »."},
    )

    def __init__(
        self, *args: Any, dishes: Iterable[Dish], names: Mapping[tuple[int, int], str], **kwargs: Any
    ):
        super().__init__(*args, **kwargs)
        self.dishes = tuple(dish for dish in dishes if dish.eater != KitchenLine.Eater.BASKET)
        for number, dish in enumerate(self.dishes):
            label = f"{names[dish.place, dish.service]}, {eaten(dish.eater, dish.diet)}"
            self.fields[_name(number)] = MealsField(label=label, most=MOST_MEALS)

    def meals(self) -> Iterator[BoundField]:
        for number, _ in enumerate(self.dishes):
            yield self[_name(number)]

    def counts(self) -> dict[Dish, int]:
        return {dish: self.cleaned_data[_name(n)] or 0 for n, dish in enumerate(self.dishes)}


def initial_meals(dishes: Iterable[Dish], counts: Mapping[Dish, int]) -> dict[str, int]:
    """What the form of an amendment first shows."""
    kept = (dish for dish in dishes if dish.eater != KitchenLine.Eater.BASKET)
    return {_name(number): counts.get(dish, 0) for number, dish in enumerate(kept)}


def _name(number: int) -> str:
    return f"meals{number}"
