"""The commune of the benchmark, the same at each run: 500 households with their quotients, 1,000 children, 2 services
with tariffs, 34,000 bookings over two months. `python -m bench.data` fills the database of the settings and prints
what the measures need, as JSON.

One more household, with one child, is enrolled in five services: the largest month that a page has to show. Another has
three children enrolled in four services: the largest page of all the children.
"""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import django

HOUSEHOLDS = 500
CHILDREN_OF_EACH = 2
BOOKINGS_OF_EACH_CHILD = 34
PLACES = 4
CAPACITY = 400
PASSWORD = "sept-ardoises-bleues"
SCHOOL_DAYS = "1245"
SERVICES = [("cantine", "Cantine", "12:00", "13:30"), ("soir", "Garderie du soir", "16:30", "18:30")]
MORE_SERVICES = [
    ("matin", "Garderie du matin", "07:30", "08:30"),
    ("etude", "Étude surveillée", "16:30", "17:30"),
    ("gouter", "Goûter", "16:15", "16:30"),
]

TARIFFS = """
[[tariffs]]
name = "Repas"
services = ["cantine", "tout-cantine", "tout-cantine-2"]
part = "meal"
columns = [{ residences = ["commune"] }, { residences = ["extérieur"] }]
bands = [{ max = 700, prices = [2.15, 3.70] }, { max = 1400, prices = [3.70, 5.35] }, { prices = [4.30, 5.90] }]
adjust = [{ label = "Deuxième enfant", rank = { min = 2 }, percent = -10 }]
[[tariffs]]
name = "Garderie"
services = [
  "soir", "tout-soir", "tout-matin", "tout-etude", "tout-gouter", "tout-soir-2", "tout-matin-2", "tout-etude-2"
]
percent = 0.22
floor = 1.10
ceiling = 3.60
"""


def build(today: date) -> dict:
    """Fill an empty database; two months from the next one. Gives what the measures need."""
    from portail.activities.models import Commune, Place, School, SchoolYear
    from portail.bookings import spans

    Commune.objects.create(id=1, name="Valmont-sur-Orne", zone="B", phone="02 31 00 00 00")
    first = (today.replace(day=1) + timedelta(days=32)).replace(day=1)
    year = SchoolYear.objects.create(
        label="Banc d'essai",
        start=today.replace(day=1) - timedelta(days=60),
        end=first + timedelta(days=240),
        bookable_from=datetime.combine(today, time(0), UTC) - timedelta(days=90),
    )
    schools = School.objects.bulk_create(School(name=f"École n° {n + 1}") for n in range(PLACES))
    places = Place.objects.bulk_create(Place(name=s.name, school=s) for s in schools)
    days = list(_days(first, SCHOOL_DAYS, months=2))
    activity, services = _services("periscolaire", SERVICES, SCHOOL_DAYS, 0)
    sessions = _sessions(services, places, days)
    children = _families(HOUSEHOLDS, year, activity, places)
    _book(children, places, sessions)
    busy = _busy_child(year, places[0], first)
    _three_children(year, places[0], first)
    _regulation(today)
    return {
        "month": f"{first:%Y-%m}",
        "week": spans.week_of(first + timedelta(days=7)).name,
        "children": [c.pk for c, _, _ in children],
        "busy": busy.pk,
    }


def _days(first: date, weekdays: str, *, months: int) -> Iterator[date]:
    day, seen = first, {(first.year, first.month)}
    while True:
        seen.add((day.year, day.month))
        if len(seen) > months:
            return
        if str(day.isoweekday()) in weekdays:
            yield day
        day += timedelta(days=1)


def _services(code: str, rows: list, weekdays: str, position: int) -> tuple:
    from portail.activities.models import Activity, Service

    activity = Activity.objects.create(code=code, name=code.capitalize(), position=position)
    services = Service.objects.bulk_create(
        Service(
            activity=activity,
            code=code,
            name=name,
            short_name=name,
            icon="meal",
            starts_at=start,
            ends_at=end,
            weekdays=weekdays,
            position=position + number,
        )
        for number, (code, name, start, end) in enumerate(rows)
    )
    return activity, services


def _sessions(services: list, places: list, days: list[date]) -> dict:
    """By place, in order of date."""
    from portail.activities.models import Session

    rows = Session.objects.bulk_create(
        Session(service=service, place=place, date=day, capacity=CAPACITY)
        for day in days
        for place in places
        for service in services
    )
    found: dict = {place.pk: [] for place in places}
    for row in rows:
        found[row.place_id].append(row)
    return found


