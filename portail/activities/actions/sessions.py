"""Sessions made from the calendar, and their number of places."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from django.db import transaction

from portail.accounts.models import User
from portail.activities.models import Service, ServicePlace, Session
from portail.activities.queries import calendar as commune_calendar
from portail.core import journal
from portail.core.changes import unreferenced
from portail.core.text import many
from portail.rules import Calendar, EntryKind

Key = tuple[int, int, date]


@dataclass
class Generation:
    """What a generation did, or would do.

    `booked`: sessions of a day that is served no more, left because bookings (even cancelled ones) tell of them.
    """

    created: list[Key] = field(default_factory=list)
    kept: int = 0
    removed: list[Session] = field(default_factory=list)
    booked: list[Session] = field(default_factory=list)


def served_days(service: Service, calendar: Calendar, start: date, end: date) -> Iterator[date]:
    """The days of this stretch (both included) on which the service opens.

    Weekdays of the service, in its period, never on a public holiday or a closure. A day "worked anyway" is a day
    of class: a service of school weeks opens on it when it opens on some day of class, whatever the weekday.
    Raises CalendarUnknown past the last year known.
    """
    weekdays = frozenset(int(number) - 1 for number in service.weekdays)
    for number in range((end - start).days + 1):
        day = start + timedelta(days=number)
        if _is_served(service, weekdays, calendar, day):
            yield day


def _is_served(service: Service, weekdays: frozenset[int], calendar: Calendar, day: date) -> bool:
    code = service.code
    if service.period == Service.Period.SCHOOL:
        if calendar.is_worked_anyway(day, code):
            return day.weekday() in weekdays or bool(weekdays & calendar.school_weekdays)
        return calendar.is_open_day(day, weekdays, code) and calendar.school_holiday(day) is None
    if day.weekday() not in weekdays or calendar.closed_reason(day, code) is not None:
        return False
    if service.period == Service.Period.HOLIDAYS:
        return calendar.school_holiday(day) is not None and not _is_class(calendar, day, code)
    return True


def _is_class(calendar: Calendar, day: date, code: str) -> bool:
    """A day of class in the middle of holidays, and not a closed day that the commune opens again."""
    if not calendar.is_worked_anyway(day, code):
        return False
    return calendar.closure(day, code) is None and calendar.public_holiday(day) is None


def generate_sessions(
    offers: Iterable[ServicePlace], start: date, end: date, *, actor: User | None, now: datetime
) -> Generation:
    """Make the sessions of these services and places from the calendar, both dates included; twice is once.

    Sessions already there keep their places and closings. Those of a day that is served no more are removed unless
    a booking tells of them. Raises CalendarUnknown past the last year known; then nothing is done.
    """
    with transaction.atomic():
        ids = sorted(offer.pk for offer in offers)
        locked = list(ServicePlace.objects.select_for_update().filter(pk__in=ids).order_by("pk"))
        plan = plan_sessions(locked, start, end)
        Session.objects.filter(pk__in=[session.pk for session in plan.removed]).delete()
        places = {(offer.service_id, offer.place_id): offer.capacity for offer in locked}
        Session.objects.bulk_create(
            [
                Session(service_id=service, place_id=place, date=day, capacity=places[service, place])
                for service, place, day in plan.created
            ],
            batch_size=500,
        )
        _journal(locked, plan, start, end, actor, now)
    return plan


def calendar_of_holidays() -> Calendar:
    """The commune's calendar, trusted until its last school holidays end: beyond, a Christmas may be missing."""
    calendar = commune_calendar()
    ends = [entry.end for entry in calendar.entries if entry.kind is EntryKind.SCHOOL_HOLIDAY]
    return replace(calendar, known_until=max(ends, default=date.min))


def plan_sessions(offers: Iterable[ServicePlace], start: date, end: date) -> Generation:
    """What `generate_sessions` would do now. Locks, inside a transaction, the sessions that would go."""
    offers = list(ServicePlace.objects.select_related("service").filter(pk__in=[o.pk for o in offers]))
    calendar = calendar_of_holidays()
    days = {o.service_id: set(served_days(o.service, calendar, start, end)) for o in offers}
    wanted = {(o.service_id, o.place_id, day) for o in offers for day in days[o.service_id]}
    pairs = {(o.service_id, o.place_id) for o in offers}
    there = [
        session
        for session in Session.objects.between(start, end)
        .filter(service__in={s for s, _ in pairs}, place__in={p for _, p in pairs})
        .select_related("service", "place")
        if (session.service_id, session.place_id) in pairs
    ]
    keys = {(s.service_id, s.place_id, s.date) for s in there}
    stale = [s for s in there if (s.service_id, s.place_id, s.date) not in wanted]
    free = _without_bookings(stale)
    return Generation(
        created=sorted(wanted - keys, key=lambda key: (key[2], key[:2])),
        kept=len(wanted & keys),
        removed=[s for s in stale if s.pk in free],
        booked=[s for s in stale if s.pk not in free],
    )


