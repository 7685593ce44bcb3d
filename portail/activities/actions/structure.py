"""Schools, classes, places, activities, services and where they are offered: kept, archived, removed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction

from portail.accounts.models import User
from portail.activities.models import (
    Activity,
    Place,
    School,
    SchoolClass,
    SchoolYear,
    Service,
    ServicePlace,
)
from portail.core import journal
from portail.core.changes import after, before, unreferenced, write

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Noun:
    """How the journal names a kind of row, and how its participles end ("École archivée")."""

    code: str
    name: str
    feminine: bool

    def did(self, participle: str) -> str:
        return f"{self.name} {participle}{'e' if self.feminine else ''}"


NOUNS: dict[type[models.Model], Noun] = {
    School: Noun("school", "École", True),
    SchoolClass: Noun("class", "Classe", True),
    SchoolYear: Noun("year", "Année scolaire", True),
    Place: Noun("place", "Lieu", False),
    Activity: Noun("activity", "Activité", True),
    Service: Noun("service", "Prestation", True),
    ServicePlace: Noun("offer", "Prestation dans un lieu", True),
}


class StillUsed(Exception):
    """The row cannot be removed: others point to it. It may be archived instead."""

    def __init__(self, row: models.Model) -> None:
        self.row = row
        super().__init__(f"{row} est encore utilisé")


def subject(row: models.Model) -> str:
    """How the journal points to this row: "service:3"."""
    return f"{NOUNS[type(row)].code}:{row.pk}"


def keep(row: Row, values: Mapping[str, Any], *, actor: User | None, now: datetime) -> Row:
    """Create or change a row of the structure. Keeping twice the same values is keeping them once.

    Raises ValidationError when another row already has this name or code.
    """
    noun = NOUNS[type(row)]
    with transaction.atomic():
        is_new = row.pk is None
        if not is_new:
            row = type(row)._default_manager.select_for_update().get(pk=row.pk)
        changes = write(row, values)
        if changes:
            did = noun.did("créé" if is_new else "modifié")
            _journal(row, "created" if is_new else "changed", f"{did} : {row}", changes, actor, now)
    return row


def archive(row: Row, *, actor: User | None, now: datetime) -> Row:
    """Offer it no more, without losing its past."""
    return _set_active(row, False, actor, now)


def restore(row: Row, *, actor: User | None, now: datetime) -> Row:
    """Offer it again."""
    return _set_active(row, True, actor, now)


def remove(row: models.Model, *, actor: User | None, now: datetime) -> None:
    """Delete a row that nothing points to; already gone is as good. Raises StillUsed otherwise.

    A service offered nowhere yet booked is removed with its offers: they are a part of it.
    """
    noun = NOUNS[type(row)]
    part = (ServicePlace,) if isinstance(row, Service) else ()
    with transaction.atomic():
        rows = type(row)._default_manager.filter(pk=row.pk)
        if not rows.select_for_update().exists():
            return
        if not unreferenced(rows, but=part).exists():
            raise StillUsed(row)
        _journal(row, "removed", f"{noun.did('supprimé')} : {row}", {}, actor, now)
        if isinstance(row, Service):
            row.offers.all().delete()
        rows.delete()


def is_removable(row: models.Model) -> bool:
    """Whether `remove` would be accepted."""
    part = (ServicePlace,) if isinstance(row, Service) else ()
    return unreferenced(type(row)._default_manager.filter(pk=row.pk), but=part).exists()


def _set_active(row: Row, active: bool, actor: User | None, now: datetime) -> Row:
    with transaction.atomic():
        row = type(row)._default_manager.select_for_update().get(pk=row.pk)
        changes = write(row, {"is_active": active})
        if changes:
            did = NOUNS[type(row)].did("rétabli" if active else "archivé")
            _journal(row, "restored" if active else "archived", f"{did} : {row}", changes, actor, now)
    return row


def _journal(row: models.Model, did: str, summary: str, changes: dict, actor: User | None, now: datetime):
    journal.record(
        f"{NOUNS[type(row)].code}.{did}",
        subject(row),
        summary=summary,
        actor=actor,
        now=now,
        before=before(changes),
        after=after(changes),
    )
