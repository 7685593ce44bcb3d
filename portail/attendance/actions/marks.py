"""Marks recorded as they come: at once, or hours later from a tablet that had no network."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import Session
from portail.attendance.models import Mark
from portail.attendance.queries.reach import first_day, kept_by
from portail.core import journal
from portail.core.text import many
from portail.families.models import Child
from portail.rules.attendance import Kind

AHEAD = timedelta(minutes=10)
"""How fast the clock of a tablet may be."""
WITH_HOUR = (Kind.ARRIVED, Kind.LEFT, Kind.UNEXPECTED)


class Status(StrEnum):
    ACCEPTED = "accepted"
    ALREADY = "already"
    """This very mark was received before: nothing more was written."""
    REFUSED = "refused"


class Refusal(StrEnum):
    """Why a mark is not written; the screens put it into words."""

    UNKNOWN_SESSION = "unknown-session"
    """No such list, or not one that this person keeps."""
    UNKNOWN_CHILD = "unknown-child"
    NOT_YET = "not-yet"
    TOO_LATE = "too-late"
    CLOCK = "clock"
    """The device claims a moment to come, or one before the day of the session."""
    HOUR = "hour"
    """The hour of an arrival or a leaving is not told, and cannot be that of the touch."""
    TO_COME = "to-come"
    """The hour that is told is not there yet."""
    REUSED = "token-used"
    """The token is that of another mark."""
    NOBODY = "nobody"
    """It speaks of nobody, or of two at once; a first mark of a guest says its name."""
    MALFORMED = "malformed"


@dataclass(frozen=True, slots=True)
class Touch:
    """A mark as it comes, ids as they were posted: to be checked. One of `child_id` and `guest`."""

    token: UUID
    session_id: int
    kind: Kind
    at: datetime
    child_id: int | None = None
    guest: UUID | None = None
    hour: time | None = None
    target: UUID | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    token: UUID
    status: Status
    refusal: Refusal | None = None


def record(touches: Sequence[Touch], *, actor: User, now: datetime, device: str = "") -> list[Answer]:
    """Write these marks, each or not; an answer for each, in their order.

    A mark is known by its token: received twice, it is written once, and told ALREADY. One that is refused stops none
    of the others. Marks are accepted of the lists that this person keeps, from their day until `reach.first_day`.
    """
    with transaction.atomic():
        sessions = _sessions(touches, actor)
        children = set(
            Child.objects.filter(pk__in={t.child_id for t in touches}).values_list("pk", flat=True)
        )
        known = {mark.token: mark for mark in Mark.objects.filter(token__in={t.token for t in touches})}
        answers: list[Answer] = []
        new: dict[UUID, Mark] = {}
        for touch in touches:
            seen = known.get(touch.token) or new.get(touch.token)
            answer = _answer(touch, sessions, children, seen, actor, now)
            answers.append(answer)
            if answer.status is Status.ACCEPTED:
                new[touch.token] = _mark(touch, actor, now, device)
        Mark.objects.bulk_create(new.values(), ignore_conflicts=True)
        _tell(list(new.values()), actor, now)
    return answers


def _sessions(touches: Sequence[Touch], actor: User) -> dict[int, Session]:
    asked = kept_by(actor).filter(pk__in={touch.session_id for touch in touches})
    return {session.pk: session for session in asked.select_related("service", "place")}


def _answer(
    touch: Touch,
    sessions: Mapping[int, Session],
    children: set[int],
    seen: Mark | None,
    actor: User,
    now: datetime,
) -> Answer:
    session = sessions.get(touch.session_id)
    if session is None:
        return Answer(touch.token, Status.REFUSED, Refusal.UNKNOWN_SESSION)
    if seen is not None:
        same = (seen.session_id, seen.child_id, seen.guest, seen.kind) == _identity(touch)
        return Answer(touch.token, Status.ALREADY) if same else _refused(touch, Refusal.REUSED)
    refusal = _refusal(touch, session, children, actor, now)
    return _refused(touch, refusal) if refusal else Answer(touch.token, Status.ACCEPTED)


def _refused(touch: Touch, refusal: Refusal) -> Answer:
    return Answer(touch.token, Status.REFUSED, refusal)


def _identity(touch: Touch) -> tuple[int, int | None, UUID | None, str]:
    return touch.session_id, touch.child_id, touch.guest, touch.kind


def _refusal(
    touch: Touch, session: Session, children: set[int], actor: User, now: datetime
) -> Refusal | None:
    today, claimed = timezone.localdate(now), timezone.localdate(touch.at)
    if (touch.child_id is None) == (touch.guest is None):
        return Refusal.NOBODY
    if touch.child_id is not None and touch.child_id not in children:
        return Refusal.UNKNOWN_CHILD
    if touch.guest == touch.token and not touch.text.strip():
        return Refusal.NOBODY
    if session.date > today:
        return Refusal.NOT_YET
    if session.date < first_day(actor, today):
        return Refusal.TOO_LATE
    if touch.at > now + AHEAD or claimed < session.date:
        return Refusal.CLOCK
    if touch.kind in WITH_HOUR and touch.hour is None and claimed != session.date:
        return Refusal.HOUR
    if touch.hour is not None and _moment(session.date, touch.hour) > now + AHEAD:
        return Refusal.TO_COME
    return None


def _moment(day: date, hour: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))


def _mark(touch: Touch, actor: User, now: datetime, device: str) -> Mark:
    hour = touch.hour
    if touch.kind in WITH_HOUR and hour is None:
        hour = timezone.localtime(touch.at).time().replace(second=0, microsecond=0)
    return Mark(
        token=touch.token,
        session_id=touch.session_id,
        child_id=touch.child_id,
        guest=touch.guest,
        kind=touch.kind,
        at=touch.at,
        hour=hour,
        target=touch.target,
        text=touch.text.strip()[:300],
        received_at=now,
        author=actor,
        author_label=str(actor),
        device=device.strip()[:40],
    )


def _tell(marks: Sequence[Mark], actor: User, now: datetime) -> None:
    """A line for each list: the marks themselves say the rest."""
    counts = Counter(mark.session_id for mark in marks)
    lines = [
        (f"session:{session}", f"Pointage : {many(count, 'marque')}", {"marks": count})
        for session, count in counts.items()
    ]
    journal.record_many("attendance.marked", lines, actor=actor, now=now)
