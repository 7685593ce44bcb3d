"""The waiting room of a booking period: tickets are given, families let in, their places given back.

The order is decided once, when the ticket is taken (`rank_of`), and never again. Who comes before the opening is drawn
by lot, unless the regulation says that the order of coming counts; who comes after is behind, in the order of coming.
"""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from portail import rules
from portail.accounts.models import User
from portail.bookings.models import Ticket, WaitingRoom
from portail.core import journal
from portail.families.models import Household
from portail.rules.booking_periods import Room

State = Ticket.State
LOTS = 2**38
"""How many ranks there are before an opening, and as many after it: tenths of milliseconds, which last 300 days."""
_ZERO = datetime(2020, 1, 1, tzinfo=UTC)
BREATH = timedelta(seconds=0.5)
"""Families are let in at most twice a second, by whoever asks."""
KEPT = timedelta(days=30)
"""How long the tickets of a closed period are kept."""


def room_of(period: rules.BookingPeriod, calendar: rules.Calendar, *, now: datetime) -> WaitingRoom:
    """The room of a period, as the regulation plans it at this moment. Made at the first call; two at once are one."""
    planned = _planned(period, calendar, now)
    room = WaitingRoom.objects.filter(period=period.code).first()
    if room is None:
        WaitingRoom.objects.bulk_create([WaitingRoom(period=period.code, **planned)], ignore_conflicts=True)
        return WaitingRoom.objects.get(period=period.code)
    changed = {name: value for name, value in planned.items() if getattr(room, name) != value}
    if changed:
        WaitingRoom.objects.filter(pk=room.pk).update(**changed)
        for name, value in changed.items():
            setattr(room, name, value)
    return room


def _planned(period: rules.BookingPeriod, calendar: rules.Calendar, now: datetime) -> dict[str, object]:
    plan = period.room or Room()
    rush = period.rush(calendar, now)
    return {
        "name": period.name,
        "opens_at": rush,
        "stays_until": rush + timedelta(minutes=plan.after) if rush else None,
        "limit": plan.families,
        "call": plan.call,
        "idle": plan.idle,
        "draws": plan.draws,
    }


def take_ticket(room: WaitingRoom, household: Household, *, opens_at: datetime, now: datetime) -> Ticket:
    """The ticket of this household, made now if it has none; asked again, the same one with the same rank.

    `opens_at`: when the period opens to the household. Who was away takes its turn again; who has booked, and whose
    time is over, takes a new turn behind everybody.
    """
    made = _new_ticket(room, household, opens_at, now)
    if _inserted(made):
        return made
    return come_back(Ticket.objects.get(room=room, household=household), room, now=now)


_INSERT = (
    "INSERT INTO bookings_ticket (room_id, household_id, state, rank, opens_at, is_early, taken_at)"
    " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (room_id, household_id) DO NOTHING RETURNING id"
)
"""One statement, its own transaction: thousands may come in a minute."""


def _inserted(ticket: Ticket) -> bool:
    """Write a new ticket; False when the household has one."""
    adapt = connection.ops.adapt_datetimefield_value
    row: list[Any] = [ticket.room_id, ticket.household_id, ticket.state, ticket.rank]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [*row, adapt(ticket.opens_at), ticket.is_early, adapt(ticket.taken_at)])
        found = cursor.fetchone()
    if found:
        ticket.pk, ticket._state.adding = found[0], False
    return found is not None


def _new_ticket(room: WaitingRoom, household: Household, opens_at: datetime, now: datetime) -> Ticket:
    awaited = _awaited(room, opens_at, now)
    return Ticket(
        room=room,
        household=household,
        rank=rank_of(awaited, now=now, draws=room.draws),
        opens_at=awaited,
        is_early=now < awaited,
        taken_at=now,
    )


def _awaited(room: WaitingRoom, opens_at: datetime, now: datetime) -> datetime:
    """Once the rush has begun, whoever comes is of it, even when an earlier class: nobody passes those who wait."""
    rush = room.changed_at if room.mode == WaitingRoom.Mode.OPEN else room.opens_at
    return max(opens_at, rush) if rush is not None and rush <= now else opens_at


