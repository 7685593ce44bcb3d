"""What a setting may hold: kinds of values, each with what it expects, said in French."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from .problems import Expected, Report
from .sentences import FRENCH
from .toml_lines import Path

REQUIRED = object()
WEEKDAYS = {name: number for number, name in enumerate(FRENCH.weekdays)}


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


def shown(value: Any) -> str:
    """A value as it was written, cut short."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date | time):
        return value.isoformat()
    words = repr(value) if isinstance(value, str) else str(value)
    return words if len(words) <= 40 else words[:37] + "…"


@dataclass(frozen=True)
class Text(Field):
    """A text, not blank, of at most `longest` characters."""

    longest: int = 200

    def read(self, value: Any, path: Path, report: Report) -> str:
        if not isinstance(value, str) or not value.strip():
            raise Expected(f'un texte entre guillemets est attendu, par exemple "…" (reçu : {shown(value)})')
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
            f'"F" (reçu : {shown(value)})'
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
                f"un nombre entier de {self.lowest} à {self.highest} est attendu (reçu : {shown(value)})"
            )
        return value

    def schema(self) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.lowest, "maximum": self.highest}


@dataclass(frozen=True)
class Flag(Field):
    def read(self, value: Any, path: Path, report: Report) -> bool:
        if not isinstance(value, bool):
            raise Expected(f"true (oui) ou false (non) est attendu, sans guillemets (reçu : {shown(value)})")
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
        raise Expected(f"un de ces mots est attendu : {words} (reçu : {shown(value)})")

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
            f"(reçu : {shown(value)})"
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
            f"une date est attendue, sans guillemets, année-mois-jour : 2026-12-06 (reçu : {shown(value)})"
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "format": "date"}


@dataclass(frozen=True)
class MonthDay(Field):
    """A day of every year, "01-31" for the 31st of January."""

    def read(self, value: Any, path: Path, report: Report) -> tuple[int, int]:
        match = re.fullmatch(r"(\d\d)-(\d\d)", value) if isinstance(value, str) else None
        if match and 1 <= int(match[1]) <= 12 and 1 <= int(match[2]) <= 31:
            return int(match[1]), int(match[2])
        raise Expected(f'un jour de l\'année est attendu, mois-jour : "02-01" (reçu : {shown(value)})')

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
        raise Expected(f'un jour et une heure sont attendus : "2026-12-06 21:00" (reçu : {shown(value)})')

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": rf"^\d{{4}}-\d\d-\d\d ({HOUR})$"}


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
                f"par exemple 3.75 (reçu : {shown(value)})"
            )
        return Decimal(value)

    def schema(self) -> dict[str, Any]:
        return {"type": "number", "minimum": float(self.lowest), "maximum": float(self.highest)}


@dataclass(frozen=True)
class Bound(Field):
    """One end of a range: a number, or an hour "HH:MM" as minutes since midnight."""

    def read(self, value: Any, path: Path, report: Report) -> Decimal:
        if isinstance(value, str) and re.fullmatch(HOUR, value):
            return Decimal(clock(value))
        if isinstance(value, int | Decimal) and not isinstance(value, bool) and Decimal(value).is_finite():
            return Decimal(value)
        raise Expected(f'un nombre, ou une heure "17:30", est attendu (reçu : {shown(value)})')

    def schema(self) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({HOUR})$"}]}
