"""What every page of the lists carries to work without network."""

from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext

from portail.field import offline
from portail.field.views.home import device_of

register = template.Library()


@register.simple_tag
def terrain_script() -> str:
    """The address of the script of these pages."""
    return offline.script_url()


@register.inclusion_tag("field/offline/file.html", takes_context=True)
def sending(context: RequestContext) -> dict[str, Any]:
    """Where the script tells what waits to be sent."""
    request = context["request"]
    return {
        "where": "here",
        "user_id": request.user.pk,
        "device": device_of(request),
        "zone": settings.TIME_ZONE,
    }
