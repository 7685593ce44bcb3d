"""Who keeps which lists."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from portail.accounts.models import User
from portail.activities.models import Place, Service
from portail.attendance.models import Assignment
from portail.core import journal

Where = tuple[int, int | None]
"""A place, and one of its services or None for all of them; by their ids."""


def assign(user: User, wanted: Iterable[Where], *, actor: User, now: datetime) -> bool:
    """Give a colleague these lists and no other; whether that changed something. What a whole place covers is not
    kept twice."""
    wanted = frozenset(wanted)
    whole = {place for place, service in wanted if service is None}
    kept = {(place, service) for place, service in wanted if service is None or place not in whole}
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        own = Assignment.objects.filter(user=user)
        before = set(own.values_list("place_id", "service_id"))
        if before == kept:
            return False
        names = _names(before | kept)
        for place, service in before - kept:
            own.filter(place=place, service=service).delete()
        Assignment.objects.bulk_create(
            Assignment(user=user, place_id=place, service_id=service) for place, service in kept - before
        )
        journal.record(
            "user.assigned",
            user.journal_subject,
            summary=f"{user} : lieux confiés modifiés",
            actor=actor,
            now=now,
            before={"places": sorted(names[where] for where in before)},
            after={"places": sorted(names[where] for where in kept)},
        )
    return True


def _names(asked: Iterable[Where]) -> dict[Where, str]:
    asked = list(asked)
    places = Place.objects.in_bulk({place for place, _ in asked})
    services = Service.objects.in_bulk({service for _, service in asked if service})
    return {
        (place, service): f"{places[place]}, {services[service]}" if service else str(places[place])
        for place, service in asked
    }
