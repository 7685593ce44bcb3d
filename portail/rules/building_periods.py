"""Booking periods made of the tables of a settings file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from .booking_periods import BookingPeriod, Room, overlapping
from .building import check_dates, scope
from .deadlines import Action, DeadlineRule, OpeningRule
from .limits import When
from .problems import Expected, Report
from .scopes import Scope
from .tables import Values
from .toml_lines import Path

_CODE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


def check_period(values: Values) -> None:
    check_dates(values)
    if values["code"] and not _CODE.fullmatch(values["code"]):
        raise Expected('des minuscules, des chiffres et des tirets, par exemple "printemps-2027"', key="code")
    if not values["opens"]:
        raise Expected("une ouverture au moins est attendue, entre accolades", key="opens")
    last = values["until"]
    for index, row in enumerate(values["opens"]):
        if row["on"] and last and row["on"] > last:
            raise Expected(f"la date doit précéder « until » ({last})", key=f"opens.{index}.on")
    opened = [row["on"] for row in values["opens"] if row["on"]]
    if values["closes"] and opened and values["closes"] < min(opened):
        raise Expected(f"la date doit suivre la première ouverture ({min(opened)})", key="closes")


def period(values: Values) -> BookingPeriod:
    held = Scope(values["services"], values["from"], values["until"])
    openings = [_opening(row, held, values["code"]) for row in values["opens"]]
    if not any(
        rule.scope == held for rule in openings
    ):  # those whom no class holds wait for ever, and are told
        openings.append(OpeningRule(never=True, scope=held, name=values["name"], period=values["code"]))
    closes = values["closes"] and DeadlineRule(
        When(on=values["closes"]),
        values["closes_at"],
        actions=frozenset({Action.BOOK}),
        scope=held,
        name=values["name"],
    )
    return BookingPeriod(
        values["code"], values["name"], held, tuple(openings), closes or None, _room(values["room"])
    )


def _opening(row: Values, held: Scope, code: str) -> OpeningRule:
    whom = scope(row)
    return OpeningRule(
        When(on=row["on"]),
        row["at"],
        scope=replace(held, tags=whom.tags, spans=whom.spans),
        name=row["label"],
        period=code,
    )


def _room(values: Values | None) -> Room | None:
    if values is None:
        return None
    numbers = {name: values[name] for name in ("families", "before", "after", "call", "idle")}
    return Room(**numbers, draws=values["order"])


def refuse_clashes(found: Sequence[tuple[Path, BookingPeriod]], report: Report) -> None:
    """A code names one period, and a day of a service belongs to one."""
    seen: set[str] = set()
    for path, one in found:
        if one.code in seen:
            report.add((*path, "code"), f"le code « {one.code} » est déjà celui d'une autre période")
        seen.add(one.code)
    for earlier, later in overlapping(one for _, one in found):
        other = found[earlier][1]
        report.add(
            found[later][0],
            f"la période « {other.name} » a déjà des jours de ces services : changez les services ou les dates",
        )