def rank_of(opens_at: datetime, *, now: datetime, draws: bool) -> int:
    """Where a ticket taken at `now` comes: earlier openings first, then those drawn or early, then by coming."""
    minutes = int((opens_at - _ZERO).total_seconds() // 60)
    if now >= opens_at:
        late = int((now - opens_at) / timedelta(milliseconds=0.1))
        return minutes * 2 * LOTS + LOTS + min(late, LOTS - 1)
    if draws:
        return minutes * 2 * LOTS + secrets.randbelow(LOTS)
    early = int((opens_at - now) / timedelta(milliseconds=0.1))
    return minutes * 2 * LOTS + LOTS - 1 - min(early, LOTS - 1)


def come_back(ticket: Ticket, room: WaitingRoom, *, now: datetime) -> Ticket:
    """Who missed its turn waits again, at its rank: it is the next. Who has booked waits behind everybody."""
    if ticket.inside_until is not None and ticket.inside_until > now:
        return ticket
    if ticket.state == State.DONE:
        fresh = _new_ticket(room, ticket.household, ticket.opens_at, now)
        change = {"rank": fresh.rank, "opens_at": fresh.opens_at, "is_early": False, "taken_at": now}
    elif ticket.state in (State.AWAY, State.INSIDE):
        change = {}
    else:
        return ticket
    asked = Ticket.objects.filter(pk=ticket.pk, state=ticket.state)
    asked.update(state=State.WAITING, inside_until=None, called_at=None, came_at=None, **change)
    ticket.refresh_from_db()
    return ticket


def let_in(room_id: int, *, now: datetime) -> int:
    """Give back the places of who left, call as many as the room may hold, in order; how many were called.

    One at a time: on PostgreSQL who finds it being done goes on without waiting. Ends the rush when nobody waits.
    """
    with transaction.atomic():
        held = WaitingRoom.objects.select_for_update(skip_locked=True).filter(pk=room_id)
        room = held.first()
        if room is None or (room.looked_at is not None and now - room.looked_at < BREATH):
            return 0
        tickets = Ticket.objects.filter(room=room)
        tickets.filter(state=State.INSIDE, inside_until__lte=now).update(state=State.AWAY, inside_until=None)
        called = [] if room.is_paused else _next(room, now)
        until = now + timedelta(minutes=room.call)
        tickets.filter(pk__in=called, state=State.WAITING).update(
            state=State.INSIDE, called_at=now, inside_until=until
        )
        change: dict[str, object] = {"looked_at": now}
        if _is_over(room, now):
            change["ended"] = room.opens_at
        held.update(**change)
    return len(called)


def _next(room: WaitingRoom, now: datetime) -> list[int]:
    tickets = Ticket.objects.filter(room=room)
    free = room.families - tickets.filter(state=State.INSIDE).count()
    if free <= 0:
        return []
    waiting = tickets.filter(state=State.WAITING, opens_at__lte=now).order_by("rank", "pk")
    return list(waiting.values_list("pk", flat=True)[:free])


def _is_over(room: WaitingRoom, now: datetime) -> bool:
    """Whether everybody who waits for this opening has been called, and it has stayed long enough."""
    if not room.is_open or room.mode != WaitingRoom.Mode.AUTO or room.is_paused:
        return False
    if room.stays_until is None or now < room.stays_until:
        return False
    return not Ticket.objects.filter(room=room, state=State.WAITING, opens_at__lte=now).exists()


def end_if_over(room: WaitingRoom, *, now: datetime) -> WaitingRoom:
    """The room, closed when it has nobody left to keep in order: who comes now need not take a ticket."""
    if _is_over(room, now):
        let_in(room.pk, now=now)
        room.refresh_from_db()
    return room


def come_in(ticket_ids: tuple[int, ...], *, now: datetime) -> None:
    """Who was called opens a page of the period: its place is kept for as long again. At most one writing a minute."""
    for ticket in Ticket.objects.filter(pk__in=ticket_ids, state=State.INSIDE).select_related("room"):
        until = now + timedelta(minutes=ticket.room.idle)
        if ticket.came_at is None or until - (ticket.inside_until or now) > timedelta(minutes=1):
            Ticket.objects.filter(pk=ticket.pk, state=State.INSIDE).update(
                came_at=ticket.came_at or now, inside_until=until
            )


def serve(ticket_ids: tuple[int, ...], *, now: datetime) -> None:
    """It has booked: its place goes to the next, and it may book for another child for a while longer."""
    for ticket in Ticket.objects.filter(pk__in=ticket_ids).select_related("room"):
        Ticket.objects.filter(pk=ticket.pk).update(
            state=State.DONE,
            came_at=ticket.came_at or now,
            done_at=now,
            inside_until=now + timedelta(minutes=ticket.room.idle),
        )


def leave(ticket: Ticket, *, now: datetime) -> None:
    """The family gives its turn up; coming again, it is behind everybody."""
    Ticket.objects.filter(pk=ticket.pk).update(state=State.DONE, inside_until=None, done_at=ticket.done_at)


_WORDS: dict[str, dict[object, str]] = {
    "mode": {mode.value: mode.label for mode in WaitingRoom.Mode},
    "is_paused": {True: "Entrées suspendues", False: "Entrées reprises"},
}


def change_room(
    room: WaitingRoom,
    *,
    mode: str,
    is_paused: bool,
    families: int | None,
    reason: str,
    actor: User,
    now: datetime,
) -> bool:
    """The desk opens, closes, suspends the room or changes how many book at once; False when nothing changes."""
    with transaction.atomic():
        room = WaitingRoom.objects.select_for_update().get(pk=room.pk)
        wanted = {"mode": mode, "is_paused": is_paused, "by_hand": families}
        was = {name: getattr(room, name) for name in wanted}
        changed = {name: value for name, value in wanted.items() if was[name] != value}
        if not changed:
            return False
        WaitingRoom.objects.filter(pk=room.pk).update(
            **changed, reason=reason, changed_at=now, changed_by=actor
        )
        journal.record(
            "opening.changed",
            f"opening:{room.pk}",
            summary=f"Salle d'attente de « {room.name} » : {_told(changed)}. {reason}",
            actor=actor,
            now=now,
            before={name: was[name] for name in changed},
            after=changed | {"reason": reason},
        )
    return True


def _told(changed: dict[str, object]) -> str:
    told = [str(_WORDS[name][value]).lower() for name, value in changed.items() if name in _WORDS]
    if "by_hand" in changed:
        number = changed["by_hand"]
        told.append("nombre du règlement" if number is None else f"{number} familles en même temps")
    return ", ".join(told)


def tidy(*, now: datetime) -> None:
    """Let in who waits and end what is over, though nobody looks; forget the tickets of long ago."""
    for room in WaitingRoom.objects.all():
        if room.is_open:
            let_in(room.pk, now=now)
    Ticket.objects.filter(taken_at__lt=now - KEPT, opens_at__lt=now - KEPT).delete()
