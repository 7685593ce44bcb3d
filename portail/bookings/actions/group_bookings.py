"""Booking the same days for a class: which days each child would have, looked at, then written, then undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid5

from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import Service, Session
from portail.activities.queries import calendar
from portail.bookings.actions.group_lines import FULL, Room, day_of, note, of_child, refusals
from portail.bookings.actions.offers import promote, settle
from portail.bookings.actions.receipts import issue, tell_other_homes
from portail.bookings.models import Booking, Enrolment, GroupChange, GroupChangeLine, ReceiptLine
from portail.bookings.queries.audiences import Audience
from portail.bookings.recap import Change, Recap, Wish, recap
from portail.bookings.standing import Standing, State
from portail.families import custody
from portail.families.models import HouseholdChild
from portail.rules import Refusal
from portail.rules.custody import shared_holidays

NOT_ENROLLED = "Pas inscrit à cette activité ces jours-là : inscrivez l'enfant, puis recommencez."
OTHER_HOME = "Jour de l'autre foyer : réservez-le depuis le planning de l'enfant si c'est voulu."
TOO_LATE = "La date limite est passée : cochez « Réserver aussi après la date limite » pour passer outre."


@dataclass(frozen=True)
class Days:
    """Which services, on which weekdays (Monday is 0) of which stretch, both included."""

    services: tuple[Service, ...]
    first: date
    last: date
    weekdays: frozenset[int]

    @property
    def title(self) -> str:
        names = ", ".join(service.name for service in self.services)
        return f"{names}, du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"


def lines_for(audience: Audience, days: Days) -> list[GroupChangeLine]:
    """A line for each child and dossier that books for it: its days go to whom the custody calendar gives them.

    Six queries at most, whatever their number.
    """
    wanted = _wanted(audience, days)
    links = homes(audience.children, days.first, days.last)
    known = custody.of_children([link.child_id for link in links if link.child.has_custody])
    holidays = shared_holidays(calendar().entries) if known else ()
    lines: dict[tuple[int, int], GroupChangeLine] = {}
    for link in links:
        child, usual = link.child_id, link.household_id
        whose = known.get(child, custody.UNSHARED)
        for session in wanted.get(child, ()):
            home = whose.holder(session.date, holidays, at=session.service.starts_at) or usual
            line = lines.setdefault((home, child), GroupChangeLine(household_id=home, child_id=child))
            line.wishes.append(session.pk)
        if not wanted.get(child):
            why = refusals([("", NOT_ENROLLED)])
            lines[usual, child] = GroupChangeLine(household_id=usual, child_id=child, refusals=why)
    return list(lines.values())


def _wanted(audience: Audience, days: Days) -> dict[int, list[Session]]:
    """By child, the sessions of these days where its enrolment takes it."""
    sessions: dict[tuple[int, int], list[Session]] = {}
    rows = Session.objects.between(days.first, days.last).filter(service__in=days.services)
    for session in rows.select_related("service").order_by("date", "service__position", "pk"):
        if session.date.weekday() in days.weekdays:
            sessions.setdefault((session.service.activity_id, session.place_id), []).append(session)
    found: dict[int, list[Session]] = {}
    activities = {service.activity_id for service in days.services}
    enrolments = Enrolment.objects.filter(child__in=audience.children, activity__in=activities)
    for enrolment in enrolments.select_related("school_year").order_by("pk"):
        found.setdefault(enrolment.child_id, []).extend(_open_to(enrolment, sessions))
    return found


def _open_to(enrolment: Enrolment, sessions: dict[tuple[int, int], list[Session]]) -> Iterable[Session]:
    for place in {enrolment.place_id, enrolment.stay_place_id} - {None}:
        for session in sessions.get((enrolment.activity_id, place or 0), ()):
            day = session.date
            holds = enrolment.school_year.holds(day) and enrolment.place_on(day) == place
            if holds and (enrolment.since or day) <= day <= (enrolment.until or day):
                yield session


def homes(children: Iterable[int], first: date, last: date) -> list[HouseholdChild]:
    """The dossier that books for each of these children: one that may, and is billed, before another. By name."""
    links = HouseholdChild.objects.filter(child__in=list(children)).select_related("child")
    found: dict[int, HouseholdChild] = {}
    for link in sorted(links, key=lambda link: (*_fitness(link, first, last), link.since, link.pk)):
        found.setdefault(link.child_id, link)
    return sorted(found.values(), key=lambda link: (link.child.last_name, link.child.first_name, link.pk))


def _fitness(link: HouseholdChild, first: date, last: date) -> tuple[bool, bool]:
    here = link.since <= last and (link.until is None or link.until >= first)
    return not (link.can_book and here), not link.is_billed


def look(change: GroupChange, lines: Sequence[GroupChangeLine], room: Room, now: datetime) -> None:
    """What these children of one household would have. Writes on the lines alone."""
    found = recap(lines[0].household, _wishes(lines), now=now, as_service=True)
    for line in lines:
        done: list[Change] = []
        full: list[Change] = []
        for each in of_child(found.added, line):
            (done if not _is_left(each) and room.take(each.session.pk) else full).append(each)
        _note(line, done, found, [_why_left(each) for each in full])


def _is_left(change: Change) -> bool:
    """What is never done for a whole group, though an agent may do it for one child: beyond the places, or on a day
    of the other home."""
    return change.standing.refusal is Refusal.FULL or change.standing.state is State.OTHER_HOME


def _why_left(change: Change) -> tuple[str, str]:
    why = OTHER_HOME if change.standing.state is State.OTHER_HOME else FULL
    return day_of(change.session), why


def _wishes(lines: Iterable[GroupChangeLine]) -> list[Wish]:
    return [Wish(line.child_id, session, True) for line in lines for session in line.wishes]


def _note(
    line: GroupChangeLine, done: Sequence[Change], found: Recap, refused: list[tuple[str, str]]
) -> None:
    counted = len(of_child((*found.added, *found.refused), line))
    line.already = max(len(line.wishes) - counted, 0)
    if line.wishes:
        note(line, done, found, refused)


def write(change: GroupChange, lines: Sequence[GroupChangeLine], actor: User | None, now: datetime) -> None:
    """Book what can be, with a receipt for the household. Inside a transaction."""
    household = lines[0].household
    settle((session for line in lines for session in line.wishes), now=now)  # who waits there comes first
    found = first = recap(household, _wishes(lines), now=now, as_service=True, lock=True)
    full = [each for each in first.added if _is_left(each)]
    late = [each for each in first.added if each.standing.needs_reason and each not in full]
    late = [] if change.past_deadlines else late
    if late or full or first.refused:  # the price is that of what is really booked
        wishes = [each.wish for each in first.added if each not in (*late, *full)]
        found = recap(household, wishes, now=now, as_service=True, lock=True)
    if found.added:
        receipt = issue(
            household,
            found.added,
            token=uuid5(change.token, str(household.pk)),
            actor=actor,
            now=now,
            by_service=True,
            reason=change.reason,
            group_change=change,
            difference=found.difference.total if found.difference else None,
        )
        tell_other_homes(receipt, found.added, now=now)
    for line in lines:
        refused = [(day_of(each.session), TOO_LATE) for each in of_child(late, line)]
        refused += [_why_left(each) for each in of_child(full, line)]
        _note(line, of_child(found.added, line), first, refused)


def take_back(
    change: GroupChange, lines: Sequence[GroupChangeLine], actor: User | None, now: datetime
) -> None:
    """Cancel what the operation booked for these children and is still to come. Inside a transaction."""
    household = lines[0].household
    children = {line.child_id for line in lines}
    made = ReceiptLine.objects.filter(
        receipt__group_change=change,
        receipt__household=household,
        change=ReceiptLine.Change.ADDED,
        booking__child__in=children,
    )
    list(Session.objects.locked(list(made.values_list("booking__session", flat=True))).values_list("pk"))
    rows = [row.booking for row in made.select_related("booking__child", "booking__session__service")]
    today = timezone.localdate(now)
    active = [row for row in rows if row.state in Booking.ACTIVE]
    coming = [row for row in active if row.session.date >= today]
    if coming:
        removals = [removal(booking) for booking in coming]
        receipt = issue(
            household,
            removals,
            token=uuid5(change.token, f"undo:{household.pk}"),
            actor=actor,
            now=now,
            by_service=True,
            reason=undone_because(change),
            group_change=change,
        )
        tell_other_homes(receipt, removals, now=now)
        promote((booking.session_id for booking in coming), now=now)
    for line in lines:
        line.kept_back = sum(row.child_id == line.child_id for row in active if row not in coming)


def removal(booking: Booking) -> Change:
    standing = Standing(State.BOOKED, can_change=True, why="")
    return Change(booking.child, booking.session, False, standing, booking=booking)


def undone_because(change: GroupChange) -> str:
    return f"Annulé par le service : {change.reason or change.title}"[:300]
