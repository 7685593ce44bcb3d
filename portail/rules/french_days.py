"""The public and school holidays of France, as first entries for a commune's own table.

Sources: `holidays` (public holidays, with Alsace-Moselle and overseas) and `vacances_scolaires_france` (the
ministry's calendar by zone; mainland only: Corsica and overseas have calendars of their own, to be typed in).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from itertools import groupby

from .calendars import Entry, EntryKind

ZONES = ("A", "B", "C")
SUBDIVISIONS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
"""Departments and territories whose public holidays differ (INSEE codes), and their code in `holidays`."""


def default_entries(zone: str | None, subdivision: str | None, years: Iterable[int]) -> list[Entry]:
    """Public holidays of these civil years, and the school holidays that touch them, in order of date.

    `zone` is "A", "B", "C", or None where the commune types its own school holidays; `subdivision` is a key of
    SUBDIVISIONS, or empty elsewhere.
    """
    years = sorted(set(years))
    found = _public_holidays(subdivision, years)
    if zone:
        found += [e for e in _school_holidays(zone) if e.start.year in years or e.end.year in years]
    return sorted(found, key=lambda entry: (entry.start, entry.kind, entry.label))


def default_known_until(zone: str | None, years: Iterable[int]) -> date:
    """The last day on which `default_entries` for the same zone and years can be trusted."""
    last = date(max(years), 12, 31)
    if not zone:
        return last
    return min(last, max(entry.end for entry in _school_holidays(zone)))


def _public_holidays(subdivision: str | None, years: list[int]) -> list[Entry]:
    import holidays

    code = SUBDIVISIONS[subdivision] if subdivision else None
    days = holidays.country_holidays("FR", subdiv=code, years=years, language="fr", expand=False)
    return [
        Entry(EntryKind.PUBLIC_HOLIDAY, day, day, label)
        for day in sorted(days)
        for label in days.get_list(day)
    ]


def _school_holidays(zone: str) -> list[Entry]:
    """Contiguous days of one name, as periods."""
    from vacances_scolaires_france import SchoolHolidayDates

    dates = SchoolHolidayDates()
    days = [
        (day, str(row["nom_vacances"]))
        for day, row in sorted(dates.data.items())
        if row[dates.zone_key(zone)]
    ]
    entries: list[Entry] = []
    for label, group in groupby(days, key=lambda pair: pair[1]):
        for day, _ in group:
            last = entries[-1] if entries else None
            if last and last.label == label and last.end + timedelta(days=1) == day:
                entries[-1] = replace(last, end=day)
            else:
                entries.append(Entry(EntryKind.SCHOOL_HOLIDAY, day, day, label))
    return entries