def _families(
    count: int,
    year: object,
    activity: object,
    places: list,
    start: int = 0,
    *,
    of_each: int = CHILDREN_OF_EACH,
) -> list[tuple]:
    """(child, household, place) for each child; every adult has an account with the same password."""
    from allauth.account.models import EmailAddress
    from django.contrib.auth.hashers import make_password

    from portail.accounts.models import User
    from portail.bookings.models import Enrolment
    from portail.families.models import Adult, Child, Household, HouseholdChild

    now = datetime.now(UTC)
    secret = make_password(PASSWORD)
    numbers = range(start, start + count)
    users = _saved(
        User(
            username=f"parent{n}",
            email=f"parent{n}@exemple.fr",
            first_name="Camille",
            last_name=f"Famille{n}",
            password=secret,
            created_at=now,
            activated_at=now,
        )
        for n in numbers
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in users
    )
    households = _saved(
        Household(
            number=str(10_000 + n),
            name=f"FAMILLE{n}",
            residence=("commune", "extérieur")[n % 9 == 4],
            created_at=now,
        )
        for n in numbers
    )
    _quotients(households, now)
    _saved(
        Adult(
            household=household,
            user=user,
            first_name="Camille",
            last_name=user.last_name,
            email=user.email,
        )
        for household, user in zip(households, users, strict=True)
    )
    children = _saved(
        Child(
            first_name=("Léa", "Noé", "Ana")[rank],
            last_name=f"Famille{n}",
            birth_date=date(2017 + rank, 1 + n % 12, 1 + n % 28),
        )
        for n in numbers
        for rank in range(of_each)
    )
    found = [
        (child, households[index // of_each], places[index % len(places)])
        for index, child in enumerate(children)
    ]
    HouseholdChild.objects.bulk_create(
        HouseholdChild(household=household, child=child, since=date(2020, 9, 1))
        for child, household, _ in found
    )
    Enrolment.objects.bulk_create(
        Enrolment(child=child, activity=activity, school_year=year, place=place) for child, _, place in found
    )
    return found


def _quotients(households: list, now: datetime) -> None:
    from portail.families.models import Quotient

    proved = now.date() - timedelta(days=40)
    Quotient.objects.bulk_create(
        Quotient(
            household=household,
            value=200 + 17 * n % 1900,
            kind="CAF",
            proved_on=proved,
            received_on=proved,
            created_at=now,
        )
        for n, household in enumerate(households)
    )


def _saved(rows: Iterable) -> list:
    """Each by its own save, which fills the keys that searches and sign-ins use."""
    saved = list(rows)
    for row in saved:
        row.save()
    return saved


def _book(children: list[tuple], places: list, sessions: dict) -> None:
    """34 bookings for each child, spread over its sessions and shifted from child to child."""
    from portail.bookings.models import Booking

    now = datetime.now(UTC)
    rows = []
    for number, (child, household, place) in enumerate(children):
        offered = sessions[place.pk]
        step = len(offered) / BOOKINGS_OF_EACH_CHILD
        rows += [
            Booking(
                child=child,
                household=household,
                session=offered[(int(step * n) + number) % len(offered)],
                created_at=now,
            )
            for n in range(BOOKINGS_OF_EACH_CHILD)
        ]
    Booking.objects.bulk_create(rows, batch_size=5_000)


def _busy_child(year: object, place: object, first: date) -> object:
    """A child enrolled in five services on every weekday, booked every other time."""
    from portail.bookings.models import Booking

    activity, services = _services(
        "tout", [(f"tout-{c}", *r) for c, *r in SERVICES + MORE_SERVICES], "12345", 10
    )
    sessions = _sessions(services, [place], list(_days(first, "12345", months=1)))
    ((child, household, _),) = _families(1, year, activity, [place], start=HOUSEHOLDS)[:1]
    Booking.objects.bulk_create(
        Booking(child=child, household=household, session=session, created_at=datetime.now(UTC))
        for session in sessions[place.pk][::2]
    )
    return child


def _three_children(year: object, place: object, first: date) -> None:
    """Brothers and sisters enrolled in four services on every weekday, booked every other time."""
    from portail.bookings.models import Booking

    activity, services = _services(
        "fratrie", [(f"tout-{c}-2", *r) for c, *r in (SERVICES + MORE_SERVICES)[:4]], "12345", 20
    )
    sessions = _sessions(services, [place], list(_days(first, "12345", months=1)))[place.pk]
    children = _families(1, year, activity, [place], start=HOUSEHOLDS + 1, of_each=3)
    Booking.objects.bulk_create(
        Booking(child=child, household=household, session=session, created_at=datetime.now(UTC))
        for child, household, _ in children
        for session in sessions[::2]
    )


def _regulation(today: date) -> None:
    """The rules that we ship with tariffs by quotient, residence and rank, applied; and the calendar of the zone."""
    from portail import rules
    from portail.activities.models import CalendarEntry, Regulation
    from portail.activities.queries import default_regulation

    Regulation.objects.create(version=1, text=default_regulation() + TARIFFS, applied_at=datetime.now(UTC))
    entries = rules.default_entries("B", None, [today.year, today.year + 1])
    CalendarEntry.objects.bulk_create(
        CalendarEntry(kind=e.kind.value, start=e.start, end=e.end, label=e.label, source="national")
        for e in entries
        if e.kind is rules.EntryKind.SCHOOL_HOLIDAY
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.db import connection, transaction
    from django.utils import timezone

    with transaction.atomic():
        facts = build(timezone.localdate())
    if connection.vendor == "postgresql":  # what autovacuum does by itself on a server in service
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
    print(json.dumps(facts))
