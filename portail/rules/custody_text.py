"""The terms of a custody as plain values, to be kept in a table or written in a page, and read back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, time
from typing import Any

from .custody import Calendar, Exchange, Home, Stretch, Term, Weekdays, Weeks

UNSAID = "-"


def written(term: Term) -> dict[str, Any]:
    """Plain JSON: {"weeks": {"even", "weekday" (1 is Monday), "at"}} or {"days": {"even": "aabb-bb", "odd"}}, with
    "holidays"; {"stretches": [[home, first, last]]} for an exchange. Not the dates of a calendar: `read_calendar` is
    given them."""
    if isinstance(term, Exchange):
        return {
            "stretches": [[s.home.value, s.first.isoformat(), s.last.isoformat()] for s in term.stretches]
        }
    usual = term.usual
    shared = {"holidays": term.holidays.value} if term.holidays else {}
    if isinstance(usual, Weeks):
        week = {"even": usual.even.value, "weekday": usual.weekday + 1, "at": usual.at.isoformat("minutes")}
        return {"weeks": week, **shared}
    return {"days": {"even": _letters(usual.even), "odd": _letters(usual.odd)}, **shared}


def read_calendar(data: Mapping[str, Any], *, since: date, until: date | None = None) -> Calendar:
    """What `written` wrote of a calendar."""
    shared = Home(data["holidays"]) if data.get("holidays") else None
    return Calendar(_usual(data), since, until, shared)


def read_exchange(data: Mapping[str, Any]) -> Exchange:
    """What `written` wrote of an exchange."""
    return Exchange(
        tuple(
            Stretch(Home(home), date.fromisoformat(str(first)), date.fromisoformat(str(last)))
            for home, first, last in data["stretches"]
        )
    )


def _usual(data: Mapping[str, Any]) -> Weeks | Weekdays:
    if "weeks" in data:
        week = data["weeks"]
        return Weeks(Home(week["even"]), week["weekday"] - 1, time.fromisoformat(week["at"]))
    return Weekdays(_homes(data["days"]["even"]), _homes(data["days"]["odd"]))


def _letters(homes: tuple[Home | None, ...]) -> str:
    return "".join(home.value if home else UNSAID for home in homes)


def _homes(letters: str) -> tuple[Home | None, ...]:
    return tuple(None if letter == UNSAID else Home(letter) for letter in letters)
