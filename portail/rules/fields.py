"""What a settings file may hold: kinds of values, each with what it expects, said in French.

A `Table` reads a mapping into typed values and gathers every problem; builders make frozen values of them.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from . import scopes
from .scopes import Span
from .sentences import FRENCH
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

    def line(self, path: Path) -> int:
        return line_of(self.lines, path)

    def add(self, path: Path, message: str) -> None:
        path = tuple(int(part) if isinstance(part, str) and part.isdigit() else part for part in path)
        self.problems.append(Problem(self.line(path), path_words(path), message))

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

    def schema(self) -> dict[str, Any]:
        """What an editor must know of the value (JSON Schema)."""
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

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "minLength": 1, "maxLength": self.longest}


@dataclass(frozen=True)
class Letters(Field):
    """Capital letters and digits, at most `longest`: the name of a series of numbers."""

    longest: int = 6

    def read(self, value: Any, path: Path, report: Report) -> str:
        if isinstance(value, str) and re.fullmatch(rf"[A-Z0-9]{{1,{self.longest}}}", value):
            return value
        raise Expected(
            f"des majuscules ou des chiffres sont attendus, {self.longest} au plus, par exemple "
            f'"F" (reçu : {_shown(value)})'
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^[A-Z0-9]{{1,{self.longest}}}$"}


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

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True)
class Flag(Field):
    def read(self, value: Any, path: Path, report: Report) -> bool:
        if not isinstance(value, bool):
            raise Expected(f"true (oui) ou false (non) est attendu, sans guillemets (reçu : {_shown(value)})")
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True)
class Choice(Field):
    """One word of a list; the mapping gives the value of each word."""

    choices: Mapping[str, Any] = field(default_factory=dict)

    def read(self, value: Any, path: Path, report: Report) -> Any:
        if isinstance(value, str) and value in self.choices:
            return self.choices[value]
        words = ", ".join(f'"{word}"' for word in self.choices)
        raise Expected(f"un de ces mots est attendu : {words} (reçu : {_shown(value)})")

    def schema(self) -> dict[str, Any]:
        return {"enum": list(self.choices)}


HOUR = r"([01]?\d|2[0-3]):([0-5]\d)|24:00"


@dataclass(frozen=True)
class Hour(Field):
    """An hour "21:00", as minutes since midnight; "24:00" is the end of the day."""

    def read(self, value: Any, path: Path, report: Report) -> int:
        if isinstance(value, str) and re.fullmatch(HOUR, value):
            return clock(value)
        raise Expected(
            f'une heure entre guillemets est attendue, de "00:00" à "24:00", par exemple "21:00" '
            f"(reçu : {_shown(value)})"
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": f"^({HOUR})$"}


def clock(text: str) -> int:
    """ "21:00" as minutes since midnight."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


@dataclass(frozen=True)
class Day(Field):
    """A date written 2026-12-06, without quotes."""

    def read(self, value: Any, path: Path, report: Report) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        raise Expected(
            f"une date est attendue, sans guillemets, année-mois-jour : 2026-12-06 (reçu : {_shown(value)})"
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class Amount(Field):
    """A number of euros, or any number with decimals, exact."""

    lowest: Decimal = Decimal(0)
    highest: Decimal = Decimal(100_000)

    def read(self, value: Any, path: Path, report: Report) -> Decimal:
        good = isinstance(value, int | Decimal) and not isinstance(value, bool)
        if not good or not Decimal(value).is_finite() or not self.lowest <= value <= self.highest:
            raise Expected(
                f"un nombre de {self.lowest} à {self.highest} est attendu, avec un point pour les décimales, "
                f"par exemple 3.75 (reçu : {_shown(value)})"
            )
        return Decimal(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": float(self.lowest), "maximum": float(self.highest)}


@dataclass(frozen=True)
class ListOf(Field):
    """A list of values of one kind."""

    item: Field = field(default_factory=Field)
    shortest: int = 1
    example: str = "[…]"

    def read(self, value: Any, path: Path, report: Report) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < self.shortest:
            raise Expected(f"une liste est attendue, par exemple {self.example} (reçu : {_shown(value)})")
        return tuple(self._item(one, (*path, index), report) for index, one in enumerate(value))

    def _item(self, value: Any, path: Path, report: Report) -> Any:
        try:
            return self.item.read(value, path, report)
        except Expected as expected:
            report.add((*path, expected.key) if expected.key else path, str(expected))
            return None

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "minItems": self.shortest, "items": self.item.schema()}


@dataclass(frozen=True)
class Bound(Field):
    """One end of a range: a number, or an hour "HH:MM" as minutes since midnight."""

    def read(self, value: Any, path: Path, report: Report) -> Decimal:
        if isinstance(value, str) and re.fullmatch(HOUR, value):
            return Decimal(clock(value))
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite():
            return Decimal(value)
        raise Expected(f'un nombre, ou une heure "17:30", est attendu (reçu : {_shown(value)})')

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({HOUR})$"}]}


@dataclass(frozen=True)
class MonthDay(Field):
    """A day of every year, "01-31" for the 31st of January."""

    def read(self, value: Any, path: Path, report: Report) -> tuple[int, int]:
        match = re.fullmatch(r"(\d\d)-(\d\d)", value) if isinstance(value, str) else None
        if match and 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= 31:
            return int(match[1]), int(match[2])
        raise Expected(f'un jour de l\'année est attendu, mois-jour : "02-01" (reçu : {_shown(value)})')

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$"}


@dataclass(frozen=True)
class Moment(Field):
    """A local day and hour "2026-12-06 21:00"; the hour may be 24:00."""

    def read(self, value: Any, path: Path, report: Report) -> tuple[date, int]:
        match = re.fullmatch(rf"(\d{{4}}-\d\d-\d\d) ((?:{HOUR}))", value) if isinstance(value, str) else None
        if match:
            try:
                return date.fromisoformat(match[1]), clock(match[2])
            except ValueError:
                pass
        raise Expected(f'un jour et une heure sont attendus : "2026-12-06 21:00" (reçu : {_shown(value)})')

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": rf"^\d{{4}}-\d\d-\d\d ({HOUR})$"}


@dataclass(frozen=True)
class Known(Field):
    """What is known of a request: { quotient = 742, residence = "commune", options = … }."""

    def read(self, value: Any, path: Path, report: Report) -> scopes.Known:
        if not isinstance(value, dict):
            raise Expected("ce qui est su de la demande est attendu, par exemple { quotient = 742 }")
        known = {name: self._one(name, one) for name, one in value.items()}
        return scopes.know(**known)

    def _one(self, name: str, value: Any) -> object:
        numbers = {*scopes.NUMBERS, *scopes.COUNTS}
        if name in numbers:
            try:
                return Bound().read(value, (), Report({}))
            except Expected as expected:
                raise Expected(str(expected), key=name) from None
        if name not in scopes.TAGS.values():
            names = ", ".join(sorted({*numbers, *scopes.TAGS.values()}))
            raise Expected(f"« {name} » n'est pas connu ; ce qui peut l'être : {names}", key=name)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, list) and all(isinstance(word, str) for word in value):
            return frozenset(value)
        raise Expected(f"un texte, ou une liste de textes, est attendu (reçu : {_shown(value)})", key=name)

    def schema(self) -> dict[str, Any]:
        word = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}
        numbers = dict.fromkeys((*scopes.NUMBERS, *scopes.COUNTS), Bound().schema())
        tags = dict.fromkeys(scopes.TAGS.values(), word)
        return {"type": "object", "properties": {**numbers, **tags}, "additionalProperties": False}


