"""What holds other values in a settings file: lists, choices of kinds, ranges, tables.

A `Table` reads a mapping into typed values and gathers every problem; builders make frozen values of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from . import scopes
from .fields import HOUR, REQUIRED, Bound, Field, shown
from .problems import Expected, Report, path_words
from .scopes import Span
from .toml_lines import Path


class Values(dict[str, Any]):
    """The typed values of a table. `sound`: nothing in it was reported."""

    sound = True


@dataclass(frozen=True)
class ListOf(Field):
    """A list of values of one kind."""

    item: Field = field(default_factory=Field)
    shortest: int = 1
    example: str = "[…]"

    def read(self, value: Any, path: Path, report: Report) -> tuple[Any, ...]:
        if not isinstance(value, list) or len(value) < self.shortest:
            raise Expected(f"une liste est attendue, par exemple {self.example} (reçu : {shown(value)})")
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
class Codes(Field):
    """A list of service codes, or ["*"] for all."""

    def read(self, value: Any, path: Path, report: Report) -> tuple[str, ...]:
        good = isinstance(value, list) and value and all(isinstance(v, str) and v.strip() for v in value)
        if not good:
            raise Expected(
                'une liste de codes de services est attendue, par exemple ["cantine"], ou ["*"] pour tous '
                f"(reçu : {shown(value)})"
            )
        codes = tuple(code.strip() for code in value)
        if len(set(codes)) < len(codes):
            raise Expected("chaque code de service ne doit figurer qu'une fois dans la liste")
        return codes

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "minItems": 1, "uniqueItems": True, "items": {"type": "string"}}


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
        raise Expected(f"un texte, ou une liste de textes, est attendu (reçu : {shown(value)})", key=name)

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
                f"{{ above = 700, below = 900 }} (reçu : {shown(value)})"
            ) from None

    def schema(self) -> dict[str, Any]:
        end = {"anyOf": [{"type": "number"}, {"type": "string", "pattern": f"^({HOUR})$"}]}
        table = {"type": "object", "properties": dict.fromkeys(_ENDS, end), "additionalProperties": False}
        return {"anyOf": [*end["anyOf"], table]}


_ENDS = {"min": "least", "max": "most", "above": "above", "below": "below"}


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
