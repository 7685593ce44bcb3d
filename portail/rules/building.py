"""Frozen values made of the tables of a settings file, once read.

Each `check_*` raises Expected for what no single field can tell; each builder is only given sound tables.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import time
from typing import Any

from .calendars import SCHOOL_WEEKDAYS, Entry, ServiceDays
from .deadlines import DeadlineRule, OpeningRule, Tier
from .fields import HOUR, WEEKDAYS, clock
from .limits import HOURLY, Anchor, Limit, Shift, Unit, When
from .problems import Expected, Report
from .scopes import NUMBERS, TAGS, Scope
from .tables import Values
from .toml_lines import Path

_ROW = re.compile(rf"({'|'.join(WEEKDAYS)})(?: ({HOUR}))?")
NEVER = Limit(never=True)


def many(
    items: Collection[Values],
    path: Path,
    check: Callable[[Values], None],
    build: Callable[[Values], Any],
    report: Report,
) -> list[tuple[Path, Any]]:
    """The values built from a list of sound tables, each with its path; what cannot be built is reported."""
    places: list[Path] = [(*path, index) for index, _ in enumerate(items)]
    built = ((here, one(item, here, check, build, report)) for here, item in zip(places, items, strict=True))
    return [(here, value) for here, value in built if value is not None]


def one(
    values: Values | None,
    path: Path,
    check: Callable[[Values], None],
    build: Callable[[Values], Any],
    report: Report,
) -> Any:
    """The value built from a sound table; None when there is no table, or when something in it was reported."""
    try:
        if values is not None:
            check(values)
            if values.sound:
                return build(values)
    except Expected as expected:
        report.add((*path, *expected.key.split(".")) if expected.key else path, str(expected))
    return None


def check_dates(values: Values) -> None:
    start, end = values["from"], values["until"]
    if start and end and end < start:
        raise Expected(f"la date doit suivre « from » ({start})", key="until")


def scope(values: Values) -> Scope:
    """Whom the rule speaks of."""
    return Scope(
        services=values.get("services", ("*",)),
        valid_from=values.get("from"),
        valid_until=values.get("until"),
        weekdays=frozenset(values["weekdays"]) if values.get("weekdays") else None,
        tags=tuple((tag, frozenset(values[key])) for key, tag in TAGS.items() if values[key]),
        spans=tuple(values[name] for name in NUMBERS if values[name]),
    )


def check_limit(values: Values) -> None:
    """The keys of a limit that do not go together."""
    if values["on"] and (values["before"] or values["weekday"] is not None or values["month_day"]):
        raise Expected(
            "une limite a soit une date (on), soit un délai (before, weekday, month_day), pas les deux"
        )
    if values["weekday"] is not None and values["month_day"]:
        raise Expected("un jour de la semaine (weekday) ou du mois (month_day) est attendu, pas les deux")
    if values["nth"] is not None and values["weekday"] is None:
        raise Expected("le jour de la semaine est attendu avec « nth » (weekday)", key="nth")
    if values["unit"] in HOURLY and values["at"] is not None:
        raise Expected("un délai en heures donne déjà l'heure : « at » n'est pas attendu", key="at")
    if values["unit"] is Unit.WORKING_HOURS and (values["before"] or 0) % 24:
        raise Expected("un nombre d'heures ouvrées multiple de 24 est attendu", key="before")
    if values["never"] and any(values[key] for key in ("before", "on", "at", "month_day", "shift")):
        raise Expected(
            "« never » veut dire jamais : aucun autre réglage de limite n'est attendu", key="never"
        )


_SEVERAL = ("earliest_of", "latest_of")
_ALONE = ("before", "weekday", "month_day", "on", "at", "never", "shift")


def _check_several(values: Values) -> None:
    """The earliest (or the latest) of several limits stands alone: each of them says its own hour."""
    given = [key for key in _SEVERAL if values[key]]
    if not given:
        return
    if len(given) > 1:
        raise Expected("« earliest_of » ou « latest_of » est attendu, pas les deux", key="latest_of")
    if len(values[given[0]]) < 2:
        raise Expected("deux limites au moins sont attendues, entre accolades", key=given[0])
    for key in _ALONE:
        if values[key]:
            raise Expected(f"ce réglage s'écrit dans chacune des limites de « {given[0]} »", key=key)
    for index, row in enumerate(values[given[0]]):
        _check_row(row, f"{given[0]}.{index}")
        if row["never"]:
            raise Expected("« never » n'est pas attendu parmi plusieurs limites", key=given[0])


def _check_row(row: Values, place: str) -> None:
    """A limit among others; what is wrong with it names its place."""
    try:
        check_limit(row)
    except Expected as expected:
        key = f"{place}.{expected.key}" if expected.key else place
        raise Expected(str(expected), key=key) from None


def check_whole_limit(values: Values) -> None:
    """A limit with its table and dates."""
    check_limit(values)
    _check_several(values)
    for index, row in enumerate(values["dates"]):
        if row["from"] and row["until"] and row["until"] < row["from"]:
            raise Expected(f"la date doit suivre « from » ({row['from']})", key=f"dates.{index}.until")
        _check_row(row, f"dates.{index}")
    for name, row in (values["table"] or {}).items():
        if isinstance(row, str) and row != "jamais" and not _ROW.fullmatch(row):
            raise Expected(
                'un jour et une heure sont attendus, par exemple "vendredi 11:00", ou "jamais"',
                key=f"table.{name}",
            )
        if isinstance(row, Values):
            _check_row(row, f"table.{name}")


def formula(values: Values) -> dict[str, Any]:
    """The arguments of a `Limit` without exceptions."""
    moved = values["shift"]
    return {
        "when": When(
            values["anchor"],
            values["before"],
            values["unit"],
            values["weekday"],
            values["on"],
            values["month_day"],
            values["nth"],
        ),
        "at": values["at"],
        "inclusive": values["inclusive"],
        "never": values["never"],
        "shift": Shift(frozenset(moved["on"]), moved["days"], moved["to"], moved["at"]) if moved else None,
    }


def whole_limit(values: Values) -> dict[str, Any]:
    """The arguments of a `Limit` with its table and dates."""
    rows, whole = values["table"] or {}, formula(values)
    return whole | {
        "table": tuple(
            (WEEKDAYS[name], _row(row, whole["shift"])) for name, row in rows.items() if row is not None
        ),
        "dates": tuple((row["from"], row["until"], Limit(**formula(row))) for row in values["dates"]),
        "several": tuple(Limit(**formula(row)) for row in values["earliest_of"] or values["latest_of"]),
        "latest": bool(values["latest_of"]),
    }


def _row(row: str | Values, shift: Shift | None) -> Limit:
    """ "vendredi 11:00": the Friday strictly before, shifted like the rule that the table belongs to."""
    if isinstance(row, Values):
        return Limit(**formula(row))
    match = _ROW.fullmatch(row)
    if match is None:
        return NEVER
    at = clock(match[2]) if match[2] else None
    return Limit(When(before=1, weekday=WEEKDAYS[match[1]]), at, shift=shift)


def check_deadline(values: Values) -> None:
    check_dates(values)
    check_whole_limit(values)
    for tier in values["then"]:
        check_whole_limit(tier)


def deadline(values: Values) -> DeadlineRule:
    return DeadlineRule(
        **whole_limit(values),
        actions=values["action"],
        scope=scope(values),
        tiers=tuple(_tier(tier) for tier in values["then"]),
        name=values["name"],
    )


def _tier(values: Values) -> Tier:
    limit = Limit(**whole_limit(values))
    return Tier(
        effect=values["effect"],
        limit=None if limit == Limit() else limit,
        label=values["label"],
        scope=scope(values),
        quota=values["quota"],
        per=values["per"],
        proof=values["proof"],
        proof_within=values["proof_within"],
        not_before=values["not_before"],
    )


def check_opening(values: Values) -> None:
    check_dates(values)
    check_whole_limit(values)


def opening(values: Values) -> OpeningRule:
    limit = whole_limit(values)
    if limit["at"] is None:
        limit["at"] = 0
    limit["several"] = tuple(replace(one, at=one.at or 0) for one in limit["several"])
    return OpeningRule(**limit, scope=scope(values), name=values["name"])


def check_window(values: Values) -> None:
    check_dates(values)
    opens, closes = values["opens"], values["closes"]
    if not opens and not closes:
        raise Expected("une date d'ouverture (opens) ou de clôture (closes) est attendue")
    if opens and closes and closes < opens:
        raise Expected(f"la date doit suivre « opens » ({opens})", key="closes")


def window(values: Values) -> tuple[OpeningRule | None, DeadlineRule | None]:
    """The opening and the deadline of a published window."""
    held, name = scope(values), values["name"]
    opens = values["opens"] and OpeningRule(
        When(on=values["opens"]), values["opens_at"], scope=held, name=name
    )
    closes = values["closes"] and DeadlineRule(
        When(on=values["closes"]), values["closes_at"], actions=values["action"], scope=held, name=name
    )
    return opens or None, closes or None


def check_entry(values: Values) -> None:
    start, end = values["start"], values["end"]
    if start and end and end < start:
        raise Expected(f"la date doit suivre « start » ({start})", key="end")


def entry(values: Values) -> Entry:
    start = values["start"]
    return Entry(values["kind"], start, values["end"] or start, values["label"], values["services"])


def check_nothing(values: Values) -> None:
    """Nothing more than its fields."""


def service(values: Values) -> ServiceDays:
    start = values["start"]
    return ServiceDays(
        values["code"],
        frozenset(values["weekdays"]) if values["weekdays"] else SCHOOL_WEEKDAYS,
        values["runs_in"],
        time(*divmod(start, 60)) if start is not None and start < 1440 else None,
        values["name"],
    )


__all__ = ["Anchor", "many"]
