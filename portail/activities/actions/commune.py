"""The commune as every page shows it: colour, logo, how to reach the service."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction

from portail.accounts.models import User
from portail.activities.models import Commune
from portail.core import journal
from portail.core.changes import after, before, write

CONTACT = ("service_name", "address", "phone", "email", "opening_hours", "colour")


def keep_contact(values: Mapping[str, Any], *, actor: User | None, now: datetime) -> Commune:
    """Keep how the service is reached, and the commune's colour. Keeping twice is keeping once."""
    with transaction.atomic():
        commune = Commune.objects.select_for_update().get()
        changes = write(commune, {field: values[field] for field in CONTACT})
        if changes:
            _journal("Coordonnées du service modifiées", changes, actor, now)
    return commune


def keep_logo(picture: ContentFile | None, *, actor: User | None, now: datetime) -> Commune:
    """Put a logo (already checked and drawn again) in place of the one before; None takes it away."""
    with transaction.atomic():
        commune = Commune.objects.select_for_update().get()
        was, storage = commune.logo.name, commune.logo.storage
        if picture is None and not was:
            return commune
        if picture is None:
            commune.logo = ""
        else:
            commune.logo.save(picture.name or "logo", picture, save=False)
        commune.save(update_fields=["logo"])
        did = "Logo de la commune retiré" if picture is None else "Logo de la commune changé"
        _journal(did, {"logo": (was, commune.logo.name)}, actor, now)
        if was:
            transaction.on_commit(lambda: storage.delete(was))
    return commune


def _journal(summary: str, changes: dict, actor: User | None, now: datetime) -> None:
    journal.record(
        "commune.changed",
        "commune:1",
        summary=summary,
        actor=actor,
        now=now,
        before=before(changes),
        after=after(changes),
    )
