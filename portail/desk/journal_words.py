"""The lines of a journal as agents read them: the names of fields, and of the rows that values point to."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Model

from portail.accounts.models import User
from portail.activities.models import (
    Activity,
    CalendarEntry,
    Commune,
    Place,
    Regulation,
    School,
    SchoolClass,
    SchoolYear,
    Service,
    ServicePlace,
    Session,
)
from portail.bookings.models import Enrolment
from portail.core.models import JournalEntry
from portail.families.models import (
    Adult,
    Child,
    ChildContact,
    FamilyDocument,
    Household,
    HouseholdChild,
    Request,
    Schooling,
)
from portail.messaging.models import News, PublicDocument

POINTED: dict[str, type[Model]] = {"school": School, "school_class": SchoolClass, "place": Place}
OTHERS = {
    "added": "Ajouté",
    "removed": "Retiré",
    "receipt": "Reçu",
    "closed_at": "Clos le",
    "state": "État",
    "sessions": "Séances",
    "created": "Créées",
    "capacities": "Places de chaque séance",
    "reason": "Motif",
    "years": "Années",
    "classes": "Classes",
    "mail": "Courriel",
    "number": "Numéro",
    "amount": "Montant",
    "mode": "Mode",
    "total": "Total",
    "payments": "Paiements",
    "counted": "Compté",
    "expected": "Attendu",
    "note": "Remarque",
    "value": "Quotient",
    "proved_on": "Date du justificatif",
    "received_on": "Reçu le",
    "source": "Origine",
    "document": "Pièce",
    "fields": "Rubriques",
    "meals": "Repas",
}
# What the subject of a line is a row of: its own names of fields come before the families'.
SUBJECTS: dict[str, type[Model]] = {
    "activity": Activity,
    "calendar": CalendarEntry,
    "class": SchoolClass,
    "commune": Commune,
    "document": PublicDocument,
    "news": News,
    "offer": ServicePlace,
    "place": Place,
    "regulation": Regulation,
    "school": School,
    "service": Service,
    "session": Session,
    "user": User,
    "year": SchoolYear,
}


@dataclass(frozen=True)
class Line:
    """An entry, and for each field of it what was and what is, in words."""

    entry: JournalEntry
    changes: list[tuple[str, str, str]]


def in_words(entries: Iterable[JournalEntry]) -> list[Line]:
    """One query more at most for each kind of row that these entries point to (schools, classes, places)."""
    known = list(entries)
    names = {field: _names(field, table, known) for field, table in POINTED.items()}
    return [Line(entry, _changes(entry, names)) for entry in known]


def _names(field: str, table: type[Model], entries: list[JournalEntry]) -> dict[int, str]:
    pks = {side[field] for entry in entries for side in (entry.before, entry.after) if field in side}
    numbers = [pk for pk in pks if isinstance(pk, int)]
    if not numbers:
        return {}
    return {row.pk: str(row) for row in table._default_manager.filter(pk__in=numbers)}


def _changes(entry: JournalEntry, names: dict[str, dict[int, str]]) -> list[tuple[str, str, str]]:
    fields = dict.fromkeys([*entry.before, *entry.after])
    return [
        (
            _labels(entry.subject.partition(":")[0]).get(field, field),
            _said(entry.before.get(field), names.get(field, {})),
            _said(entry.after.get(field), names.get(field, {})),
        )
        for field in fields
    ]


def _said(value: Any, names: dict[int, str]) -> str:
    if value in (None, "", [], {}):
        return "rien"
    if isinstance(value, bool):
        return "oui" if value else "non"
    if isinstance(value, list):
        return ", ".join(_said(item, names) for item in value)
    return names.get(value, str(value)) if isinstance(value, int) else str(value)


@cache
def _labels(subject: str) -> dict[str, str]:
    """The names that the tables give to their fields, those of the subject's own table first."""
    tables: tuple[type[Model], ...] = (
        Request,
        FamilyDocument,
        Enrolment,
        Schooling,
        ChildContact,
        HouseholdChild,
        Child,
        Adult,
        Household,
    )
    named = _named(*tables) | OTHERS
    return named | _named(SUBJECTS[subject]) if subject in SUBJECTS else named


def _named(*tables: type[Model]) -> dict[str, str]:
    return {field.name: str(field.verbose_name) for table in tables for field in table._meta.fields}
