"""The rows of an opening, on the data set of the bench: `fill N` fills, `open` plans it for the next minute but one,
`when` tells its instant, `check` reads what came of it.
"""

import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import django

CODE = "banc"
PLACES = 30
"""In each session: ten days in four places make 1,200 for thousands of families who want three each."""
PERIOD = """
[[bookings.periods]]
code = "banc"
name = "Vacances du banc d'essai"
services = ["centre"]
from = {first}
until = {last}
opens = [{{ label = "Toutes les familles", on = {day}, at = "{hour}" }}]
room = {{ families = {inside}, before = 15, after = 1, call = 3, idle = 5 }}
"""


def fill(count: int) -> dict:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore
    from django.contrib.sessions.models import Session as Stored
    from django.db import transaction

    from bench import data
    from portail.accounts.models import User
    from portail.activities.models import Place, SchoolYear, Session
    from portail.bookings.models import Enrolment
    from portail.families.models import HouseholdChild

    with transaction.atomic():
        data.build(date.today())  # noqa: DTZ011
        year, places = SchoolYear.objects.get(), list(Place.objects.order_by("pk"))
        activity, services = data._services("centre", [("centre", "Centre", "09:00", "17:00")], "12345", 20)
        if count > data.HOUSEHOLDS:
            data._families(count - data.HOUSEHOLDS, year, activity, places, start=data.HOUSEHOLDS + 100)
        first = (date.today().replace(day=1) + timedelta(days=32)).replace(day=1)  # noqa: DTZ011
        days = [d for d in (first + timedelta(days=n) for n in range(20)) if d.weekday() < 5][:10]
        for sessions in data._sessions(services, places, days).values():
            for session in sessions:
                session.capacity = PLACES
                session.save()
        links = HouseholdChild.objects.order_by("household_id", "pk").select_related("household")
        mine: dict[int, int] = {}
        for link in links:
            mine.setdefault(link.household_id, link.child_id)
        chosen = list(mine.items())[:count]
        known = set(Enrolment.objects.filter(activity=activity).values_list("child_id", flat=True))
        Enrolment.objects.bulk_create(
            Enrolment(child_id=child, activity=activity, school_year=year, place=places[n % len(places)])
            for n, (_, child) in enumerate(chosen)
            if child not in known
        )
        users = {
            u.adult.household_id: u for u in User.objects.filter(adult__isnull=False).select_related("adult")
        }
        rows, stored = [], []
        for household, child in chosen:
            user, store = users[household], SessionStore()
            store._session_key = store._get_new_session_key()
            content = {
                SESSION_KEY: str(user.pk),
                BACKEND_SESSION_KEY: "portail.accounts.backends.Backend",
                HASH_SESSION_KEY: user.get_session_auth_hash(),
            }
            ends = datetime.now(UTC) + timedelta(days=1)
            stored.append(
                Stored(session_key=store._session_key, session_data=store.encode(content), expire_date=ends)
            )
            rows.append((store._session_key, child))
        Stored.objects.bulk_create(stored)
    wanted = list(Session.objects.filter(service__code="centre").values_list("pk", flat=True))
    return {"families": rows, "month": f"{first:%Y-%m}", "sessions": wanted}


def plan(inside: int) -> None:
    """Apply the regulation that opens the period at the next minute but one."""
    from django.utils import timezone

    from portail.activities.models import Regulation, Session

    opens = timezone.localtime() + timedelta(seconds=75)
    opens = (opens + timedelta(seconds=59)).replace(second=0, microsecond=0)
    days = Session.objects.filter(service__code="centre").order_by("date").values_list("date", flat=True)
    last = Regulation.objects.first()
    text = last.text + PERIOD.format(
        first=days.first(), last=days.last(), day=f"{opens:%Y-%m-%d}", hour=f"{opens:%H:%M}", inside=inside
    )
    Regulation.objects.create(version=last.version + 1, text=text, applied_at=timezone.now())


def when() -> float:
    from portail.activities.queries import regulation

    in_force = regulation()
    period = in_force.period(CODE)
    return period.moments(in_force.calendar_with((), period.end))[0][1].timestamp()


def check(receipts: list[str]) -> str:
    """What the tables say, against what the families saw."""
    from django.db.models import Count, Q

    from portail.activities.models import Session
    from portail.bookings.models import Booking, Receipt, Ticket

    tickets = list(Ticket.objects.order_by("called_at", "rank"))
    called = [t for t in tickets if t.called_at]
    jumped = sum(b.rank < a.rank for a, b in pairwise(called))
    taken = Count("bookings", filter=Q(bookings__state__in=Booking.TAKING))
    sessions = Session.objects.filter(service__code="centre").annotate(taken=taken)
    over = sum(s.taken > s.capacity for s in sessions)
    written = {r.number for r in Receipt.objects.all()}
    lost = len(set(receipts) - written)
    lines = [
        f"Tickets : {len(tickets)}, un par famille ; appelées : {len(called)} ; "
        f"avant l'ouverture (tirées au sort) : {sum(t.is_early for t in tickets)}.",
        f"Appelées avant une famille de rang plus petit : {jumped}.",
        f"Places : {sum(s.taken for s in sessions)} prises sur {sum(s.capacity for s in sessions)} ; "
        f"séances au-delà de leurs places : {over}.",
        f"Reçus vus par les familles : {len(receipts)} ; absents de la base : {lost} ; en trop : "
        f"{len(written - set(receipts))}.",
    ]
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    match arguments:
        case ["open", inside]:
            plan(int(inside))
        case ["when"]:
            print(when())
        case ["check", receipts]:
            print(check(json.loads(receipts)))
        case ["fill", count]:
            print(json.dumps(fill(int(count))))


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    main(sys.argv[1:])
