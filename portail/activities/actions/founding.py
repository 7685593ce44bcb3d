"""The first day of a commune: its name, its rules, its calendar, its school years."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from django.db import transaction

from portail.accounts.models import User
from portail.activities.actions import calendar, regulation, years
from portail.activities.models import Commune, SchoolYear
from portail.core import journal
from portail.messaging.actions import publish_default_pages
from portail.rules import EntryKind, default_entries, default_known_until

SUMMER = "Vacances d'été"
FIRST_OF_SEPTEMBER = (9, 1)


class CommuneExists(Exception):
    """This installation has its commune already: there is only one."""


@dataclass(frozen=True)
class Term:
    """A school year, from the first day of class to the last day of the summer that follows."""

    start: date
    end: date

    @property
    def label(self) -> str:
        return f"{self.start.year}-{self.end.year}"


def found_commune(name: str, zone: str, subdivision: str, *, now: datetime, today: date) -> Commune:
    """Make the commune: the rules that we ship, the national calendar, this school year and the next when published,
    and a first text of its legal pages.

    `subdivision` is a key of rules.SUBDIVISIONS, or empty. Families may not book before an agent opens a year.
    Raises CommuneExists, SettingsErrors on a name that no settings file can hold, ValidationError on a bad zone.
    """
    with transaction.atomic():
        if Commune.objects.exists():
            raise CommuneExists
        commune = Commune(name=name, zone=zone, subdivision=subdivision)
        commune.full_clean()
        commune.save(force_insert=True)
        journal.record("commune.founded", "commune:1", summary=f"Commune créée : {name}", now=now)
        text = regulation.default_text(name, zone, subdivision)
        regulation.apply_regulation(text, "Règlement de départ", actor=None, now=now)
        known = default_known_until(zone, [today.year + 2])
        civil = [year for year in (today.year - 1, today.year, today.year + 1) if year <= known.year]
        if civil:
            calendar.import_calendar(zone, subdivision, civil, actor=None, now=now)
        for term in (term_of(today, zone), following(term_of(today, zone), zone)):
            if term.end <= known:
                open_year(term, None, actor=None, now=now)
        publish_default_pages(name, now=now)
    return commune


def open_year(term: Term, bookable_from: datetime | None, *, actor: User | None, now: datetime) -> SchoolYear:
    """The school year of a term, made once."""
    there = SchoolYear.objects.filter(label=term.label).first()
    values = {
        "label": term.label,
        "start": term.start,
        "end": term.end,
        "bookable_from": bookable_from,
    }
    return there or years.keep_year(SchoolYear(), values, actor=actor, now=now)


def term_of(day: date, zone: str) -> Term:
    """The school year that holds this day: from one return to school to the eve of the next."""
    year = day.year if day >= first_day(day.year, zone) else day.year - 1
    return Term(first_day(year, zone), first_day(year + 1, zone) - timedelta(days=1))


def following(term: Term, zone: str) -> Term:
    return term_of(term.end + timedelta(days=1), zone)


def preceding(term: Term, zone: str) -> Term:
    return term_of(term.start - timedelta(days=1), zone)


@lru_cache(maxsize=64)
def first_day(year: int, zone: str) -> date:
    """The return to school of September: the day after the published summer, or the first of September."""
    for entry in default_entries(zone, None, [year]):
        if entry.kind is EntryKind.SCHOOL_HOLIDAY and entry.label == SUMMER and entry.end.year == year:
            return entry.end + timedelta(days=1)
    return date(year, *FIRST_OF_SEPTEMBER)
