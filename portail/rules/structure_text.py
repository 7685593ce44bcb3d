"""The structure of the commune written into the text of a settings file, whose comments and layout stay.

Only for texts that `parse` has accepted.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from datetime import time
from decimal import Decimal
from typing import Any

from .building_structure import KINDS, in_turn
from .calendars import RunsIn
from .layout_structure import STRUCTURE
from .parsing import parse
from .problems import Report
from .rewriting import New, blocks, rewrite, written
from .sentences import FRENCH
from .structure import SECTIONS, SHORT, Offer, Service, Structure, alone, keys
from .structure_changes import structure_changes
from .toml_lines import Path, layout

_KEY = {"schools": "name", "places": "name", "activities": "code", "services": "code"}
_TITLE = "# La structure de la commune, telle que le guichet la tient.\n"


def refreshed(text: str, current: Structure) -> str:
    """The text, the sections of the structure that it has saying what the tables hold now (`current`, whole)."""
    said = parse(text).structure
    return _with(text, current, [section for section in SECTIONS if said.section(section) is not None])


def completed(text: str, current: Structure) -> str:
    """The text with the whole structure: what `portail rules export` gives. Applied again, it changes nothing."""
    return _with(text, current, list(SECTIONS))


def _with(text: str, current: Structure, sections: list[str]) -> str:
    found = text
    for section in sections:
        found = _section(found, section, current)
    return found


def _says(text: str, section: str, current: Structure) -> bool:
    """Whether this section of the text names every row of the tables, and changes nothing of them."""
    rows = _said(text, section)
    said = alone(section, tuple(rows.values()) if rows else None)
    return (
        keys(said, section) == keys(current, section)
        and not structure_changes(current, said)
        and (section != "services" or all(row.offers is not None for row in rows.values()))
    )


def _said(text: str, section: str) -> dict[str, Any]:
    """The rows of this section by their key, read alone: the rest of the text may still be on its way."""
    build = KINDS[section][1]
    table, found = STRUCTURE[section].table, {}
    for index, item in enumerate(_raw(text, section)):
        row = build(table.read(item, (), Report({})))
        if row is not None:
            found[row.key] = in_turn(row, index)
    return found


def _raw(text: str, section: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = tomllib.loads(text, parse_float=Decimal).get(section, [])
    return rows


def _section(text: str, section: str, current: Structure) -> str:
    """The text with this section as the tables have it: rows changed where they stand, others taken away or added."""
    if _says(text, section, current):
        return text
    if (section,) in layout(text).values:
        return _anew(text, section, current)
    rows = {row.key: row for row in current.section(section) or ()}
    text = _without_strangers(text, section, rows)
    there = _named(text, section)
    edits = _edits(text, section, there, rows)
    text = rewrite(_without_offers(text, edits), edits)
    missing = [row for key, row in rows.items() if key not in there]
    return _added(text, section, [_block(section, row, len(there) + n) for n, row in enumerate(missing, 1)])


def _anew(text: str, section: str, current: Structure) -> str:
    """The text with this section, which it writes between brackets, written under titles instead."""
    rows = {row.key: row for row in current.section(section) or ()}
    named, said = zip(_named(text, section), _raw(text, section), strict=True), _said(text, section)
    new = [_titled(section, row) for key, row in named if key not in said and key not in rows]
    new += [_block(section, row, len(new) + n) for n, row in enumerate(rows.values(), 1)]
    return _added(rewrite(text, [((section,), None)]), section, new)


def _named(text: str, section: str) -> list[str]:
    """The keys of the rows of this section, in the order of the text; bookable or not."""
    return [str(row[_KEY[section]]).strip() for row in _raw(text, section)]


def _without_strangers(text: str, section: str, rows: Mapping[str, Any]) -> str:
    """The text without the rows that the tables do not have; a service that is only described stays."""
    said = _said(text, section)
    gone = {n for n, key in enumerate(_named(text, section)) if key in said and key not in rows}
    return _without(text, section, gone)


def _without(text: str, section: str, gone: set[int]) -> str:
    """The text without these rows, each with the comments that touch its title; looser comments stay."""
    ends, kept = layout(text).ends, []
    at = 0
    for block in blocks(text):
        at += len(block.text)
        if block.name == section and len(block.path) > 1 and block.path[1] in gone:
            tail = text[ends[block.path] : at].partition("\n")[2]
            kept.append(tail.lstrip("\n") if "#" in tail else "")
        else:
            kept.append(block.text)
    return "".join(kept)


def _edits(text: str, section: str, there: list[str], rows: Mapping[str, Any]) -> list[tuple[Path, New]]:
    """The settings to change for each row of the text to say what the table has."""
    said = _said(text, section)
    edits: list[tuple[Path, New]] = []
    for index, key in enumerate(there):
        if key in rows:
            edits += _row_edits((section, index), said.get(key), rows[key])
    return edits


def _row_edits(path: Path, said: Any, row: Any) -> list[tuple[Path, New]]:
    """`said`: the row as the text has it; None for a service that it only describes."""
    was, now = _settings(said) if said else {}, _settings(row)
    edits: list[tuple[Path, New]] = []
    for name in dict.fromkeys((*now, *was)):
        if name == "places":
            edits += _offer_edits((*path, name), said.offers if said else None, row.offers)
        elif was.get(name) != now.get(name):
            edits.append(((*path, name), now.get(name)))
    return edits


def _offer_edits(
    path: Path, said: tuple[Offer, ...] | None, offers: tuple[Offer, ...]
) -> list[tuple[Path, New]]:
    """Where the places are the same, their settings one by one; otherwise the whole list."""
    now = {offer.key: offer for offer in offers}
    if said is None or {offer.key for offer in said} != now.keys():
        return [(path, _value(offers))]
    return [
        edit for index, offer in enumerate(said) for edit in _row_edits((*path, index), offer, now[offer.key])
    ]


def _without_offers(text: str, edits: list[tuple[Path, New]]) -> str:
    """The text without the [[services.places]] of the services whose whole list is about to be written."""
    whole = {path for path, _ in edits if path[-1] == "places"}
    return "".join(block.text for block in blocks(text) if block.path[:3] not in whole)


def _settings(row: Any) -> dict[str, New]:
    """A row as the file writes it: what is usual is left out."""
    settings: dict[str, New] = {}
    for field in fields(row):
        value = getattr(row, field.name)
        usual = None if field.default is MISSING else field.default
        if field.name == "was" or (value == usual and field.name != "position"):
            continue
        settings["places" if field.name == "offers" else field.name] = _value(value)
    if isinstance(row, Service) and row.short_name == row.name[:SHORT].strip():
        del settings["short_name"]
    return settings


def _value(value: Any) -> New:
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, RunsIn):
        return value.value
    if isinstance(value, frozenset):
        return tuple(FRENCH.weekdays[day] for day in sorted(value))
    if isinstance(value, tuple):
        return tuple(_settings(offer) for offer in value)
    return value


def _added(text: str, section: str, new: list[str]) -> str:
    """The text with these blocks after the last one of their section, or at the end."""
    if not new:
        return text
    mine, added = blocks(text), "\n".join(new)
    last = max((n for n, block in enumerate(mine) if block.name == section), default=None)
    if last is None:
        title = "" if _TITLE in text else f"{_TITLE}\n"
        return f"{text.rstrip()}\n\n{title}{added}"
    before, after = "".join(b.text for b in mine[: last + 1]), "".join(b.text for b in mine[last + 1 :])
    return f"{before.rstrip()}\n\n{added}" + (f"\n{after}" if after else "")


def _block(section: str, row: Any, turn: int) -> str:
    """[[schools]] and its settings. A rank that is the row's turn in the file goes without saying."""
    settings = _settings(row)
    if settings.get("position") == turn:
        del settings["position"]
    return _titled(section, settings)


def _titled(section: str, settings: Mapping[str, Any]) -> str:
    return "\n".join([f"[[{section}]]", *(f"{name} = {written(v)}" for name, v in settings.items()), ""])
