"""The regulation of a commune, read from its settings file (TOML). Field by field: docs/rules/fichier.md."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from .calendars import ANY_SERVICE, SCHOOL_WEEKDAYS, Calendar, Entry, EntryKind
from .deadlines import BOTH, Action, Anchor, DeadlineRule, OpeningRule, Scope, Unit, When
from .fields import (
    WEEKDAYS,
    Choice,
    Codes,
    Day,
    Expected,
    Flag,
    Hour,
    Integer,
    Problem,
    Report,
    SettingsErrors,
    Table,
    Tables,
    Text,
    Values,
)
from .french_days import SUBDIVISIONS, ZONES
from .toml_lines import Path, locate

FORMAT = 1
LARGEST = 1_000_000
"""A settings file is at most this many bytes."""
PASSWORD_FLOOR = 8

_ANY = (ANY_SERVICE,)
_SCOPE = {"services": Codes(default=_ANY), "from": Day(default=None), "until": Day(default=None)}
_WHEN = {
    "anchor": Choice(default=Anchor.DAY, choices={a.value: a for a in Anchor}),
    "before": Integer(default=0, highest=400),
    "unit": Choice(default=Unit.DAYS, choices={u.value: u for u in Unit}),
    "weekday": Choice(default=None, choices=WEEKDAYS),
}
_ACTIONS = {"book": frozenset({Action.BOOK}), "cancel": frozenset({Action.CANCEL}), "both": BOTH}

_FILE = Table(
    fields={
        "format": Integer(lowest=1, highest=FORMAT),
        "commune": Table(
            fields={
                "name": Text(longest=100),
                "zone": Choice(default=None, choices={zone: zone for zone in ZONES}),
                "subdivision": Choice(default=None, choices={name: name for name in SUBDIVISIONS}),
                "timezone": Text(default="Europe/Paris"),
            }
        ),
        "accounts": Table(
            fields={"password_min_length": Integer(default=12, lowest=PASSWORD_FLOOR, highest=64)}
        ),
        "deadlines": Tables(
            table=Table(
                fields={
                    **_SCOPE,
                    "action": Choice(default=BOTH, choices=_ACTIONS),
                    **_WHEN,
                    "at": Hour(default=None),
                    "inclusive": Flag(default=True),
                }
            )
        ),
        "bookings": Table(
            fields={
                "openings": Tables(
                    table=Table(fields={**_SCOPE, **_WHEN, "on": Day(default=None), "at": Hour(default=0)})
                )
            }
        ),
        "calendar": Tables(
            table=Table(
                fields={
                    "kind": Choice(choices={kind.value: kind for kind in EntryKind}),
                    "label": Text(longest=100),
                    "start": Day(),
                    "end": Day(default=None),
                    "services": Codes(default=_ANY),
                }
            )
        ),
    }
)


@dataclass(frozen=True)
class Commune:
    """Who the regulation belongs to. `zone` is "A", "B", "C" or None (school holidays typed by hand)."""

    name: str
    zone: str | None = None
    subdivision: str | None = None
    time_zone: str = "Europe/Paris"


@dataclass(frozen=True)
class Regulation:
    """Everything a settings file says, checked and frozen."""

    commune: Commune
    deadlines: tuple[DeadlineRule, ...] = ()
    openings: tuple[OpeningRule, ...] = ()
    calendar: tuple[Entry, ...] = ()
    password_min_length: int = 12
    format: int = FORMAT

    def calendar_with(
        self,
        entries: Iterable[Entry],
        known_until: date,
        *,
        school_weekdays: frozenset[int] = SCHOOL_WEEKDAYS,
    ) -> Calendar:
        """The commune's calendar: its table of days, and the closures and holidays of this file."""
        return Calendar(
            entries=(*entries, *self.calendar),
            known_until=known_until,
            time_zone=self.commune.time_zone,
            school_weekdays=school_weekdays,
        )


def parse_bytes(data: bytes) -> Regulation:
    """Read an uploaded file. Raises SettingsErrors, with every problem, when it cannot be used."""
    if len(data) > LARGEST:
        _fail(1, f"le fichier est trop gros ({len(data) // 1000} ko) : 1 Mo au plus est attendu")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as broken:
        line = data.count(b"\n", 0, broken.start) + 1
        _fail(line, "le fichier n'est pas enregistré en UTF-8 : choisissez « UTF-8 » à l'enregistrement")
    return parse(text)


def parse(text: str) -> Regulation:
    """Read the text of a settings file. Raises SettingsErrors, with every problem, when it cannot be used."""
    if len(text) > LARGEST:
        _fail(1, "le fichier est trop gros : 1 Mo au plus est attendu")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as broken:
        _fail(*_syntax(text, str(broken)))
    except RecursionError:
        _fail(1, "trop de crochets ou d'accolades sont imbriqués")
    report = Report(locate(text))
    values = _FILE.read(data, (), report)
    regulation = _regulation(values, report)
    report.raise_if_any()
    assert regulation is not None
    return regulation


