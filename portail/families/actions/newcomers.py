"""An account that waits, tied to an adult written on the spot: in a dossier that stands, or in one made for it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from portail.accounts.models import User
from portail.families.actions import households, links
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import Adult, Household, Request


def link_as_new_adult(request: Request, household: Household, *, actor: User, now: datetime) -> Adult:
    """Write the person as one more adult of this dossier, and tie the account.

    Raises as links.link; nothing is written then.
    """
    with transaction.atomic():
        values = _person(request)
        return links.link(
            request, households.add_adult(household, values, actor=actor, now=now), actor=actor, now=now
        )


def link_with_new_household(
    request: Request, values: Mapping[str, Any], *, actor: User, now: datetime
) -> Adult:
    """Make a dossier whose first adult is this person, and tie the account. `values` are those of a Household.

    Raises as links.link, and ValidationError on a number already taken; nothing is written then.
    """
    with transaction.atomic():
        household = households.create_household(values, actor=actor, now=now)
        return link_as_new_adult(request, household, actor=actor, now=now)


def _person(request: Request) -> dict[str, Any]:
    """The names and address of the account that asked, held; AlreadyDecided when somebody settled it meanwhile."""
    user = User.objects.select_for_update().filter(pk=request.author_id or 0).first()
    request = Request.objects.select_for_update().get(pk=request.pk)
    if not request.is_waiting:
        raise AlreadyDecided(request)
    if user is None:
        raise links.CannotLink(links.Obstacle.ACCOUNT_GONE)
    return {
        "first_name": user.first_name or user.username,
        "last_name": user.last_name or user.username,
        "email": user.email,
    }
