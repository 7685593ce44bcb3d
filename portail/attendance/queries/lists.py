"""The list of a session as a leader reads it: who is expected, who came, and what was said of each."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, Q

from portail.activities.models import Session
from portail.attendance.models import Mark
from portail.attendance.queries.marks import states
from portail.bookings.models import Absence, Booking, Enrolment
from portail.core.text import plain
from portail.families.models import Child, ChildHealth, Schooling
from portail.rules.attendance import NOTHING, Count, Presence, State, head_count, minutes_late


@dataclass(frozen=True)
class Row:
    """Somebody on a list: a child booked there, a child who came unexpected, or a guest without dossier.

    `absence`: what was told before. `health` is read for those with the right alone; None: nothing to know, or not
    read.
    """

    who: int | UUID
    last_name: str
    first_name: str
    state: State = NOTHING
    child: Child | None = None
    booking: Booking | None = None
    absence: Absence | None = None
    class_id: int | None = None
    class_name: str = ""
    group: str = ""
    health: ChildHealth | None = None
    late: int = 0
    """Minutes between the end of the session and the leaving."""

    @property
    def name(self) -> str:
        return f"{self.last_name} {self.first_name}".strip()

    @property
    def is_expected(self) -> bool:
        return self.booking is not None and self.absence is None

    @property
    def is_known(self) -> bool:
        return self.child is not None


@dataclass(frozen=True)
class Group:
    """A class, or a group of the enrolments: how a list is narrowed. `key`: "c12" or the word of the group."""

    key: str
    name: str
    size: int


@dataclass(frozen=True)
class DayList:
    """`rows` are those of the group that was asked; `count` and `groups` speak of the whole list."""

    session: Session
    rows: tuple[Row, ...]
    count: Count
    groups: tuple[Group, ...] = ()
    conflicts: int = 0

    @property
    def waited(self) -> list[Row]:
        """Those of whom nothing was said, neither here nor before."""
        return [row for row in self.rows if row.is_expected and row.state.presence is Presence.WAITED]


@dataclass
class _Known:
    """What is read at once of the children of a list."""

    marks: Mapping[Hashable, State]
    absences: dict[int, Absence] = field(default_factory=dict)
    schoolings: dict[int, Schooling] = field(default_factory=dict)
    groups: dict[int, str] = field(default_factory=dict)


def day_list(session: Session, *, group: str = "", with_health: bool = False) -> DayList:
    """The list of a session, in the order of names. `session` comes with its service. Six queries at most."""
    rows = _rows(session, with_health=with_health)
    expected = [row.who for row in rows if row.is_expected]
    return DayList(
        session,
        tuple(row for row in rows if not group or group in _keys(row)),
        head_count(expected, {row.who: row.state for row in rows}),
        _groups(rows),
        sum(bool(row.state.conflict) for row in rows),
    )


def row_of(session: Session, who: int | UUID, *, with_health: bool = False) -> Row | None:
    """One row of the list; None when this child or guest is not on it."""
    return next((row for row in _rows(session, with_health=with_health) if row.who == who), None)


def _rows(session: Session, *, with_health: bool) -> list[Row]:
    booked_here = Booking.objects.filter(session=session, state=Booking.State.BOOKED)
    bookings = list(booked_here.select_related("child__health" if with_health else "child"))
    marks = states([session.pk]).get(session.pk, {})
    booked = {booking.child_id for booking in bookings}
    there = {who for who, state in marks.items() if isinstance(who, int) and state.marks} - booked
    others = Child.objects.filter(pk__in=there)
    others = others.select_related("health") if with_health else others
    known = _known(session, bookings, booked | there, marks)
    found = [_row(session, b.child, b, known, with_health) for b in bookings]
    found += [_row(session, child, None, known, with_health) for child in others]
    found += [
        _guest(session, who, state) for who, state in marks.items() if isinstance(who, UUID) and state.marks
    ]
    return sorted(found, key=lambda row: (plain(row.last_name), plain(row.first_name), str(row.who)))


def _known(
    session: Session, bookings: list[Booking], children: set[int], marks: Mapping[Hashable, State]
) -> _Known:
    day = session.date
    schoolings = Schooling.objects.filter(
        child__in=children, school_year__start__lte=day, school_year__end__gte=day
    ).select_related("school_class")
    told = Absence.objects.filter(booking__in=bookings, withdrawn_at=None)
    enrolled = Enrolment.objects.filter(
        child__in=children,
        activity=session.service.activity_id,
        school_year__start__lte=day,
        school_year__end__gte=day,
    ).exclude(group="")
    return _Known(
        marks,
        {absence.booking_id: absence for absence in told},
        {schooling.child_id: schooling for schooling in schoolings},
        dict(enrolled.values_list("child", "group")),
    )


def _row(session: Session, child: Child, booking: Booking | None, known: _Known, with_health: bool) -> Row:
    schooling = known.schoolings.get(child.pk)
    school_class = schooling.school_class if schooling else None
    state = known.marks.get(child.pk, NOTHING)
    return Row(
        who=child.pk,
        last_name=child.last_name,
        first_name=child.first_name,
        state=state,
        child=child,
        booking=booking,
        absence=known.absences.get(booking.pk) if booking else None,
        class_id=school_class.pk if school_class else None,
        class_name=school_class.name if school_class else (schooling.level if schooling else ""),
        group=known.groups.get(child.pk, ""),
        health=_health(child) if with_health else None,
        late=minutes_late(state.left, session.service.ends_at),
    )


def _health(child: Child) -> ChildHealth | None:
    try:
        return child.health
    except ChildHealth.DoesNotExist:
        return None


def _guest(session: Session, who: UUID, state: State) -> Row:
    name = next((mark.text for mark in state.marks if mark.text), "Enfant sans nom")
    return Row(
        who=who,
        last_name=name,
        first_name="",
        state=state,
        late=minutes_late(state.left, session.service.ends_at),
    )


def _keys(row: Row) -> set[str]:
    return {f"c{row.class_id}" if row.class_id else "", row.group} - {""}


def _groups(rows: Iterable[Row]) -> tuple[Group, ...]:
    """The classes, then the groups of the enrolments, with how many children of the list are in each."""
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for row in rows:
        if row.class_id:
            names[f"c{row.class_id}"] = row.class_name
        if row.group:
            names.setdefault(row.group, row.group.capitalize())
        for key in _keys(row):
            sizes[key] = sizes.get(key, 0) + 1
    ordered = sorted(names, key=lambda key: (not key.startswith("c"), plain(names[key]), key))
    return tuple(Group(key, names[key], sizes[key]) for key in ordered)


def counts(sessions: Iterable[Session]) -> dict[int, Count]:
    """The head count of each list, for the page that shows them all. Three queries."""
    ids = [session.pk for session in sessions]
    found = states(ids)
    expected: dict[int, set[int]] = {pk: set() for pk in ids}
    absent = Absence.objects.filter(booking__session__in=ids, withdrawn_at=None).values_list(
        "booking", flat=True
    )
    told = set(absent)
    booked = Booking.objects.filter(session__in=ids, state=Booking.State.BOOKED)
    for pk, session, child in booked.values_list("pk", "session", "child"):
        if pk not in told:
            expected[session].add(child)
    return {pk: head_count(expected[pk], found.get(pk, {})) for pk in ids}


def stamp(session: Session) -> str:
    """What changes as soon as anything on the list does: marks, absences told or withdrawn, bookings. Three queries."""
    marks = Mark.objects.filter(session=session).aggregate(last=Max("pk"))["last"] or 0
    bookings = Booking.objects.filter(session=session)
    booked = bookings.aggregate(last=Max("pk"), gone=Max("cancelled_at"))
    absences = Absence.objects.filter(booking__session=session)
    told = absences.aggregate(last=Max("pk"), gone=Max("withdrawn_at"))
    moments = "-".join(_seconds(at) for at in (booked["gone"], told["gone"]))
    return f"{marks}-{booked['last'] or 0}-{told['last'] or 0}-{moments}"


def _seconds(at: datetime | None) -> str:
    return f"{at.timestamp():.6f}" if at else "0"


def find_children(typed: str, day: date, *, most: int = 12) -> list[tuple[Child, str]]:
    """Children of the commune whose names these words begin or hold, with their class: what tells two apart, no more.

    Two letters at least. Two queries."""
    words = plain(typed[:100]).split()
    if len("".join(words)) < 2:
        return []
    named = Q(*(Q(search_key__contains=word) for word in words))
    children = list(
        Child.objects.filter(named, household_links__since__lte=day)
        .filter(Q(household_links__until=None) | Q(household_links__until__gte=day))
        .distinct()
        .order_by("search_key", "pk")[:most]
    )
    schoolings = Schooling.objects.filter(
        child__in=children, school_year__start__lte=day, school_year__end__gte=day
    ).select_related("school", "school_class")
    where = {
        s.child_id: f"{s.school_class.name if s.school_class else s.level}, {s.school}" for s in schoolings
    }
    return [(child, where.get(child.pk, "").strip(", ")) for child in children]
