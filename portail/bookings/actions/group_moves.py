"""Children who go elsewhere for a while: their bookings follow them, and the families book there meanwhile."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple
from uuid import uuid5

from django.db import transaction
from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import Activity, Place, Session
from portail.bookings.actions import conflicts
from portail.bookings.actions.group_bookings import homes, undone_because
from portail.bookings.actions.group_lines import FULL, Room, day_of, note, of_child, refusals
from portail.bookings.actions.offers import promote, settle
from portail.bookings.actions.receipts import issue, tell_other_homes
from portail.bookings.models import (
    Absence,
    Booking,
    Enrolment,
    GroupChange,
    GroupChangeLine,
    Receipt,
    ReceiptLine,
)
from portail.bookings.queries.audiences import Audience
from portail.bookings.recap import Change, Recap, Wish, recap
from portail.families.models import Household
from portail.rules import Effect

NOT_ENROLLED = "Pas inscrit à cette activité ailleurs ces jours-là : rien à déplacer."
NO_SESSION = "Pas de séance ce jour-là dans le lieu d'accueil : générez-la d'abord."
AWAY = "Déjà accueilli ailleurs : terminez ce déplacement d'abord."


@dataclass(frozen=True)
class Move:
    """An activity followed in another place, from a day to another, both included."""

    activity: Activity
    place: Place
    first: date
    last: date

    @property
    def title(self) -> str:
        return f"{self.activity} à {self.place}, du {self.first:%d/%m/%Y} au {self.last:%d/%m/%Y}"


class Pair(NamedTuple):
    """A booking, the session that it leaves, the one where it goes."""

    booking: int
    leaves: int
    goes: int


def lines_for(audience: Audience, move: Move, today: date) -> tuple[list[GroupChangeLine], list[int]]:
    """A line for each child and the dossier that booked (or would); and the enrolments that go there meanwhile."""
    enrolments = {
        enrolment.child_id: enrolment
        for enrolment in Enrolment.objects.filter(
            child__in=audience.children,
            activity=move.activity,
            school_year__start__lte=move.first,
            school_year__end__gte=move.first,
        )
    }
    there = dict[tuple[int, date], int]()
    sessions = Session.objects.between(move.first, move.last).filter(
        place=move.place, service__activity=move.activity
    )
    for pk, service, day in sessions.values_list("pk", "service_id", "date"):
        there[service, day] = pk
    lines = {
        link.child_id: GroupChangeLine(household_id=link.household_id, child_id=link.child_id)
        for link in homes(audience.children, move.first, move.last)
    }
    goes = []
    for child, line in lines.items():
        enrolment = enrolments.get(child)
        if why := _why_not(enrolment, move, today):
            line.refusals = refusals([("", why)])
        elif enrolment is not None:
            goes.append(enrolment.pk)
    found = {(line.household_id, line.child_id): line for line in lines.values()}
    for booking in _to_move(goes, move, today):
        key = (booking.household_id, booking.child_id)
        line = found.setdefault(key, GroupChangeLine(household_id=key[0], child_id=key[1]))
        session = booking.session
        line.wishes.append([booking.pk, session.pk, there.get((session.service_id, session.date))])
    return list(found.values()), goes


def _why_not(enrolment: Enrolment | None, move: Move, today: date) -> str:
    if enrolment is None or enrolment.place_id == move.place.pk:
        return NOT_ENROLLED
    if enrolment.stay_until and enrolment.stay_until >= today:
        return AWAY
    return ""


def _to_move(enrolments: list[int], move: Move, today: date) -> Iterable[Booking]:
    children = Enrolment.objects.filter(pk__in=enrolments).values("child")
    return (
        Booking.objects.filter(
            child__in=children,
            state=Booking.State.BOOKED,
            session__service__activity=move.activity,
            session__date__range=(max(move.first, today), move.last),
        )
        .exclude(session__place=move.place)
        .select_related("session")
        .order_by("session__date", "session__service__position", "pk")
    )


def stay(change: GroupChange, children: Iterable[int] | None = None) -> None:
    """From now on these children (none said: all of the change) are booked in the other place, for its days."""
    rows = Enrolment.objects.filter(pk__in=change.data["enrolments"])
    if children is not None:
        rows = rows.filter(child__in=children)
    rows.update(
        stay_place=change.data["place"], stay_from=change.data["first"], stay_until=change.data["last"]
    )


def go_home(change: GroupChange) -> None:
    """The enrolments that this change had sent elsewhere, and nothing else since, come back."""
    Enrolment.objects.filter(
        pk__in=change.data["enrolments"],
        stay_place=change.data["place"],
        stay_from=change.data["first"],
        stay_until=change.data["last"],
    ).update(stay_place=None, stay_from=None, stay_until=None)


def look(change: GroupChange, lines: Sequence[GroupChangeLine], room: Room, now: datetime) -> None:
    """What would move for these children of one household: tried for real, then taken back."""
    with transaction.atomic():
        stay(change, [line.child_id for line in lines])
        found = recap(lines[0].household, _wishes(_pairs(lines)), now=now, as_service=True)
        transaction.set_rollback(True)
    for line in lines:
        good = _good(line, found)
        kept = [pair for pair in good if room.take(pair.goes)]
        _note(line, kept, found, [pair for pair in good if pair not in kept])


def _pairs(lines: Iterable[GroupChangeLine]) -> list[tuple[int, Pair]]:
    """(child, pair) of what has somewhere to go."""
    return [(line.child_id, Pair(*wish)) for line in lines for wish in line.wishes if wish[2]]


def _wishes(pairs: Iterable[tuple[int, Pair]]) -> list[Wish]:
    return [w for child, p in pairs for w in (Wish(child, p.leaves, False), Wish(child, p.goes, True))]


def _good(line: GroupChangeLine, found: Recap) -> list[Pair]:
    """The pairs of a child whose both halves are possible."""
    leaves = {each.session.pk for each in of_child(found.removed, line)}
    goes = {each.session.pk for each in of_child(found.added, line)}
    return [pair for _, pair in _pairs([line]) if pair.leaves in leaves and pair.goes in goes]


def _note(line: GroupChangeLine, kept: Sequence[Pair], found: Recap, full: Sequence[Pair]) -> None:
    if not line.wishes:
        return
    done = [each for each in of_child(found.added, line) if each.session.pk in {pair.goes for pair in kept}]
    crowded = {pair.goes for pair in full}
    refused = [(day_of(c.session), FULL) for c in of_child(found.added, line) if c.session.pk in crowded]
    nowhere = [wish[1] for wish in line.wishes if not wish[2]]
    if nowhere:
        rows = Session.objects.filter(pk__in=nowhere).select_related("service").order_by("date", "pk")
        refused += [(day_of(session), NO_SESSION) for session in rows]
    note(line, done, found, refused)
    line.price = None


def write(change: GroupChange, lines: Sequence[GroupChangeLine], actor: User | None, now: datetime) -> None:
    """Move what can be, with one receipt. The days keep the moment at which they were booked, and their absences."""
    household = lines[0].household
    settle((pair.goes for _, pair in _pairs(lines)), now=now)  # who waits there comes first
    first = recap(household, _wishes(_pairs(lines)), now=now, as_service=True, lock=True)
    good = [(line.child_id, pair) for line in lines for pair in _good(line, first)]
    found = recap(household, _wishes(good), now=now, as_service=True, lock=True) if good else first
    kept = [(line.child_id, pair) for line in lines for pair in _good(line, found)] if good else []
    if kept:
        _issue(change, household, found, kept, actor, now)
    for line in lines:
        _note(line, [pair for child, pair in kept if child == line.child_id], first, ())


def _issue(
    change: GroupChange,
    household: Household,
    found: Recap,
    kept: list[tuple[int, Pair]],
    actor: User | None,
    now: datetime,
) -> None:
    leaves = {(child, pair.leaves) for child, pair in kept}
    goes = {(child, pair.goes): pair for child, pair in kept}
    changes = [_as_before(each) for each in found.removed if each.pair in leaves]
    changes += [_as_before(each) for each in found.added if each.pair in goes]
    receipt = issue(
        household,
        changes,
        token=uuid5(change.token, str(household.pk)),
        actor=actor,
        now=now,
        by_service=True,
        reason=change.reason,
        group_change=change,
    )
    tell_other_homes(receipt, changes, now=now)
    for row in receipt.lines.filter(change=ReceiptLine.Change.ADDED).select_related("booking"):
        new, old = row.booking, goes[row.booking.child_id, row.booking.session_id].booking
        before = Booking.objects.get(pk=old)
        Booking.objects.filter(pk=new.pk).update(created_at=before.created_at)
        Absence.objects.filter(booking=old, withdrawn_at=None).update(booking=new.pk)
    _follow(receipt, changes, actor, now)


def _follow(receipt: Receipt, changes: Sequence[Change], actor: User | None, now: datetime) -> None:
    """What a change of bookings brings: days of the other home are accepted with it, freed places go to who waits."""
    conflicts.accepted_by_service(receipt, [each for each in changes if each.wanted], actor=actor, now=now)
    promote((each.session.pk for each in changes if not each.wanted), now=now)


def _as_before(change: Change) -> Change:
    """It is the same day in another place: not late, and for the same price."""
    standing = replace(change.standing, is_late=False, needs_reason=False, effect=Effect.FREE, label="")
    return replace(change, standing=standing, cost=None, conditions=f"{change.session.place}")


def take_back(
    change: GroupChange, lines: Sequence[GroupChangeLine], actor: User | None, now: datetime
) -> None:
    """Put back where they were the days that are still to come: the same bookings live again."""
    household, children = lines[0].household, {line.child_id for line in lines}
    pairs, today = _moved(change, household, children), timezone.localdate(now)
    coming = {
        (new.child_id, new.session_id, old.session_id): (new, old)
        for new, old in pairs
        if new.state in Booking.ACTIVE and new.session.date >= today
    }
    wishes = [
        wish for child, there, home in coming for wish in (Wish(child, there, False), Wish(child, home, True))
    ]
    found = recap(household, wishes, now=now, as_service=True, lock=True)
    leaves, backs = {c.pair: c for c in found.removed}, {c.pair: c for c in found.added}
    good = {key for key in coming if (key[0], key[1]) in leaves and (key[0], key[2]) in backs}
    if good:
        changes = [_as_before(leaves[child, there]) for child, there, _ in sorted(good)]
        changes += [
            replace(_as_before(backs[key[0], key[2]]), booking=coming[key][1]) for key in sorted(good)
        ]
        receipt = issue(
            household,
            changes,
            token=uuid5(change.token, f"undo:{household.pk}"),
            actor=actor,
            now=now,
            by_service=True,
            reason=undone_because(change),
            group_change=change,
        )
        tell_other_homes(receipt, changes, now=now)
        for new, old in (coming[key] for key in good):
            Absence.objects.filter(booking=new, withdrawn_at=None).update(booking=old)
        _follow(receipt, changes, actor, now)
    active = [new for new, _ in pairs if new.state in Booking.ACTIVE]
    for line in lines:
        put_back = sum(key[0] == line.child_id for key in good)
        line.kept_back = sum(new.child_id == line.child_id for new in active) - put_back


def _moved(change: GroupChange, household: Household, children: set[int]) -> list[tuple[Booking, Booking]]:
    """(new, old) bookings of these children, by the receipt of the move."""
    rows = ReceiptLine.objects.filter(
        receipt__token=uuid5(change.token, str(household.pk)), booking__child__in=children
    ).select_related("booking__session", "booking__child")
    new: dict[tuple[int, int, date], Booking] = {}
    old: dict[tuple[int, int, date], Booking] = {}
    for row in rows:
        session = row.booking.session
        side = new if row.change == ReceiptLine.Change.ADDED else old
        side[row.booking.child_id, session.service_id, session.date] = row.booking
    return [(booking, old[key]) for key, booking in new.items() if key in old]
