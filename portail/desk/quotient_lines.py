"""Quotients by the dozen: lines of a file or of a table, read together, with what is wrong told by its line."""

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from io import StringIO

from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_date

from portail.core.text import plain
from portail.families.actions.quotients import HIGHEST, Given
from portail.families.models import Household, Quotient

MOST_LINES = 500
_VALUE = re.compile(r"[0-9]{1,5}([.,][0-9]{1,2})?")
_HEADS = {
    "number": ("dossier", "numero", "n dossier", "numero de dossier", "no dossier", "foyer"),
    "value": ("quotient", "qf", "valeur", "quotient familial", "montant"),
    "kind": ("justificatif", "nature", "type", "origine"),
    "proved_on": ("date", "date du justificatif", "justificatif du"),
}


@dataclass(frozen=True)
class Typed:
    """A line as it was typed, under its number."""

    line: int
    number: str
    value: str
    kind: str = ""
    proved_on: str = ""

    @property
    def is_empty(self) -> bool:
        return not (self.number.strip() or self.value.strip())


@dataclass(frozen=True)
class Problem:
    line: int
    text: str


@dataclass(frozen=True)
class Entry:
    """A line that can be entered. `is_known`: it already was."""

    line: int
    household: Household
    given: Given
    is_known: bool = False


@dataclass
class Lines:
    entries: list[Entry] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def new(self) -> list[Entry]:
        return [entry for entry in self.entries if not entry.is_known]

    @property
    def known(self) -> list[Entry]:
        return [entry for entry in self.entries if entry.is_known]


def read_value(typed: str) -> Decimal:
    """« 742 », « 1 214,50 », « 742.5 »: from 0 to 99 999,99. Raises ValidationError, in words."""
    text = re.sub(r"[\s€]", "", typed)
    if not _VALUE.fullmatch(text):
        highest = f"{HIGHEST:,}".replace(",", " ").replace(".", ",")
        raise ValidationError(f"Écrivez un nombre de 0 à {highest}, comme 742 ou 1 214,50.")
    return Decimal(text.replace(",", "."))


def lines_of(text: str) -> list[Typed]:
    """The lines of a CSV text, whatever its separator; a first line of titles says the order of its columns."""
    rows = list(csv.reader(StringIO(text.replace("\0", "")), delimiter=_separator(text)))
    order = ["number", "value", "kind", "proved_on"]
    first = 0
    if rows and (named := _order(rows[0])):
        order, first = named, 1
    found = []
    for number, row in enumerate(rows[first:], start=first + 1):
        cells = dict(zip(order, (cell.strip() for cell in row), strict=False))
        known = {name: cells.get(name, "") for name in ("number", "value", "kind", "proved_on")}
        typed = Typed(number, **known)
        if not typed.is_empty:
            found.append(typed)
    return found


def read(typed: Sequence[Typed], *, kinds: Sequence[str], received_on: date) -> Lines:
    """What can be entered and what cannot, line by line, in two queries."""
    lines = Lines()
    if len(typed) > MOST_LINES:
        lines.problems.append(
            Problem(typed[MOST_LINES].line, f"Plus de {MOST_LINES} lignes : envoyez le reste ensuite.")
        )
        return lines
    homes = {home.number: home for home in Household.objects.filter(number__in=[_number(t) for t in typed])}
    seen: dict[str, int] = {}
    for one in typed:
        try:
            entry = _entry(one, homes, kinds, received_on)
        except ValidationError as refused:
            lines.problems.append(Problem(one.line, str(refused.messages[0])))
            continue
        if before := seen.get(entry.household.number):
            lines.problems.append(
                Problem(one.line, f"Ce dossier est déjà à la ligne {before} : gardez-en une.")
            )
        seen.setdefault(entry.household.number, one.line)
        lines.entries.append(entry)
    lines.entries = _known(lines.entries)
    return lines


def _entry(one: Typed, homes: dict[str, Household], kinds: Sequence[str], received_on: date) -> Entry:
    number = _number(one)
    home = homes.get(number)
    if home is None:
        raise ValidationError(
            f"Aucun dossier ne porte le numéro « {number[:20]} »."
            if number
            else "Écrivez le numéro du dossier."
        )
    if home.closed_at:
        raise ValidationError(f"Le dossier {home.number} est clos : rouvrez-le d'abord.")
    if not one.value.strip():
        raise ValidationError("Écrivez le quotient.")
    given = Given(
        read_value(one.value), _kind(one.kind, kinds), _day(one.proved_on, received_on), received_on
    )
    return Entry(one.line, home, given)


def _kind(typed: str, kinds: Sequence[str]) -> str:
    if not typed.strip():
        return kinds[0]
    for kind in kinds:
        if plain(kind) == plain(typed):
            return kind
    raise ValidationError(f"Écrivez l'un de ces justificatifs : {', '.join(kinds)}.")


def _day(typed: str, received_on: date) -> date:
    text = typed.strip()
    if not text:
        return received_on
    french = re.fullmatch(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})", text)
    try:
        day = date(*map(int, reversed(french.groups()))) if french else parse_date(text)
    except ValueError:
        day = None
    if day is None:
        raise ValidationError("Écrivez la date du justificatif comme 03/02/2027.")
    if day > received_on:
        raise ValidationError("Le justificatif serait daté d'après sa réception : vérifiez les deux dates.")
    if day < received_on - timedelta(days=3 * 366):
        raise ValidationError("Ce justificatif a plus de trois ans : vérifiez l'année.")
    return day


def _known(entries: Iterable[Entry]) -> list[Entry]:
    entries = list(entries)
    fields = ("household_id", "value", "kind", "proved_on", "received_on")
    rows = Quotient.objects.counting().filter(household__in=[entry.household for entry in entries])
    known = set(rows.values_list(*fields))
    return [Entry(entry.line, entry.household, entry.given, _identity(entry) in known) for entry in entries]


def _identity(entry: Entry) -> tuple[object, ...]:
    given = entry.given
    return (entry.household.pk, given.value, given.kind, given.proved_on, given.received_on)


def _number(one: Typed) -> str:
    return re.sub(r"\s", "", one.number)


def _separator(text: str) -> str:
    first = text.lstrip().split("\n", 1)[0]
    return max(";\t,", key=first.count)


def _order(row: Sequence[str]) -> list[str] | None:
    """What each column holds, by its title; None when the first line is no title."""
    titles = [plain(cell) for cell in row]
    order = [
        next((name for name, words in _HEADS.items() if title in words), f"column-{index}")
        for index, title in enumerate(titles)
    ]
    return order if "number" in order and "value" in order else None
