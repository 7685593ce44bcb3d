"""The custody as agents read it: by the numbers of the dossiers."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def number_of(numbers: Mapping[int, str], household_id: int) -> str:
    """The number of this dossier; « autre » for one that left."""
    return numbers.get(household_id, "autre")
