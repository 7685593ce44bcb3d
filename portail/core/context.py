"""What every template may count on."""

from typing import cast

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from portail.core import theme
from portail.core.site import Site, current_site


def page(request: HttpRequest) -> dict[str, object]:
    """`commune` (core.site.Site) and `stylesheet_url`, read when a template asks, once a page."""
    commune = cast(Site, SimpleLazyObject(current_site))
    return {"commune": commune, "stylesheet_url": SimpleLazyObject(lambda: stylesheet_url(commune))}


def stylesheet_url(commune: Site) -> str:
    """The address of the style sheet in this commune's colour; it changes whenever one byte of it does."""
    return reverse("core:stylesheet", args=[theme.stylesheet(commune.colour).digest])
