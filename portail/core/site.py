"""What every page shows of the commune: core knows the shape, settings.PORTAIL_SITE names who fills it."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string


@dataclass(frozen=True)
class Site:
    """The commune as pages and mails show it. Empty texts are simply not shown. `logo`: its name in the storage."""

    name: str = ""
    colour: str = ""
    logo: str = ""
    service_name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    opening_hours: str = ""

    @property
    def logo_url(self) -> str:
        """The address of the logo, another one for each picture; empty without a logo."""
        return reverse("core:logo", args=[PurePosixPath(self.logo).stem]) if self.logo else ""


def current_site() -> Site:
    """The commune now. One query at most; a portal without its commune yet gives empty texts."""
    found: Site = import_string(settings.PORTAIL_SITE)()
    return found
