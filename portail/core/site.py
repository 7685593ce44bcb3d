"""What every page shows of the commune: core knows the shape, settings.PORTAIL_SITE names who fills it."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Site:
    """The commune as pages and mails show it. Empty texts are simply not shown."""

    name: str = ""
    colour: str = ""
    logo_url: str = ""
    service_name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    opening_hours: str = ""


def current_site() -> Site:
    """The commune now. One query at most; a portal without its commune yet gives empty texts."""
    found: Site = import_string(settings.PORTAIL_SITE)()
    return found
