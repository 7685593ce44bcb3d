"""What is read of the commune: how pages show it, and the rules it decides by."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path

from portail import rules
from portail.activities.models import (
    Activity,
    CalendarEntry,
    Commune,
    Place,
    Regulation,
    School,
    SchoolYear,
    Service,
    ServicePlace,
)
from portail.core.site import Site
from portail.rules import structure as structures
from portail.rules.structure import Offer, Structure
from portail.rules.structure_text import completed, refreshed

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
    in_force: rules.Regulation | None = None,
    years: Iterable[SchoolYear] | None = None,
    *,
    with_services: bool = False,
) -> rules.Calendar:
    """The commune's days: its table and the closures of its settings file, known until its last school year ends.

    Give the rules or the school years when they were read already: each spares a query. `with_services`: when each
    service runs and its name, though no limit counts its days.
    """
    in_force = regulation() if in_force is None else in_force
    years = SchoolYear.objects.all() if years is None else years
    rows = CalendarEntry.objects.order_by("start", "pk").values_list("kind", "start", "end", "label")
    entries = [rules.Entry(rules.EntryKind(kind), start, end, label) for kind, start, end, label in rows]
    ends = [year.end for year in years] + [entry.end for entry in (*entries, *in_force.calendar)]
    services = service_days() if with_services or in_force.counts_service_days else ()
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


def text_in_force() -> str:
    """The settings file in force; the sections of the structure that it has say what the desk changed since."""
    text = Regulation.objects.values_list("text", flat=True).first()
    if text is None:
        return default_regulation()
    return text if parsed(text).structure == Structure() else refreshed(text, structure())


def whole_text() -> str:
    """The settings file in force with the whole structure of the commune. Applied again, it changes nothing."""
    text = Regulation.objects.values_list("text", flat=True).first()
    return completed(default_regulation() if text is None else text, structure())


def structure() -> Structure:
    """What the commune offers, as its tables hold it. Five queries."""
    offers: dict[int, list[Offer]] = {}
    for offer in ServicePlace.objects.select_related("place").order_by("place__name"):
        offers.setdefault(offer.service_id, []).append(
            Offer(offer.place.name.strip(), offer.capacity, offer.is_active)
        )
    return Structure(
        schools=tuple(
            structures.School(row.name.strip(), row.address.strip(), row.is_active)
            for row in School.objects.order_by("name")
        ),
        places=tuple(
            structures.Place(
                row.name.strip(),
                row.school.name.strip() if row.school else "",
                row.address.strip(),
                row.is_active,
            )
            for row in Place.objects.select_related("school").order_by("name")
        ),
        activities=tuple(
            structures.Activity(row.code, row.name.strip(), row.icon, row.position, row.is_active)
            for row in Activity.objects.order_by("position", "name", "code")
        ),
        services=tuple(_service(row, offers.get(row.pk, [])) for row in _services()),
    )


def _services() -> Iterable[Service]:
    return Service.objects.select_related("activity").order_by("position", "name", "code")


def _service(row: Service, offers: list[Offer]) -> structures.Service:
    return structures.Service(
        code=row.code,
        name=row.name.strip(),
        activity=row.activity.code,
        short_name=row.short_name.strip(),
        start=row.starts_at.replace(second=0, microsecond=0),
        end=row.ends_at.replace(second=0, microsecond=0),
        weekdays=frozenset(int(day) - 1 for day in row.weekdays),
        icon=row.icon,
        runs_in=rules.RunsIn(row.period),
        position=row.position,
        meal=row.serves_meal,
        hours_step=row.hours_step,
        active=row.is_active,
        offers=tuple(offers),
    )


def password_length() -> int:
    """The least length of a password, by the settings file in force."""
    return regulation().password_min_length