def _fail(line: int, message: str) -> Any:
    raise SettingsErrors((Problem(line, "", message),))


def _syntax(text: str, message: str) -> tuple[int, str]:
    """The line that TOML could not read, and what to look at."""
    place = re.search(r"line (\d+)", message)
    line = int(place[1]) if place else text.count("\n") + 1
    lines = text.splitlines()
    shown = lines[line - 1].strip()[:80] if line <= len(lines) else ""
    return line, (
        f"cette ligne n'est pas comprise : « {shown} ». Attendu : nom = valeur, un titre [groupe] ou "
        "[[liste]], ou un commentaire qui commence par # ; un même nom ne s'écrit qu'une fois par groupe"
    )


def _regulation(values: Values, report: Report) -> Regulation | None:
    deadlines = _many(values["deadlines"], "deadlines", _check_dates, _deadline, report)
    bookings = values["bookings"] or {"openings": ()}
    openings = _many(bookings["openings"], "bookings.openings", _check_opening, _opening, report)
    calendar = _many(values["calendar"], "calendar", _check_entry, _entry, report)
    _refuse_overlaps(deadlines, openings, report)
    commune = _commune(values["commune"], report)
    if report.problems or commune is None:
        return None
    return Regulation(
        commune=commune,
        deadlines=tuple(rule for _, rule in deadlines),
        openings=tuple(rule for _, rule in openings),
        calendar=tuple(entry for _, entry in calendar),
        password_min_length=(values["accounts"] or {"password_min_length": 12})["password_min_length"],
    )


def _many(
    items: Iterable[Values], name: str, check: Any, build: Any, report: Report
) -> list[tuple[Path, Any]]:
    """The values built from a list of sound tables, each with its path; what cannot be built is reported."""
    built = []
    for index, item in enumerate(items):
        path: Path = (*name.split("."), index)
        try:
            check(item)
        except Expected as expected:
            report.add((*path, expected.key) if expected.key else path, str(expected))
        else:
            built += [(path, build(item))] if item.sound else []
    return built


def _commune(values: Values | None, report: Report) -> Commune | None:
    if values is None:
        report.add((), 'il manque le groupe [commune], avec au moins name = "…"')
        return None
    try:
        ZoneInfo(values["timezone"])
    except (ZoneInfoNotFoundError, ValueError, OSError):
        report.add(("commune", "timezone"), 'un fuseau horaire est attendu, par exemple "Europe/Paris"')
    return Commune(values["name"], values["zone"], values["subdivision"], values["timezone"])


def _check_dates(values: Values) -> None:
    start, end = values["from"], values["until"]
    if start and end and end < start:
        raise Expected(f"la date doit suivre « from » ({start})", key="until")


def _scope(values: Values) -> Scope:
    return Scope(values["services"], values["from"], values["until"])


def _when(values: Values) -> When:
    return When(values["anchor"], values["before"], values["unit"], values["weekday"], values.get("on"))


def _deadline(values: Values) -> DeadlineRule:
    return DeadlineRule(_when(values), values["at"], values["inclusive"], values["action"], _scope(values))


def _check_opening(values: Values) -> None:
    _check_dates(values)
    if values["on"] and (values["before"] or values["weekday"] is not None):
        raise Expected("une ouverture a soit une date (on), soit un délai (before, weekday), pas les deux")


def _opening(values: Values) -> OpeningRule:
    return OpeningRule(_when(values), values["at"], _scope(values))


def _check_entry(values: Values) -> None:
    start, end = values["start"], values["end"]
    if start and end and end < start:
        raise Expected(f"la date doit suivre « start » ({start})", key="end")


def _entry(values: Values) -> Entry:
    start = values["start"]
    return Entry(values["kind"], start, values["end"] or start, values["label"], values["services"])


def _refuse_overlaps(
    deadlines: list[tuple[Path, DeadlineRule]], openings: list[tuple[Path, OpeningRule]], report: Report
) -> None:
    """Two rules for the same services, action and days would leave the answer to chance."""
    for index, (path, rule) in enumerate(deadlines):
        for other_path, other in deadlines[:index]:
            if rule.actions & other.actions and rule.scope.overlaps(other.scope):
                report.add(path, _overlap("délai", other_path, report))
    for index, (path, opening) in enumerate(openings):
        for other_path, earlier in openings[:index]:
            if opening.scope.overlaps(earlier.scope):
                report.add(path, _overlap("ouverture", other_path, report))


def _overlap(noun: str, other: Path, report: Report) -> str:
    return (
        f"une autre règle de {noun} (ligne {report.lines.get(other, 1)}) vaut déjà pour un de ces services "
        "aux mêmes dates : précisez les services, l'action, ou les dates from et until"
    )
