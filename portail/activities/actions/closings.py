"""Closing sessions and opening them again. What becomes of their bookings is decided one room up."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from portail.accounts.models import User
from portail.activities.models import Closing, Place, School, Service, Session, SessionQuerySet
from portail.core import journal
from portail.core.text import many


@dataclass(frozen=True)
class Selection:
    """Which sessions: a stretch of days (both included), narrowed or not to a school, a place, a service."""

    start: date
    end: date
    school: School | None = None
    place: Place | None = None
    service: Service | None = None

    def sessions(self) -> SessionQuerySet:
        found = Session.objects.between(self.start, self.end)
        if self.school is not None:
            found = found.filter(place__school=self.school)
        if self.place is not None:
            found = found.filter(place=self.place)
        if self.service is not None:
            found = found.filter(service=self.service)
        return found

    def open_sessions(self) -> SessionQuerySet:
        return self.sessions().filter(closing=None)


class NothingToClose(Exception):
    """No session of this selection is open."""


def close_sessions(
    selection: Selection,
    reason: str,
    *,
    actor: User | None,
    now: datetime,
    message: str = "",
    token: UUID | None = None,
) -> Closing:
    """Close every open session of the selection, and keep why. Raises NothingToClose.

    Closing again what this very closing closed gives that closing back. Bookings are not looked at.
    """
    with transaction.atomic():
        ids = list(selection.open_sessions().values_list("pk", flat=True))
        sessions = [session for session in Session.objects.locked(ids) if session.closing_id is None]
        if not sessions:
            return _same_closing(selection, reason)
        closing = Closing.objects.create(
            reason=reason,
            message=message,
            token=token,
            start=selection.start,
            end=selection.end,
            created_at=now,
            created_by=actor,
        )
        Session.objects.filter(pk__in=[session.pk for session in sessions]).update(closing=closing)
        journal.record(
            "closing.created",
            f"closing:{closing.pk}",
            summary=f"{many(len(sessions), 'séance fermée')} {stretch(closing)} : {reason}",
            actor=actor,
            now=now,
            after={"reason": reason, "sessions": [session.pk for session in sessions]},
        )
    return closing


def _same_closing(selection: Selection, reason: str) -> Closing:
    found = (
        Closing.objects.filter(
            sessions__in=selection.sessions(), start=selection.start, end=selection.end, reason=reason
        )
        .distinct()
        .first()
    )
    if found is None:
        raise NothingToClose
    return found


def reopen_sessions(closing: Closing, *, actor: User | None, now: datetime) -> list[Session]:
    """Open again the sessions of a closing; they are returned, locked. Opening twice is opening once."""
    with transaction.atomic():
        closing = Closing.objects.select_for_update().get(pk=closing.pk)
        if closing.reopened_at is not None:
            return []
        ids = list(closing.sessions.values_list("pk", flat=True))
        sessions = list(Session.objects.locked(ids))
        Session.objects.filter(pk__in=ids).update(closing=None)
        closing.reopened_at = now
        closing.save(update_fields=["reopened_at"])
        journal.record(
            "closing.reopened",
            f"closing:{closing.pk}",
            summary=f"{_reopened(len(ids), closing)} {stretch(closing)} : {closing.reason}",
            actor=actor,
            now=now,
            before={"sessions": ids},
        )
        return sessions


def _reopened(count: int, closing: Closing) -> str:
    return (
        f"Séances rouvertes pour {closing.audience}" if closing.audience else many(count, "séance rouverte")
    )


def stretch(closing: Closing) -> str:
    """ "le 03/12/2026", "du 01/08/2026 au 15/08/2026"."""
    if closing.start == closing.end:
        return f"le {closing.start:%d/%m/%Y}"
    return f"du {closing.start:%d/%m/%Y} au {closing.end:%d/%m/%Y}"