@dataclass(frozen=True)
class Range(Field):
    """A number, or a range { min = 2, max = 4 }, { above = 700 }, { below = 900 }; hours may be "HH:MM"."""

    name: str = ""

    def read(self, value: Any, path: Path, report: Report) -> Span:
        if isinstance(value, dict) and value and set(value) <= set(_ENDS):
            ends = {_ENDS[key]: self._number(end) for key, end in value.items()}
            return Span(self.name, **ends)
        exact = self._number(value)
        return Span(self.name, least=exact, most=exact)

    def _number(self, value: Any) -> Decimal:
        try:
            return Bound().read(value, (), Report({}))
        except Expected:
            raise Expected(
                "un nombre, ou des bornes, est attendu, par exemple 3, { min = 2 }, { min = 401, max = 700 } ou "
                f"{{ above = 700, below = 900 }} (reçu : {_shown(value)})"
            ) from None

    def schema(self) -> dict[str, Any]:
        end = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({HOUR})$"}]}
        table = {"type": "object", "properties": dict.fromkeys(_ENDS, end), "additionalProperties": False}
        return {"anyOf": [*end["anyOf"], table]}


_ENDS = {"min": "least", "max": "most", "above": "above", "below": "below"}


@dataclass(frozen=True)
class Either(Field):
    """One of several kinds: the first whose shape (text, table, list, number) fits."""

    kinds: tuple[Field, ...] = ()

    def read(self, value: Any, path: Path, report: Report) -> Any:
        problems = []
        for kind in self.kinds:
            if isinstance(value, dict) and isinstance(kind, Table):
                return kind.read(value, path, report)
            try:
                return kind.read(value, path, report)
            except Expected as expected:
                problems.append(str(expected))
        raise Expected(problems[0])

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [kind.schema() for kind in self.kinds]}


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

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}}


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
            report.add((*here, expected.key) if expected.key else here, str(expected))
            return None if kind.default is REQUIRED else kind.default

    def schema(self) -> dict[str, Any]:
        required = [name for name, kind in self.fields.items() if kind.default is REQUIRED]
        properties = {name: kind.schema() for name, kind in self.fields.items()}
        return {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            **({"required": required} if required else {}),
        }


@dataclass(frozen=True)
class Tables(Field):
    """A list of tables, written [[name]] before each."""

    default: Any = ()
    table: Table = field(default_factory=Table)

    def read(self, value: Any, path: Path, report: Report) -> list[Values]:
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise Expected(f"chaque élément s'écrit sous un titre [[{path_words(path)}]]")
        return [self.table.read(item, (*path, index), report) for index, item in enumerate(value)]

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": self.table.schema()}


def _unknown(key: str, known: Mapping[str, Field]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    if near:
        return f"le réglage « {key} » n'existe pas ; vouliez-vous écrire « {near[0]} » ?"
    return f"le réglage « {key} » n'existe pas ici ; les réglages possibles sont : {', '.join(known)}"
