"""How a quotient is written: « 1 214 », « 742,50 », without a currency, for it is no price."""

from decimal import Decimal

from django import template
from django.utils.translation import get_language

from portail.rules import ENGLISH, FRENCH

register = template.Library()


@register.filter
def plain_number(value: Decimal | None) -> str:
    """« 1 214 », « 742,50 » in French; « 1,214 » in English. None gives the empty text."""
    if value is None:
        return ""
    words = FRENCH if (get_language() or "fr").startswith("fr") else ENGLISH
    whole, point, decimals = words.plain(value).partition(words.point)
    return f"{whole}{point}{decimals.ljust(2, '0') if point else ''}".replace(" ", "\N{NO-BREAK SPACE}")
