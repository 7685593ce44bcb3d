"""How the meals of the kitchen are said."""

from django import template

from portail.attendance.models import USUAL, KitchenLine
from portail.attendance.queries.meals import Dish, Meals
from portail.core.text import many

register = template.Library()
Eater = KitchenLine.Eater


@register.filter
def diet_word(diet: str) -> str:
    """« Habituel », « Sans porc »."""
    return (diet or USUAL).capitalize()


@register.filter
def line_words(line: KitchenLine) -> str:
    """« sans porc », « adultes, habituel », « repas apportés »."""
    return eaten(line.eater, line.diet)


def eaten(eater: str, diet: str) -> str:
    """What is eaten and by whom, in the middle of a sentence."""
    if eater == Eater.BASKET:
        return "repas apportés"
    return f"adultes, {diet or USUAL}" if eater == Eater.ADULT else diet or USUAL


@register.filter
def dish_words(dish: Dish) -> str:
    """The same of what is counted."""
    return eaten(dish.eater, dish.diet)


@register.filter
def care_words(meals: "KitchenLine | Meals") -> str:
    """« (dont 2 allergies, 1 PAI) », or nothing."""
    told = [many(meals.allergies, "allergie")] if meals.allergies else []
    told += [f"{meals.pai} PAI"] if meals.pai else []
    return f" (dont {', '.join(told)})" if told else ""


@register.filter
def signed(number: int) -> str:
    """« +2 », « −1 »."""
    return f"+{number}" if number > 0 else f"−{-number}" if number else "0"
