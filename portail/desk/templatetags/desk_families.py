"""What the desk's pages of families say the same way everywhere."""

from collections.abc import Iterable
from datetime import date

from django import template
from django.utils import timezone

from portail.families.models import Adult

register = template.Library()


@register.filter
def any_account(adults: Iterable[Adult]) -> bool:
    """Whether one of these adults signs in."""
    return any(adult.user_id for adult in adults)


@register.filter
def age(born: date) -> str:
    """« 8 ans », « 14 mois » under two years, today."""
    today = timezone.localdate()
    months = (today.year - born.year) * 12 + today.month - born.month - (today.day < born.day)
    if months < 24:
        return f"{max(months, 0)} mois"
    return f"{months // 12} ans"
