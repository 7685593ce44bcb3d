"""The settings of a file that a town hall changes every year, rule by rule, each with its place in the text.

Only for texts that `parse` has accepted. `rewriting.rewrite` writes the new values.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from .bands import Band
from .differences import scope_words
from .parsing import parse
from .pricing import band_words
from .regulation import Regulation
from .rewriting import New
from .scopes import Scope
from .sentences import FRENCH
from .tariffs import Grid, Tariff
from .toml_lines import Path, line_of, locate


class Kind(StrEnum):
    """What a setting holds."""

    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"
    COUNT = "count"
    WEEKDAY = "weekday"
    HOUR = "hour"
    DAY = "day"
    YEAR_DAY = "year-day"
    """A day of every year, "02-01"."""
    UNIT = "unit"
    ROW = "row"
    """ "vendredi 11:00", or "jamais"."""


@dataclass(frozen=True)
class Editable:
    """One setting: its place, its name, what it holds, its value in the file (None: left out)."""

    path: Path
    label: str
    kind: Kind
    value: New = None
    required: bool = True


@dataclass(frozen=True)
class RuleOfFile:
    """A rule, what it is called, its line (from 1), and what may be changed in it."""

    path: Path
    title: str
    line: int
    settings: tuple[Editable, ...]


SECTIONS = (
    "tariffs",
    "deadlines",
    "openings",
    "windows",
    "periods",
    "surcharges",
    "absences",
    "quotient",
    "constraints",
    "quotas",
    "waiting",
)
"""The kinds of rules, in the order they are shown."""


def rules_of(text: str) -> dict[str, list[RuleOfFile]]:
    """Every rule of the file that has something to change, by section."""
    data, regulation, lines = tomllib.loads(text, parse_float=Decimal), parse(text), locate(text)
    found: dict[str, list[RuleOfFile]] = {section: [] for section in SECTIONS}
    for section, path, title, settings in _rules(data, regulation):
        kept = tuple(settings)
        if kept:
            found[section].append(RuleOfFile(path, title, line_of(lines, path), kept))
    return {section: rules for section, rules in found.items() if rules}


def rule_of(text: str, section: str, number: int) -> RuleOfFile | None:
    """One rule of a section, counted from 1."""
    rules = rules_of(text).get(section, [])
    return rules[number - 1] if 0 < number <= len(rules) else None


def _rules(
    data: dict[str, Any], regulation: Regulation
) -> Iterator[tuple[str, Path, str, Iterator[Editable]]]:
    for index, values in enumerate(data.get("tariffs", ())):
        tariff, path = regulation.tariffs[index], ("tariffs", index)
        yield "tariffs", path, f"{tariff.name}, {scope_words(tariff.scope)}", _tariff(path, values, tariff)
    for index, values in enumerate(data.get("deadlines", ())):
        rule, path = regulation.deadlines[index], ("deadlines", index)
        actions = " et ".join(_ACTIONS[action] for action in sorted(rule.actions))
        title = f"{rule.name or f'Délai pour {actions}'}, {scope_words(rule.scope)}"
        yield "deadlines", path, title, _limit_rule(path, values)
    yield from _of_bookings(data.get("bookings", {}), regulation)
    for section, label, settings in (
        ("surcharges", "Pénalité", _SURCHARGE),
        ("absences", "Absence", _ABSENCE),
        ("constraints", "Panier", _CONSTRAINT),
        ("quotas", "Quota", _QUOTA),
    ):
        for index, values in enumerate(data.get(section, ())):
            scope = getattr(regulation, section)[index].scope
            title = f"{values.get('name', label)}, {scope_words(scope)}"
            yield section, (section, index), title, _present((section, index), values, settings)
    for index, values in enumerate(data.get("waiting", ())):
        title = f"{values['name']}, {scope_words(regulation.waiting[index].scope)}"
        yield "waiting", ("waiting", index), title, _waiting(("waiting", index), values)
    if "quotient" in data:
        yield "quotient", ("quotient",), "Quotient familial", _quotient(data["quotient"])


_ACTIONS = {"book": "réserver", "cancel": "annuler", "change": "changer"}


def _of_bookings(
    bookings: dict[str, Any], regulation: Regulation
) -> Iterator[tuple[str, Path, str, Iterator[Editable]]]:
    for index, values in enumerate(bookings.get("openings", ())):
        path: Path = ("bookings", "openings", index)
        scope = scope_words(regulation.openings[index].scope)
        yield "openings", path, f"{values.get('name', 'Ouverture')}, {scope}", _limit_rule(path, values)
    for index, values in enumerate(bookings.get("windows", ())):
        path = ("bookings", "windows", index)
        services = ", ".join(values.get("services", ())).replace("*", "tous les services")
        title = f"{values.get('name', 'Fenêtre')}, {services or 'tous les services'}"
        yield "windows", path, title, _present(path, values, _WINDOW)
    for index, values in enumerate(bookings.get("periods", ())):
        path = ("bookings", "periods", index)
        yield "periods", path, values["name"], _period(path, values)


Names = dict[str, tuple[str, Kind]]

_WINDOW: Names = {
    "opens": ("Ouverture", Kind.DAY),
    "opens_at": ("Heure d'ouverture", Kind.HOUR),
    "closes": ("Clôture", Kind.DAY),
    "closes_at": ("Heure de clôture", Kind.HOUR),
}
_PERIOD: Names = {
    "from": ("Premier jour de service", Kind.DAY),
    "until": ("Dernier jour de service", Kind.DAY),
    "closes": ("Clôture", Kind.DAY),
    "closes_at": ("Heure de clôture", Kind.HOUR),
}
_CLASS: Names = {"on": ("ouverture", Kind.DAY), "at": ("heure d'ouverture", Kind.HOUR)}
_ROOM: Names = {
    "families": ("Familles qui réservent en même temps", Kind.COUNT),
    "before": ("Salle d'attente, minutes avant l'ouverture", Kind.COUNT),
    "after": ("Salle d'attente, minutes au moins après l'ouverture", Kind.COUNT),
    "call": ("Minutes pour entrer quand vient son tour", Kind.COUNT),
    "idle": ("Minutes sans rien faire avant de céder sa place", Kind.COUNT),
}
_SURCHARGE: Names = {
    "fixed": ("Prix à la place du prix", Kind.MONEY),
    "amount": ("Montant en plus", Kind.MONEY),
    "percent": ("En plus, en %", Kind.PERCENT),
    "factor": ("Prix multiplié par", Kind.NUMBER),
    "grace": ("Tolérance, en minutes", Kind.COUNT),
    "slice_minutes": ("Tranche de retard, en minutes", Kind.COUNT),
    "from_count": ("À partir de la fois numéro", Kind.COUNT),
    "at_most": ("Au plus", Kind.MONEY),
}
_ABSENCE: Names = {
    "least": ("Durée minimale, en jours", Kind.COUNT),
    "proof_hours": ("Pièce à fournir sous, en heures", Kind.COUNT),
    "kept": ("Part qui reste due, en %", Kind.PERCENT),
}
_CONSTRAINT: Names = {
    "least": ("Jours au moins", Kind.COUNT),
    "least_with_holiday": ("Jours au moins, une semaine avec un férié", Kind.COUNT),
    "most": ("Jours au plus", Kind.COUNT),
}
_QUOTA: Names = {"most": ("Enfants au plus", Kind.COUNT)}
_WAITING: Names = {
    "valid_hours": ("Une place proposée se garde, en heures", Kind.COUNT),
    "most": ("Enfants au plus sur la liste d'une séance", Kind.COUNT),
    "most_days": ("Jours attendus au plus par enfant", Kind.COUNT),
}
_AMOUNTS: Names = {
    "price": ("Prix", Kind.MONEY),
    "percent": ("Taux, en %", Kind.PERCENT),
    "plus": ("Montant ajouté", Kind.MONEY),
    "floor": ("Minimum", Kind.MONEY),
    "ceiling": ("Maximum", Kind.MONEY),
    "last_price": ("Prix du dernier reste", Kind.MONEY),
}
_CHANGES: Names = {
    "percent": ("en %", Kind.PERCENT),
    "amount": ("en euros", Kind.MONEY),
    "fixed": ("prix", Kind.MONEY),
    "at_least": ("au moins", Kind.MONEY),
    "at_most": ("au plus", Kind.MONEY),
}
_BOUNDS: Names = {
    "min": ("à partir de", Kind.NUMBER),
    "above": ("au-delà de", Kind.NUMBER),
    "max": ("jusqu'à", Kind.NUMBER),
    "below": ("au-dessous de", Kind.NUMBER),
}


def _present(path: Path, values: dict[str, Any], names: Names, prefix: str = "") -> Iterator[Editable]:
    """The settings of a table that the file gives."""
    for key, (label, kind) in names.items():
        if key in values and not isinstance(values[key], dict | list):
            shown = f"{prefix}{label}" if prefix else label
            kept = Kind.HOUR if kind is Kind.NUMBER and isinstance(values[key], str) else kind
            yield Editable((*path, key), shown, kept, values[key])


def _period(path: Path, values: dict[str, Any]) -> Iterator[Editable]:
    yield from _present(path, values, _PERIOD)
    for index, row in enumerate(values["opens"]):
        yield from _present((*path, "opens", index), row, _CLASS, f"{row['label']}, ")
    yield from _present((*path, "room"), values.get("room", {}), _ROOM)


def _dates(path: Path, values: dict[str, Any]) -> Iterator[Editable]:
    yield Editable((*path, "from"), "Premier jour de service concerné", Kind.DAY, values.get("from"), False)
    yield Editable((*path, "until"), "Dernier jour de service concerné", Kind.DAY, values.get("until"), False)


def _tariff(path: Path, values: dict[str, Any], tariff: Tariff) -> Iterator[Editable]:
    columns = [_column(scope) for scope in tariff.columns]
    yield from _present(path, values, _AMOUNTS)
    for key, label, kind in (("prices", "Prix", Kind.MONEY), ("percents", "Taux, en %", Kind.PERCENT)):
        yield from _row(path, values, key, label, kind, columns)
    if isinstance(tariff.function, Grid):
        for index, band in enumerate(values["bands"]):
            words = _band(tariff.function.axis, tariff.function.bands[index])
            here = (*path, "bands", index)
            yield from _present(here, band, _BOUNDS, f"Tranche {index + 1}, ")
            yield from _present(here, band, {"price": (f"Prix, {words}", Kind.MONEY)})
            yield from _row(here, band, "prices", f"Prix, {words}", Kind.MONEY, columns)
    for index, point in enumerate(values.get("points", ())):
        label = f"Prix au point {FRENCH.plain(Decimal(point[0]))}"
        yield Editable((*path, "points", index, 1), label, Kind.MONEY, point[1])
    for index, change in enumerate(values.get("adjust", ())):
        label = change.get("label", f"Ajustement {index + 1}")
        yield from _present((*path, "adjust", index), change, _CHANGES, f"{label}, ")
    yield from _present((*path, "cap"), values.get("cap", {}), {"amount": ("Plafond", Kind.MONEY)})
    yield from _dates(path, values)


def _column(scope: Scope) -> str:
    return scope_words(scope).removeprefix("tous les services").removeprefix(", ")


def _band(axis: str, band: Band) -> str:
    return f"tranche {band_words(axis, band).fr()}"


def _row(
    path: Path, values: dict[str, Any], key: str, label: str, kind: Kind, columns: list[str]
) -> Iterator[Editable]:
    """One value a column; one left empty ("") has no price and stays so."""
    for index, value in enumerate(values.get(key, ())):
        name = f"{label}, {columns[index]}" if index < len(columns) and columns[index] else label
        if value != "":
            yield Editable((*path, key, index), name, kind, value)


def _waiting(path: Path, values: dict[str, Any]) -> Iterator[Editable]:
    yield from _present(path, values, _WAITING)
    for index, criterion in enumerate(values.get("criteria", ())):
        here: Path = (*path, "criteria", index)
        yield from _present(here, criterion, {"points": (f"Points, {criterion['label']}", Kind.COUNT)})


_FORMULA: Names = {
    "before": ("Nombre (jours, semaines…) avant", Kind.COUNT),
    "unit": ("Compté en", Kind.UNIT),
    "weekday": ("Jour de la semaine", Kind.WEEKDAY),
    "month_day": ("Jour du mois", Kind.COUNT),
    "on": ("Date", Kind.DAY),
    "at": ("Heure", Kind.HOUR),
}
_OPTIONAL = ("before", "unit", "weekday", "at")
"""What a plain limit may be given although its file leaves it out."""


_NOT_PLAIN = ("never", "table", "on", "earliest_of", "latest_of")


def _limit_rule(path: Path, values: dict[str, Any]) -> Iterator[Editable]:
    is_plain = not any(values.get(key) for key in _NOT_PLAIN)
    yield from _formula(path, values, "", open_to_more=is_plain)
    for name, row in values.get("table", {}).items():
        here = (*path, "table", name)
        if isinstance(row, dict):
            yield from _formula(here, row, f"Le {name}, ")
        else:
            yield Editable(here, f"Limite pour le {name}", Kind.ROW, row)
    for index, row in enumerate(values.get("dates", ())):
        label = f"Du {row['from']:%d/%m/%Y} au {row['until']:%d/%m/%Y}, "
        yield from _formula((*path, "dates", index), row, label)
    for key in ("earliest_of", "latest_of"):
        for index, row in enumerate(values.get(key, ())):
            yield from _formula((*path, key, index), row, f"Limite {index + 1}, ")
    for index, tier in enumerate(values.get("then", ())):
        yield from _formula((*path, "then", index), tier, f"Après la limite ({index + 1}), ")
    yield from _dates(path, values)


def _formula(
    path: Path, values: dict[str, Any], prefix: str, *, open_to_more: bool = False
) -> Iterator[Editable]:
    for key, (label, kind) in _FORMULA.items():
        if key in values or (open_to_more and key in _OPTIONAL):
            shown = f"{prefix}{label[0].lower()}{label[1:]}" if prefix else label
            yield Editable((*path, key), shown, kind, values.get(key), False)


def _quotient(values: dict[str, Any]) -> Iterator[Editable]:
    path: Path = ("quotient",)
    yield Editable(
        (*path, "renewal"), "Actualisation annuelle, le", Kind.YEAR_DAY, values.get("renewal"), False
    )
    label = "Validité d'un justificatif, en mois"
    yield Editable((*path, "valid_months"), label, Kind.COUNT, values.get("valid_months"), False)
    label = "Quotient retenu sans justificatif (vide : tarif le plus fort)"
    yield Editable((*path, "missing"), label, Kind.NUMBER, values.get("missing"), False)