def _without_bookings(sessions: list[Session]) -> set[int]:
    """The keys of those that no booking points to; locked first, as a booking locks them before it is written."""
    rows = Session.objects.filter(pk__in=[session.pk for session in sessions])
    if transaction.get_connection().in_atomic_block:
        list(rows.select_for_update().order_by("pk").values_list("pk", flat=True))
    return set(unreferenced(rows).values_list("pk", flat=True))


def set_capacity(session: Session, capacity: int | None, *, actor: User | None, now: datetime) -> Session:
    """Give a session this many places (None: no limit). Whoever calls has dealt with those already taken."""
    with transaction.atomic():
        session = Session.objects.locked([session.pk]).get()
        was = session.capacity
        if was != capacity:
            session.capacity = capacity
            session.save(update_fields=["capacity"])
            journal.record(
                "session.capacity_changed",
                f"session:{session.pk}",
                summary=f"Places de la séance {session} : {places(was)} → {places(capacity)}",
                actor=actor,
                now=now,
                before={"capacity": was},
                after={"capacity": capacity},
            )
    return session


def set_capacities(
    sessions: Iterable[Session], capacity: int | None, *, actor: User | None, now: datetime
) -> int:
    """Give these sessions of one service, already locked, this many places; returns how many changed.

    Whoever calls has left out those where more places are taken.
    """
    changed = [session for session in sessions if session.capacity != capacity]
    Session.objects.filter(pk__in=[session.pk for session in changed]).update(capacity=capacity)
    if changed:
        first, last = changed[0], changed[-1]
        journal.record(
            "sessions.capacity_changed",
            f"service:{first.service_id}",
            summary=f"Places de {many(len(changed), 'séance')}, du {first.date:%d/%m/%Y} au {last.date:%d/%m/%Y} : "
            f"{places(capacity)}",
            actor=actor,
            now=now,
            before={"capacities": {str(s.pk): s.capacity for s in changed}},
            after={"capacity": capacity, "place": first.place_id},
        )
    return len(changed)


def name_programme(ids: Iterable[int], programme: str, *, actor: User | None, now: datetime) -> int:
    """Name the outing or the programme of these sessions, of one service (empty: none any more); returns how many
    changed. One line in the journal."""
    programme = programme.strip()
    with transaction.atomic():
        found = list(Session.objects.locked(list(ids)))
        changed = sorted((s for s in found if s.programme != programme), key=lambda s: (s.date, s.pk))
        Session.objects.filter(pk__in=[session.pk for session in changed]).update(programme=programme)
        if changed:
            first, last = changed[0], changed[-1]
            journal.record(
                "sessions.programme_changed",
                f"service:{first.service_id}",
                summary=f"Programme de {many(len(changed), 'séance')}, du {first.date:%d/%m/%Y} au "
                f"{last.date:%d/%m/%Y} : {programme or 'rien de particulier'}",
                actor=actor,
                now=now,
                before={"programmes": {str(s.pk): s.programme for s in changed}},
                after={"programme": programme},
            )
    return len(changed)


def places(capacity: int | None) -> str:
    return "sans limite" if capacity is None else str(capacity)


def _journal(
    offers: list[ServicePlace], plan: Generation, start: date, end: date, actor: User | None, now: datetime
) -> None:
    """One line for each service whose sessions changed."""
    for service in sorted({offer.service_id for offer in offers}):
        created = sum(key[0] == service for key in plan.created)
        removed = [session for session in plan.removed if session.service_id == service]
        if created or removed:
            journal.record(
                "sessions.generated",
                f"service:{service}",
                summary=f"Séances du {start:%d/%m/%Y} au {end:%d/%m/%Y} : "
                f"{many(created, 'créée')}, {many(len(removed), 'retirée')}",
                actor=actor,
                now=now,
                before={"removed": [f"{s.place_id} {s.date}" for s in removed]},
                after={"start": start.isoformat(), "end": end.isoformat(), "created": created},
            )
