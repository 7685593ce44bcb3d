"""What desk templates say the same way everywhere."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.urls import reverse

from portail.accounts.rights import has_right
from portail.desk.sections import SECTIONS

register = template.Library()


@register.inclusion_tag("core/components/tabs.html", takes_context=True)
def section(context: RequestContext, name: str, here: str) -> dict[str, Any]:
    """`{% section "activities" "desk:schools" %}`: the tabs of a section that this agent may open, this one current."""
    user = context["request"].user
    tabs = [
        (tab.label, reverse(tab.url_name), tab.url_name == here)
        for tab in SECTIONS[name]
        if has_right(user, tab.right)
    ]
    return {"tabs": tabs, "name": "Dans cette rubrique"}


@register.filter
def places_word(capacity: int | None) -> str:
    """« 40 places », « sans limite »."""
    if capacity is None:
        return "sans limite"
    return f"{capacity} place{'s' if capacity > 1 else ''}"


@register.filter
def weekdays_word(weekdays: str) -> str:
    """« 1245 » as « lun. mar. jeu. ven. »."""
    names = ("lun.", "mar.", "mer.", "jeu.", "ven.", "sam.", "dim.")
    return " ".join(names[int(number) - 1] for number in weekdays)
