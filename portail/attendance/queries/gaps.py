"""What the desk looks at: the facts with the names they need, the lists left unfinished, the guests without dossier."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import QuerySet

from portail.activities.models import Session
from portail.attendance.models import Mark
from portail.attendance.queries.facts import Fact, facts
from portail.attendance.queries.marks import states
from portail.bookings.models import Absence, Booking
from portail.families.models import Child, Household
from portail.rules.attendance import NOTHING, Presence


@dataclass(frozen=True)
class Gap:
    """A fact, the child and the household that answers for it (None: to be said)."""

    fact: Fact
    child: Child
    household: Household | None


@dataclass(frozen=True)
class Unfinished:
    """A list on which children who were expected are neither present nor absent."""

    session: Session
    waited: int
    marked: int


@dataclass(frozen=True)
class Guest:
    """Somebody without dossier: who is it?"""

    session: Session
    token: UUID
    name: str


def gaps(first: date, last: date, sessions: QuerySet[Session] | None = None) -> list[Gap]:
    """All the facts of these days, the latest day first. Eleven queries."""
    return named(reversed(facts(first, last, sessions=sessions)))


def named(found: Iterable[Fact]) -> list[Gap]:
    rows = list(found)
    children = Child.objects.in_bulk({fact.child_id for fact in rows})
    homes = Household.objects.in_bulk({fact.household_id for fact in rows if fact.household_id})
    return [Gap(fact, children[fact.child_id], homes.get(fact.household_id or 0)) for fact in rows]


def unfinished(
    first: date, last: date, sessions: QuerySet[Session] | None = None
) -> tuple[list[Unfinished], list[Guest]]:
    """The lists that somebody began and did not finish, and the guests of all of them. Four queries."""
    wanted = Session.objects.all() if sessions is None else sessions
    wanted = wanted.filter(
        date__gte=first, date__lte=last, closing=None, pk__in=Mark.objects.values("session")
    )
    rows = list(wanted.select_related("service", "place").order_by("-date", "service__position", "pk"))
    ids = [session.pk for session in rows]
    found = states(ids)
    absent = Absence.objects.filter(booking__session__in=ids, withdrawn_at=None)
    told = set(absent.values_list("booking", flat=True))
    booked: dict[int, list[int]] = {pk: [] for pk in ids}
    expected = Booking.objects.filter(session__in=ids, state=Booking.State.BOOKED)
    for pk, where, child in expected.values_list("pk", "session", "child"):
        if pk not in told:
            booked[where].append(child)
    lists, guests = [], []
    for session in rows:
        own = found.get(session.pk, {})
        presences = [own.get(child, NOTHING).presence for child in booked[session.pk]]
        waited = presences.count(Presence.WAITED)
        if waited:
            lists.append(Unfinished(session, waited, len(presences) - waited))
        for who, state in own.items():
            if isinstance(who, UUID) and state.marks:
                guests.append(Guest(session, who, next((m.text for m in state.marks if m.text), "")))
    return lists, guests
