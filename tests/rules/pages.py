"""The documentation as test data: its tables are the rows, the TOML above them is the regulation."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from portail.rules import (
    FRENCH,
    Calendar,
    Entry,
    Regulation,
    default_entries,
    default_known_until,
    parse,
)
from portail.rules.problems import Report
from portail.rules.tables import Known

ROOT = Path(__file__).parents[2]
PARIS = ZoneInfo("Europe/Paris")
YEARS = range(2025, 2029)
HEAD = 'format = 1\n[commune]\nname = "Ostricourt"\nzone = "B"\n'


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells by column, and the TOML that stands above it in the page."""

    heading: str
    toml: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.heading}: {' | '.join(self.cells.values())}"


def rows(page: str, *columns: str) -> list[Row]:
    """The rows of the tables with exactly these columns."""
    found = [row for row in _rows(page) if tuple(row.cells) == columns]
    assert found, f"{page} has no table with the columns {columns}"
    return found


def _rows(page: str) -> Iterator[Row]:
    heading, toml, header, block = "", "", None, None
    for line in (ROOT / "docs" / "rules" / page).read_text(encoding="utf-8").splitlines():
        if block is not None:
            if line == "```":
                toml, block = "\n".join(block), None
            else:
                block.append(line)
        elif line == "```toml":
            block = []
        elif line.startswith("#"):
            heading, toml = line.strip("# "), ""
        elif not line.startswith("|"):
            header = None
        elif header is None:
            header = _cells(line)
        elif not re.fullmatch(r"[|\-\s]+", line):
            yield Row(heading, toml, dict(zip(header, _cells(line), strict=True)))


def _cells(line: str) -> list[str]:
    return [cell.strip().strip("`") for cell in line.strip().strip("|").split("|")]


@cache
def regulation(toml: str) -> Regulation:
    return parse(HEAD + toml)


@cache
def _entries(subdivision: str | None) -> tuple[Entry, ...]:
    return tuple(default_entries("B", subdivision, YEARS))


@cache
def calendar(toml: str = "", subdivision: str | None = None) -> Calendar:
    return regulation(toml).calendar_with(_entries(subdivision), default_known_until("B", YEARS))


def day(words: str) -> date:
    """« jeudi 10/12/2026 », whose weekday must be the true one."""
    weekday, digits = words.split()
    found = datetime.strptime(digits, "%d/%m/%Y").date()  # noqa: DTZ007
    assert FRENCH.weekdays[found.weekday()] == weekday, f"{words} is a {FRENCH.weekdays[found.weekday()]}"
    return found


def moment(words: str) -> datetime:
    """« dimanche 06/12/2026 21:00 », in Paris."""
    date_words, _, clock = words.rpartition(" ")
    hours, minutes = clock.split(":")
    found = day(date_words)
    return datetime(found.year, found.month, found.day, int(hours), int(minutes), tzinfo=PARIS)


def known(words: str) -> tuple:
    """« quotient = 742, residence = "commune" », as a settings file writes it."""
    data = tomllib.loads(f"known = {{ {words} }}", parse_float=Decimal)["known"]
    return Known().read(data, (), Report({}))
