"""A group change from the form to its undoing: looked at child by child, read, confirmed, written, taken back.

Each step is done by batches of households, in the request when they are few, else by the worker; a line says how far it
is, so that whoever goes on does nothing twice.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from types import ModuleType
from typing import Any
from uuid import UUID

from django.db import transaction

from portail.accounts.models import User
from portail.bookings.actions import group_bookings, group_moves
from portail.bookings.actions.by_batches import AT_ONCE, go_on
from portail.bookings.actions.group_bookings import Days
from portail.bookings.actions.group_lines import Room
from portail.bookings.actions.group_moves import Move
from portail.bookings.models import GroupChange, GroupChangeLine
from portail.bookings.queries.audiences import Audience
from portail.core import jobs, journal
from portail.core.jobs import Clock
from portail.core.models import Job
from portail.core.text import many

CHECK, WRITE, UNDO = "bookings.group-check", "bookings.group-write", "bookings.group-undo"
FEW = 40
"""Children looked at in the request itself; more are left to the worker."""
State, Step = GroupChange.State, GroupChangeLine.Step


class NotReady(Exception):
    """The change is not at this step any more: somebody else confirmed, dropped or undid it."""


class NobodyThere(Exception):
    """No child of the choice is looked after by a dossier."""


def prepare_bookings(
    audience: Audience, days: Days, *, token: UUID, actor: User, now: datetime
) -> GroupChange:
    """Look at what booking these days for these children would do. The same `token` is the same change."""
    data = {
        "services": [service.pk for service in days.services],
        "first": days.first.isoformat(),
        "last": days.last.isoformat(),
        "weekdays": sorted(days.weekdays),
    }
    title = f"{audience.label} : {days.title}"
    return _prepare(
        GroupChange.Kind.BOOK,
        title,
        data,
        lambda: group_bookings.lines_for(audience, days),
        token,
        actor,
        now,
    )


def prepare_move(
    audience: Audience, move: Move, *, token: UUID, today: date, actor: User, now: datetime
) -> GroupChange:
    """Look at what sending these children elsewhere would do to what they have booked."""
    data: dict[str, Any] = {
        "place": move.place.pk,
        "first": move.first.isoformat(),
        "last": move.last.isoformat(),
    }

    def lines() -> list[GroupChangeLine]:
        found, data["enrolments"] = group_moves.lines_for(audience, move, today)
        return found

    return _prepare(GroupChange.Kind.MOVE, f"{audience.label} : {move.title}", data, lines, token, actor, now)


def _prepare(
    kind: str, title: str, data: dict[str, Any], lines: Any, token: UUID, actor: User, now: datetime
) -> GroupChange:
    with transaction.atomic():
        User.objects.select_for_update().get(pk=actor.pk)  # a double click waits here, then finds the first
        if done := GroupChange.objects.filter(token=token).first():
            return done
        rows: list[GroupChangeLine] = lines()
        if not rows:
            raise NobodyThere
        change = GroupChange.objects.create(
            kind=kind, token=token, title=title[:300], data=data, created_at=now, created_by=actor
        )
        for row in rows:
            row.change = change
        GroupChangeLine.objects.bulk_create(rows, batch_size=500)
        _start(CHECK, change, len(rows) <= FEW, actor, now)
    return change


def confirm(
    change: GroupChange,
    *,
    left_out: Collection[int] = (),
    reason: str = "",
    past_deadlines: bool = False,
    actor: User,
    now: datetime,
) -> GroupChange:
    """Do it, for all the children but those of these lines (ids). Confirming twice is once. Raises NotReady."""
    with transaction.atomic():
        change = _locked(change)
        if change.confirmed_at:
            return change
        if change.state != State.READY:
            raise NotReady
        set_aside(change, left_out)
        change.state, change.confirmed_at = State.WORKING, now
        change.reason, change.past_deadlines = reason, past_deadlines
        change.save()
        kept = list(change.lines.filter(is_kept=True).values_list("child", flat=True))
        journal.record(
            "group.confirmed",
            change.subject,
            summary=f"{change.get_kind_display()} : {change.title} ({many(len(kept), 'enfant')})",
            actor=actor,
            now=now,
            after={"reason": reason, "past_deadlines": past_deadlines},
        )
        if change.kind == GroupChange.Kind.MOVE:
            group_moves.stay(change, kept)
        _start(WRITE, change, len(kept) <= AT_ONCE, actor, now)
    return change


def set_aside(change: GroupChange, lines: Collection[int]) -> None:
    """Leave these lines (ids) out."""
    change.lines.filter(pk__in=list(lines)).update(is_kept=False)


def take_in(change: GroupChange, lines: Collection[int]) -> None:
    """Take these lines (ids) in again."""
    change.lines.filter(pk__in=list(lines)).update(is_kept=True)


def drop(change: GroupChange, *, actor: User, now: datetime) -> None:
    """Give up a change that was not confirmed. Twice is once. Raises NotReady."""
    with transaction.atomic():
        change = _locked(change)
        if change.state == State.DROPPED:
            return
        if change.confirmed_at:
            raise NotReady
        change.state = State.DROPPED
        change.save(update_fields=["state"])


def undo(change: GroupChange, *, actor: User, now: datetime) -> GroupChange:
    """Take back all that it did and is still to come. Twice is once. Raises NotReady before it is done."""
    with transaction.atomic():
        change = _locked(change)
        if change.state in (State.UNDOING, State.UNDONE):
            return change
        if change.state != State.DONE:
            raise NotReady
        change.state, change.undone_at = State.UNDOING, now
        change.save(update_fields=["state", "undone_at"])
        journal.record(
            "group.undone",
            change.subject,
            summary=f"{change.get_kind_display()} annulée : {change.title}",
            actor=actor,
            now=now,
        )
        if change.kind == GroupChange.Kind.MOVE:
            group_moves.go_home(change)
        _start(UNDO, change, change.lines.filter(step=Step.DONE).count() <= AT_ONCE, actor, now)
    return change


def _start(kind: str, change: GroupChange, are_few: bool, actor: User | None, now: datetime) -> None:
    """In the request itself when they are few; else the worker goes on."""
    if not are_few:
        jobs.start(kind, change.subject, now=now, actor=actor)
        return
    while _batch(kind, change.pk, actor, now):
        pass
    change.refresh_from_db()


def check_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    return _job(CHECK, job, clock)


def write_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    return _job(WRITE, job, clock)


def undo_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    return _job(UNDO, job, clock)


def _job(kind: str, job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    change = int(job.subject.partition(":")[2])
    return go_on(job, clock, lambda _mine, now: _batch(kind, change, job.created_by, now))


_STEPS = {
    CHECK: (State.CHECKING, Step.NEW, Step.CHECKED, State.READY),
    WRITE: (State.WORKING, Step.CHECKED, Step.DONE, State.DONE),
    UNDO: (State.UNDOING, Step.DONE, Step.UNDONE, State.UNDONE),
}
_WRITTEN = ["step", "possible", "late", "already", "price", "refusals", "kept_back"]


def _batch(kind: str, change_id: int, actor: User | None, now: datetime) -> int:
    """The next households of a step, in a transaction; how many are left. The last one ends the step."""
    during, before, after, end = _STEPS[kind]
    with transaction.atomic():
        change = GroupChange.objects.select_for_update().get(pk=change_id)
        if change.state != during:
            return 0
        waiting = change.lines.filter(step=before, is_kept=True).order_by("household_id", "pk")
        some = _by_household(waiting.select_related("household", "child"))
        work = _work(kind, change, [line for lines in some[:AT_ONCE] for line in lines], actor, now)
        for lines in some[:AT_ONCE]:
            work(lines)
            for line in lines:
                line.step = after
            GroupChangeLine.objects.bulk_update(lines, _WRITTEN)
        left = max(len(some) - AT_ONCE, 0)
        if not left:
            change.state = end
        change.save(update_fields=["state", "data"])
    return left


def _work(
    kind: str, change: GroupChange, lines: list[GroupChangeLine], actor: User | None, now: datetime
) -> Any:
    """What is done to the lines of one household."""
    how: ModuleType = group_moves if change.kind == GroupChange.Kind.MOVE else group_bookings
    if kind == CHECK:
        wanted = [wish[2] if isinstance(wish, list) else wish for line in lines for wish in line.wishes]
        room = Room([pk for pk in wanted if pk], change.data.setdefault("promised", {}))
        return lambda own: how.look(change, own, room, now)
    act = how.write if kind == WRITE else how.take_back
    return lambda own: act(change, own, actor, now)


def _by_household(lines: Iterable[GroupChangeLine]) -> list[list[GroupChangeLine]]:
    found: dict[int, list[GroupChangeLine]] = {}
    for line in lines:
        found.setdefault(line.household_id, []).append(line)
    return list(found.values())


def _locked(change: GroupChange) -> GroupChange:
    return GroupChange.objects.select_for_update().get(pk=change.pk)
