"""What the invented commune offers: schools, classes, places, activities, services and their sessions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from portail.activities.actions import calendar, closings, commune, founding, regulation, sessions, structure
from portail.activities.models import (
    Activity,
    CalendarEntry,
    Closing,
    Place,
    School,
    SchoolClass,
    SchoolYear,
    Service,
    ServicePlace,
    Session,
)
from portail.demo import accounts, openings
from portail.demo.names import TEACHERS
from portail.demo.timeline import ZONE, Timeline, at

LEVELS = ("PS", "MS", "GS", "CP", "CE1", "CE2", "CM1", "CM2")
CLASSES = (("PS-MS", 0), ("GS", 2), ("CP-CE1", 3), ("CE2", 5), ("CM1-CM2", 6))
"""The name of a class, and the first of the levels it holds."""
SCHOOLS = ("Marie-Curie", "Jules-Ferry", "Les Tilleuls")
OUTINGS = {
    "mercredi": ("Sortie à la ferme", "Piscine : maillot et bonnet", "Spectacle de marionnettes"),
    "vacances": ("Patinoire", "Grand jeu dans le parc"),
}
POSTCODE = "59998"
BOOKABLE = (6, 15)
"""Families book a school year from 15 June on."""
TARIFFS = Path(__file__).with_name("tariffs.toml")
CLOSED = """
# Comme chaque année, l'accueil de loisirs ferme la première quinzaine d'août et à Noël.
"""


@dataclass
class Town:
    """The rows that the rest of the commune points to."""

    years: list[SchoolYear]
    schools: list[School] = field(default_factory=list)
    classes: dict[tuple[int, int, str], SchoolClass] = field(default_factory=dict)
    canteens: dict[int, Place] = field(default_factory=dict)
    cares: dict[int, Place] = field(default_factory=dict)
    centre: Place | None = None
    activities: dict[str, Activity] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    closing: Closing | None = None

    def school_class(self, school: School, year: SchoolYear, level: int) -> SchoolClass:
        name = next(name for name, first in reversed(CLASSES) if level >= first)
        return self.classes[school.pk, year.pk, name]

    def place(self, activity: str, school: School) -> Place:
        """Where the children of a school go for an activity."""
        if activity == "restauration":
            return self.canteens[school.pk]
        if activity == "periscolaire":
            return self.cares[school.pk]
        assert self.centre is not None
        return self.centre


def found(when: Timeline) -> Town:
    """The commune, its calendar and school years, and everything that is booked there."""
    now = when.now
    founding.found_commune(accounts.COMMUNE, ZONE, "", now=now, today=when.today)
    commune.keep_contact(CONTACT, actor=None, now=now)
    calendar.import_calendar(ZONE, "", when.published, actor=None, now=now)
    CalendarEntry.objects.bulk_create(
        [CalendarEntry(kind=e.kind, start=e.start, end=e.end, label=e.label) for e in when.guessed],
        ignore_conflicts=True,
    )
    regulation.apply_regulation(
        _regulation(when), "Tarifs votés, fermetures de l'accueil de loisirs", actor=None, now=now
    )
    SchoolYear.objects.exclude(start__in=[term.start for term in when.terms]).delete()
    town = Town(years=[_year(term, when) for term in when.terms])
    _schools(town, when)
    _offers(town, when)
    sessions.generate_sessions(
        ServicePlace.objects.all(), when.previous.start, when.last, actor=None, now=now
    )
    _close_a_day(town, when)
    _name_outings(when)
    return town


CONTACT = {
    "service_name": "Service enfance et périscolaire",
    "address": f"Mairie\n1 place des Tilleuls\n{POSTCODE} {accounts.COMMUNE}",
    "phone": "03 53 01 20 20",
    "email": f"enfance@{accounts.TOWN_DOMAIN}",
    "opening_hours": "Du lundi au vendredi, de 8 h 30 à 12 h et de 13 h 30 à 17 h 30.\n"
    "Le mercredi, journée continue de 8 h à 18 h.".replace(" h", "\u00a0h").replace("h 30", "h\u00a030"),
    "colour": "#1f6f54",
}


PAID_BY = """
[billing]
payment_modes = ["cash", "cheque", "card", "transfer", "cesu", "vouchers"]
"""


def _regulation(when: Timeline) -> str:
    text = regulation.default_text(accounts.COMMUNE, ZONE) + TARIFFS.read_text(encoding="utf-8") + CLOSED
    if "\n[billing]\n" not in text:
        text += PAID_BY
    for year in range(when.previous.start.year, when.last.year + 1):
        for label, start, end in (
            ("Fermeture d'août de l'accueil de loisirs", date(year, 8, 1), date(year, 8, 15)),
            ("Fermeture de Noël de l'accueil de loisirs", date(year, 12, 24), date(year + 1, 1, 3)),
        ):
            text += (
                f'\n[[calendar]]\nkind = "closure"\nlabel = "{label}"\nstart = {start}\nend = {end}\n'
                'services = ["vacances"]\n'
            )
    return text + openings.period(when)


def _year(term: founding.Term, when: Timeline) -> SchoolYear:
    bookable = at(date(term.start.year, *BOOKABLE), 8)
    year = founding.open_year(term, bookable, actor=None, now=when.now)
    return structure.keep(year, {"bookable_from": bookable}, actor=None, now=when.now)


def _schools(town: Town, when: Timeline) -> None:
    for number, name in enumerate(SCHOOLS):
        address = f"{3 + 8 * number} rue des Écoles, {POSTCODE} {accounts.COMMUNE}"
        school = _keep(School(), when, name=f"École {name}", address=address)
        town.schools.append(school)
        town.canteens[school.pk] = _keep(
            Place(), when, name=f"Restaurant scolaire {name}", school=school, address=address
        )
        town.cares[school.pk] = _keep(
            Place(), when, name=f"Accueil périscolaire {name}", school=school, address=address
        )
        for year in town.years:
            for place, (level, _) in enumerate(CLASSES):
                teacher = TEACHERS[(number * len(CLASSES) + place) % len(TEACHERS)]
                made = SchoolClass(school=school, school_year=year, name=f"{level} · {teacher}", level=level)
                town.classes[school.pk, year.pk, level] = made
    SchoolClass.objects.bulk_create(town.classes.values())
    town.centre = _keep(
        Place(),
        when,
        name="Accueil de loisirs La Source",
        address=f"2 sentier de la Source, {POSTCODE} {accounts.COMMUNE}",
    )


ACTIVITIES = (
    ("restauration", "Restauration scolaire", "meal"),
    ("periscolaire", "Accueil périscolaire", "morning"),
    ("mercredi", "Accueil de loisirs du mercredi", "leisure"),
    ("vacances", "Accueil de loisirs des vacances", "sun"),
)
SERVICES = (
    # code, activity, name, short name, icon, from, to, weekdays, period, places (by school, or of the centre)
    ("cantine", 0, "Cantine", "Cantine", "meal", time(12), time(13, 30), "1245", "school", (60, 60, 50)),
    (
        "matin",
        1,
        "Garderie du matin",
        "Matin",
        "morning",
        time(7, 30),
        time(8, 30),
        "1245",
        "school",
        (30, 24, 24),
    ),
    (
        "soir",
        1,
        "Garderie du soir",
        "Soir",
        "evening",
        time(16, 30),
        time(18, 30),
        "1245",
        "school",
        (40, 36, 30),
    ),
    ("mercredi", 2, "Mercredi", "Mercredi", "leisure", time(8), time(18), "3", "school", (64,)),
    ("vacances", 3, "Vacances", "Vacances", "sun", time(8), time(18), "12345", "holidays", (56,)),
)


def _offers(town: Town, when: Timeline) -> None:
    for position, (code, name, icon) in enumerate(ACTIVITIES, start=1):
        town.activities[code] = _keep(Activity(), when, code=code, name=name, icon=icon, position=position)
    for position, row in enumerate(SERVICES, start=1):
        code, activity, name, short, icon, starts, ends, weekdays, period, capacities = row
        service = _keep(
            Service(),
            when,
            activity=town.activities[ACTIVITIES[activity][0]],
            code=code,
            name=name,
            short_name=short,
            icon=icon,
            starts_at=starts,
            ends_at=ends,
            serves_meal=starts <= time(12) < ends,
            weekdays=weekdays,
            period=period,
            position=position,
        )
        town.services[code] = service
        schools = town.schools if len(capacities) > 1 else town.schools[:1]
        for school, capacity in zip(schools, capacities, strict=True):
            place = town.place(ACTIVITIES[activity][0], school)
            _keep(ServicePlace(), when, service=service, place=place, capacity=capacity)


def _close_a_day(town: Town, when: Timeline) -> None:
    """The canteen of one school closes on a day three weeks ahead, or on the first one after."""
    place = town.canteens[town.schools[1].pk]
    coming = (
        Session.objects.filter(place=place, date__gte=when.today + timedelta(weeks=3))
        .order_by("date")
        .values_list("date", flat=True)
        .first()
    )
    if coming is not None:
        selection = closings.Selection(coming, coming, place=place)
        reason = "Travaux dans la cuisine : prévoyez un pique-nique"
        town.closing = closings.close_sessions(selection, reason, actor=None, now=when.now)


def _name_outings(when: Timeline) -> None:
    """What the next Wednesdays and the first days of the next holidays are named."""
    coming = Session.objects.filter(date__gt=when.today, closing=None).order_by("date", "pk")
    for service, names in OUTINGS.items():
        for session, name in zip(coming.filter(service__code=service), names, strict=False):
            sessions.name_programme([session.pk], name, actor=None, now=when.now)


def _keep(row: Any, when: Timeline, **values: Any) -> Any:
    kept: Mapping[str, Any] = values
    return structure.keep(row, kept, actor=None, now=when.now)
