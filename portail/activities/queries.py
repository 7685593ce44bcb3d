"""What is read of the commune: how pages show it, and the rules it decides by."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from portail import rules
from portail.activities.models import CalendarEntry, Commune, Regulation, SchoolYear, Service
from portail.core.site import Site

DEFAULT_REGULATION = Path(__file__).with_name("default-regulation.toml")


def site() -> Site:
    """The commune's name, colour, logo and contact."""
    commune = Commune.objects.first() or Commune(name="", zone="A")
    return Site(
        name=commune.name,
        colour=commune.colour,
        service_name=commune.service_name,
        phone=commune.phone,
        email=commune.email,
        address=commune.address,
        opening_hours=commune.opening_hours,
        logo=commune.logo.name or "",
    )


def regulation() -> rules.Regulation:
    """The rules in force: the last version that was applied, or the file we ship when there is none yet."""
    text = Regulation.objects.values_list("text", flat=True).first()
    return parsed(default_regulation() if text is None else text)


def version(pk: int | None) -> rules.Regulation:
    """The rules as a version said them; None: the file we ship."""
    return parsed(default_regulation() if pk is None else Regulation.objects.get(pk=pk).text)


@lru_cache(maxsize=1)
def default_regulation() -> str:
    """The settings file that a new commune starts with."""
    return DEFAULT_REGULATION.read_text(encoding="utf-8")


@lru_cache(maxsize=8)
def parsed(text: str) -> rules.Regulation:
    """A text as rules; parsing is pure and its result frozen: the same text is read once a process.

    Raises SettingsErrors, with every problem, when it cannot be used.
    """
    return rules.parse(text)


def calendar(
    in_force: rules.Regulation | None = None, years: Iterable[SchoolYear] | None = None
) -> rules.Calendar:
    """The commune's days: its table and the closures of its settings file, known until its last school year ends.

    Give the rules or the school years when they were read already: each spares a query.
    """
    in_force = regulation() if in_force is None else in_force
    years = SchoolYear.objects.all() if years is None else years
    rows = CalendarEntry.objects.order_by("start", "pk").values_list("kind", "start", "end", "label")
    entries = [rules.Entry(rules.EntryKind(kind), start, end, label) for kind, start, end, label in rows]
    ends = [year.end for year in years] + [entry.end for entry in (*entries, *in_force.calendar)]
    services = service_days() if in_force.counts_service_days else ()
    return in_force.calendar_with(entries, max(ends, default=date.min), services=services)


def service_days() -> list[rules.ServiceDays]:
    """When each service runs, for the limits that count its days."""
    rows = Service.objects.values_list("code", "weekdays", "period", "starts_at", "name")
    return [
        rules.ServiceDays(
            code, frozenset(int(day) - 1 for day in weekdays), rules.RunsIn(period), starts_at, name
        )
        for code, weekdays, period, starts_at, name in rows
    ]


def password_length() -> int:
    """The least length of a password, by the settings file in force."""
    return regulation().password_min_length
