"""What every page reads of the commune."""

from portail.activities.models import Commune
from portail.core.site import Site


def site() -> Site:
    """The commune's name, colour, logo and contact."""
    commune = Commune.objects.first() or Commune(name="", zone="A")
    return Site(
        name=commune.name,
        colour=commune.colour,
        service_name=commune.service_name,
        phone=commune.phone,
        email=commune.email,
        address=commune.address,
        opening_hours=commune.opening_hours,
        logo_url="",
    )


def password_length() -> int:
    """The least length of a password, by the settings file in force; 12 without one."""
    return 12
