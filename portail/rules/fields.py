"""What a settings file may hold: kinds of values, each with what it expects, said in French.

A `Table` reads a mapping into typed values and gathers every problem; builders make frozen values of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any

from .sentences import DAY_MINUTES, FRENCH
from .toml_lines import Path, line_of

REQUIRED = object()
WEEKDAYS = {name: number for number, name in enumerate(FRENCH.weekdays)}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a settings file: its line (from 1), the path of the key, and what was expected."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"Ligne {self.line}"
        return f"{place}, {self.path} : {self.message}" if self.path else f"{place} : {self.message}"


class SettingsErrors(ValueError):
    """The settings file was not understood; `problems` holds everything to mend, in order of line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Expected(ValueError):
    """A value is not what its field holds; the message says what was expected, `key` in which field of a table."""

    def __init__(self, message: str, *, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


class Values(dict[str, Any]):
    """The typed values of a table. `sound`: nothing in it was reported."""

    sound = True


@dataclass
class Report:
    """The problems found so far, and where things stand in the text."""

    lines: dict[Path, int]
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str) -> None:
        self.problems.append(Problem(line_of(self.lines, path), path_words(path), message))

    def raise_if_any(self) -> None:
        if self.problems:
            raise SettingsErrors(tuple(sorted(self.problems, key=lambda problem: problem.line)))


def path_words(path: Path) -> str:
    """`("deadlines", 0, "at")` as « deadlines[1].at », counted from 1 like people do."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words


@dataclass(frozen=True)
class Field:
    """One key of a table: `default` when it is absent (REQUIRED: it may not be)."""

    default: Any = REQUIRED

    def read(self, value: Any, path: Path, report: Report) -> Any:
        """The typed value; raises Expected, or adds to the report what is wrong deeper."""
        raise NotImplementedError


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time):
        return value.isoformat()
    shown = repr(value) if isinstance(value, str) else str(value)
    return shown if len(shown) <= 40 else shown[:37] + "…"


@dataclass(frozen=True)
class Text(Field):
    """A text, not blank, of at most `longest` characters."""

    longest: int = 200

    def read(self, value: Any, path: Path, report: Report) -> str:
        if not isinstance(value, str) or not value.strip():
            raise Expected(f'un texte entre guillemets est attendu, par exemple "…" (reçu : {_shown(value)})')
        if len(value) > self.longest:
            raise Expected(f"un texte d'au plus {self.longest} caractères est attendu")
        return value.strip()


@dataclass(frozen=True)
class Integer(Field):
    """A whole number between two bounds."""

    lowest: int = 0
    highest: int = 10_000

    def read(self, value: Any, path: Path, report: Report) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not self.lowest <= value <= self.highest:
            raise Expected(
                f"un nombre entier de {self.lowest} à {self.highest} est attendu (reçu : {_shown(value)})"
            )
        return value


@dataclass(frozen=True)
class Flag(Field):
    def read(self, value: Any, path: Path, report: Report) -> bool:
        if not isinstance(value, bool):
            raise Expected(f"true (oui) ou false (non) est attendu, sans guillemets (reçu : {_shown(value)})")
        return value


@dataclass(frozen=True)
class Choice(Field):
    """One word of a list; the mapping gives the value of each word."""

    choices: Mapping[str, Any] = field(default_factory=dict)

    def read(self, value: Any, path: Path, report: Report) -> Any:
        if isinstance(value, str) and value in self.choices:
            return self.choices[value]
        words = ", ".join(f'"{word}"' for word in self.choices)
        raise Expected(f"un de ces mots est attendu : {words} (reçu : {_shown(value)})")


@dataclass(frozen=True)
class Hour(Field):
    """An hour "21:00", as minutes since midnight; "24:00" is the end of the day."""

    def read(self, value: Any, path: Path, report: Report) -> int:
        match = re.fullmatch(r"(\d{1,2}):(\d{2})", value) if isinstance(value, str) else None
        if match:
            hours, minutes = int(match[1]), int(match[2])
            if minutes < 60 and hours * 60 + minutes <= DAY_MINUTES:
                return hours * 60 + minutes
        raise Expected(
            f'une heure entre guillemets est attendue, de "00:00" à "24:00", par exemple "21:00" '
            f"(reçu : {_shown(value)})"
        )


@dataclass(frozen=True)
class Day(Field):
    """A date written 2026-12-06, without quotes."""

    def read(self, value: Any, path: Path, report: Report) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise Expected(
            f"une date est attendue, sans guillemets, année-mois-jour : 2026-12-06 (reçu : {_shown(value)})"
        )


@dataclass(frozen=True)
class Codes(Field):
    """A list of service codes, or ["*"] for all."""

    def read(self, value: Any, path: Path, report: Report) -> tuple[str, ...]:
        good = isinstance(value, list) and value and all(isinstance(v, str) and v.strip() for v in value)
        if not good:
            raise Expected(
                'une liste de codes de services est attendue, par exemple ["cantine"], ou ["*"] pour tous '
                f"(reçu : {_shown(value)})"
            )
        codes = tuple(code.strip() for code in value)
        if len(set(codes)) < len(codes):
            raise Expected("chaque code de service ne doit figurer qu'une fois dans la liste")
        return codes


@dataclass(frozen=True)
class Table(Field):
    """A mapping with known keys, read into typed values (absent keys take their default)."""

    default: Any = None
    fields: Mapping[str, Field] = field(default_factory=dict)

    def read(self, value: Any, path: Path, report: Report) -> Values:
        if not isinstance(value, dict):
            raise Expected(f"un groupe de réglages est attendu, sous un titre [{path_words(path)}]")
        result, told = Values(), len(report.problems)
        for key in value:
            if key not in self.fields:
                report.add((*path, key), _unknown(key, self.fields))
        for key, kind in self.fields.items():
            result[key] = self._read_one(key, kind, value, path, report)
        result.sound = len(report.problems) == told
        return result

    def _read_one(self, key: str, kind: Field, value: dict[str, Any], path: Path, report: Report) -> Any:
        here = (*path, key)
        if key not in value:
            if kind.default is REQUIRED:
                report.add(path, f"il manque « {key} »")
                return None
            return kind.default
        try:
            return kind.read(value[key], here, report)
        except Expected as expected:
            report.add(here, str(expected))
            return None if kind.default is REQUIRED else kind.default


@dataclass(frozen=True)
class Tables(Field):
    """A list of tables, written [[name]] before each."""

    default: Any = ()
    table: Table = field(default_factory=Table)

    def read(self, value: Any, path: Path, report: Report) -> list[Values]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Expected(f"chaque élément s'écrit sous un titre [[{path_words(path)}]]")
        return [self.table.read(item, (*path, index), report) for index, item in enumerate(value)]


def _unknown(key: str, known: Mapping[str, Field]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return f"le réglage « {key} » n'existe pas ; vouliez-vous écrire « {near[0]} » ?"
    return f"le réglage « {key} » n'existe pas ici ; les réglages possibles sont : {', '.join(known)}"
