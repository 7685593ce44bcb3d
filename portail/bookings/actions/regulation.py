"""A settings file put in force where families have booked: told before, refused when it would lose a booking."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import transaction

from portail import rules
from portail.accounts.models import User
from portail.activities.actions import regulation as applying
from portail.activities.actions import structure_file
from portail.activities.models import Regulation, ServicePlace, Session
from portail.bookings.actions.closings import follow_usual_places
from portail.bookings.queries.rule_changes import Moved, moved_deadlines
from portail.bookings.queries.touched import coming
from portail.core.text import many
from portail.rules.structure_changes import Did, RowChange


class StillBooked(Exception):
    """The file would archive what families have booked. Nothing was written; `reasons` say which, in French."""

    def __init__(self, reasons: tuple[str, ...]) -> None:
        self.reasons = reasons
        super().__init__("\n".join(reasons))


@dataclass(frozen=True)
class Plan:
    """What applying a file would do, in sentences, but for the deadlines: see `Moved`. Nothing is written.

    `refusals`: why it would be refused as it is.
    """

    rules: tuple[str, ...]
    structure: tuple[str, ...]
    deadlines: tuple[Moved, ...]
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.rules or self.structure)


@dataclass
class Applied:
    """The version in force, and what became of sessions to come when numbers of places changed.

    `full`: those that keep theirs, for more children are booked there.
    """

    version: Regulation
    sessions: int = 0
    full: list[Session] = field(default_factory=list)


def plan(parsed: rules.Regulation, *, now: datetime) -> Plan:
    """What this file would change: rules, structure, deadlines of the bookings already made.

    Raises SettingsErrors when it names a school, a place or an activity that nothing describes; CalendarUnknown when
    a booked day is past the last year known.
    """
    rows = structure_file.changes(parsed.structure)
    return Plan(
        rules=applying.changes(parsed),
        structure=tuple(row.fr() for row in rows),
        deadlines=moved_deadlines(parsed, now=now),
        warnings=(*_sessions_to_make(rows), *applying.warnings(parsed)),
        refusals=tuple(_refusals(rows, _today(parsed, now))),
    )


def apply_file(
    text: str, note: str, *, actor: User | None, now: datetime, over: int | None = None
) -> Applied:
    """Put a settings file in force: structure, rules, version, journal, places of sessions to come, or nothing at all.

    Raises SettingsErrors, StaleVersion (see `apply_regulation`), and StillBooked when bookings to come hang on what
    the file archives. Applying twice is applying once.
    """
    parsed = rules.parse(text)
    with transaction.atomic():
        rows = structure_file.changes(parsed.structure)
        today = _today(parsed, now)
        _lock(rows, today)
        if reasons := tuple(_refusals(rows, today)):
            raise StillBooked(reasons)
        done = Applied(applying.apply_regulation(text, note, actor=actor, now=now, over=over))
        for row in rows:
            _follow(row, done, actor, now)
    return done


def _sessions_to_make(rows: Iterable[RowChange]) -> Iterable[str]:
    """Days are booked once their sessions are made: whoever adds a place or a day is told to make them."""
    named: dict[str, None] = {}
    for row in rows:
        if row.service and row.did in (Did.CREATED, Did.RESTORED):
            named[row.service] = None
        elif row.section == "services" and row.before is not None and _days(row.before) != _days(row.after):
            named[row.after.code] = None
    if named:
        codes = ", ".join(f"« {code} »" for code in named)
        yield f"Pour {codes} : une fois le fichier appliqué, générez les séances dans « Séances », au guichet."


def _days(service: Any) -> tuple[Any, ...]:
    """What the sessions of a service are made from; nothing of an offer."""
    return getattr(service, "weekdays", None), getattr(service, "runs_in", None)


def _today(parsed: rules.Regulation, now: datetime) -> date:
    return parsed.calendar_with((), date.max).today(now)


def _lock(rows: Iterable[RowChange], today: date) -> None:
    """Hold, all at once, the sessions to come of what goes or changes its places: nobody books there meanwhile."""
    ids: set[int] = set()
    for row in rows:
        if row.did is Did.ARCHIVED or _changes_places(row):
            where = {name.removeprefix("session__"): value for name, value in _where(row).items()}
            ids |= set(Session.objects.filter(date__gte=today, **where).values_list("pk", flat=True))
    list(Session.objects.locked(list(ids)).values_list("pk"))


def _refusals(rows: Iterable[RowChange], today: date) -> Iterable[str]:
    """Why what is booked cannot be archived, row by row."""
    for row in rows:
        if row.did is Did.ARCHIVED and (count := coming(today, **_where(row)).count()):
            yield (
                f"{row.fr().removesuffix('.')}, mais {many(count, 'réservation')} à venir "
                f"{'en dépend' if count == 1 else 'en dépendent'}. Fermez d'abord "
                f"ces séances dans « Fermetures » : les familles seront prévenues.{_rename(row)}"
            )


def _rename(row: RowChange) -> str:
    if row.section not in ("schools", "places"):
        return ""
    return f' Pour un simple changement de nom, ajoutez was = "{row.before.name}" sous le nouveau.'


def _where(row: RowChange) -> dict[str, Any]:
    """The bookings that hang on a row of the structure."""
    if row.service:
        return {"session__service__code": row.service, "session__place__name": row.before.place}
    column = {
        "schools": "session__place__school__name",
        "places": "session__place__name",
        "activities": "session__service__activity__code",
        "services": "session__service__code",
    }[row.section]
    return {column: row.before.key}


def _changes_places(row: RowChange) -> bool:
    return bool(row.service and row.before is not None and row.before.capacity != row.after.capacity)


def _follow(row: RowChange, done: Applied, actor: User | None, now: datetime) -> None:
    """The sessions to come follow the usual number of places of their offer."""
    if _changes_places(row):
        offer = ServicePlace.objects.get(service__code=row.service, place__name=row.after.place)
        changed, full = follow_usual_places(offer, row.before.capacity, actor=actor, now=now)
        done.sessions += changed
        done.full += full
