"""Bookings that stand on a day of the other household: found when a custody changes, settled by an agent.

Nothing is moved by itself. A transfer cancels for one household and books for the other in one transaction, with a
receipt to each; deadlines and their surcharges are those of any change made by the service.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from portail.accounts.models import User
from portail.activities.models import Session
from portail.activities.queries import calendar
from portail.bookings.actions.receipts import issue
from portail.bookings.models import Booking, CustodyConflict, Receipt
from portail.bookings.recap import Change, Wish, recap
from portail.bookings.standing import Standing, State, said
from portail.families import custody
from portail.families.models import Child, Household, HouseholdChild
from portail.rules.custody import shared_holidays

Outcome = CustodyConflict.Outcome
A_BATCH = 50
"""Children looked at in one transaction."""
FORBIDDEN = "Une décision de justice ne permet pas à ce dossier de réserver ce jour."
NOT_BOOKED = "La réservation est en liste d'attente : annulez-la, l'autre foyer demandera sa place."
NOBODY = "Aucun autre dossier n'a l'enfant ce jour-là."


class CannotTransfer(Exception):
    """Nothing was written: some of these bookings cannot go to the other household. `why`: each with its reason."""

    def __init__(self, why: Sequence[tuple[CustodyConflict, str]]) -> None:
        self.why = tuple(why)
        super().__init__(f"{len(self.why)} bookings cannot be transferred")


def find(children: Collection[int], *, now: datetime) -> int:
    """Look again at what is booked from today on for these children: what is now on a day of the other household waits
    for an agent, what is no more in conflict waits no more. Gives how many wait.

    To be called in the transaction of whatever changed their custody.
    """
    today = timezone.localdate(now)
    list(Child.objects.select_for_update().filter(pk__in=list(children)).order_by("pk").values_list("pk"))
    known = custody.of_children(children)
    holidays = shared_holidays(calendar().entries)
    rows = (
        Booking.objects.active()
        .filter(child__in=list(children), session__date__gte=today)
        .select_related("session__service")
        .order_by("pk")
    )
    found = {row.pk: why for row in rows if (why := _why(row, known.get(row.child_id), holidays))}
    before = CustodyConflict.objects.filter(booking__child__in=list(children))
    before.filter(outcome="").exclude(booking__in=list(found)).update(outcome=Outcome.GONE, settled_at=now)
    known_already = set(before.filter(outcome__in=["", Outcome.LEFT]).values_list("booking", flat=True))
    CustodyConflict.objects.bulk_create(
        CustodyConflict(booking_id=pk, why=why, found_at=now)
        for pk, why in found.items()
        if pk not in known_already
    )
    return before.waiting(today).count()


def look_again(*, now: datetime) -> None:
    """Every shared child once more: the dates of the holidays may have been corrected since its calendar was agreed."""
    shared = list(Child.objects.filter(has_custody=True).order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(shared), A_BATCH):
        with transaction.atomic():
            find(shared[start : start + A_BATCH], now=now)


def _why(booking: Booking, known: custody.Custody | None, holidays: custody.Holidays) -> str:
    if known is None:
        return ""
    day, at = booking.session.date, booking.session.service.starts_at
    if known.is_forbidden(booking.household_id, day):
        return FORBIDDEN
    told = known.away(booking.household_id, day, holidays, at=at)
    return told.fr() if told else ""


def accepted_by_service(
    receipt: Receipt, changes: Iterable[Change], *, actor: User | None, now: datetime
) -> None:
    """What an agent booked knowingly on a day of the other household is no conflict to decide again."""
    children = {
        (change.child.pk, change.session.pk): said(change.standing.why)
        for change in changes
        if change.wanted and change.standing.state is State.OTHER_HOME
    }
    if not children:
        return
    lines = receipt.lines.select_related("booking")
    CustodyConflict.objects.bulk_create(
        CustodyConflict(
            booking=line.booking,
            why=why[:300],
            found_at=now,
            outcome=Outcome.LEFT,
            reason=receipt.reason,
            settled_at=now,
            settled_by=actor,
        )
        for line in lines
        if (why := children.get((line.booking.child_id, line.booking.session_id)))
    )


def leave(conflicts: Collection[int], *, reason: str, actor: User, now: datetime) -> int:
    """The bookings stay as they are, by decision of the service. Gives how many; those settled since are out."""
    with transaction.atomic():
        rows = _locked(conflicts, now)
        return _settle(rows, Outcome.LEFT, reason, actor, now)


def cancel(conflicts: Collection[int], *, reason: str, actor: User, now: datetime) -> int:
    """Cancel these bookings, with a receipt to the household that had them. Gives how many."""
    with transaction.atomic():
        rows = _locked(conflicts, now)
        for household, own in _by_household(rows):
            _cancel(household, own, reason, actor, now)
        return _settle(rows, Outcome.CANCELLED, reason, actor, now)


def transfer(conflicts: Collection[int], *, reason: str, actor: User, now: datetime) -> int:
    """Cancel these bookings for one household and book them for that which has the child, with a receipt to each. Gives
    how many. Raises CannotTransfer, and writes nothing, when one of them cannot be booked by the other household."""
    with transaction.atomic():
        rows = _locked(conflicts, now)
        targets = _targets(rows)
        refused = [(row, told) for row in rows if (told := _obstacle(row, targets))]
        if refused:
            raise CannotTransfer(refused)
        for household, own in _by_household(rows):
            _cancel(household, own, reason, actor, now)
        by_target = sorted(rows, key=lambda row: (targets[row.pk].pk, row.pk))
        for _, group in groupby(by_target, key=lambda row: targets[row.pk].pk):
            own = list(group)
            _book(targets[own[0].pk], own, reason, actor, now)
        return _settle(rows, Outcome.TRANSFERRED, reason, actor, now)


def _locked(conflicts: Collection[int], now: datetime) -> list[CustodyConflict]:
    """Those that still wait, their sessions held: nobody else takes or gives back a place in them."""
    today = timezone.localdate(now)
    waiting = CustodyConflict.objects.waiting(today).filter(pk__in=list(conflicts))
    sessions = list(waiting.values_list("booking__session", flat=True))
    list(Session.objects.locked(sessions).values_list("pk"))
    rows = waiting.select_related(
        "booking__household", "booking__child", "booking__session__service", "booking__session__place"
    )
    return list(rows.order_by("booking__household", "booking__session__date", "pk"))


def _by_household(rows: Iterable[CustodyConflict]) -> Iterable[tuple[Household, list[CustodyConflict]]]:
    for household, group in groupby(rows, key=lambda row: row.booking.household):
        yield household, list(group)


def _targets(rows: Sequence[CustodyConflict]) -> dict[int, Household]:
    """The household that has the child at the hour of each booking; the only other one where a court says no more."""
    children = {row.booking.child_id for row in rows}
    known = custody.of_children(children)
    holidays = shared_holidays(calendar().entries)
    links: dict[int, list[HouseholdChild]] = {}
    for link in HouseholdChild.objects.filter(child__in=children).select_related("household"):
        links.setdefault(link.child_id, []).append(link)
    found = {}
    for row in rows:
        booking, day = row.booking, row.booking.session.date
        held = known.get(booking.child_id, custody.UNSHARED)
        holder = held.holder(day, holidays, at=booking.session.service.starts_at)
        others = [
            link.household
            for link in links.get(booking.child_id, [])
            if link.household_id != booking.household_id
            and (holder in (None, booking.household_id) or link.household_id == holder)
            and not held.is_forbidden(link.household_id, day)
        ]
        if others:
            found[row.pk] = others[0]
    return found


def _obstacle(row: CustodyConflict, targets: dict[int, Household]) -> str:
    if row.pk not in targets:
        return NOBODY
    return "" if row.booking.state == Booking.State.BOOKED else NOT_BOOKED


def _cancel(
    household: Household, rows: Sequence[CustodyConflict], reason: str, actor: User, now: datetime
) -> Receipt:
    """As the service, with the prices that can be told; what no rule can judge is cancelled all the same."""
    wishes = [Wish(row.booking.child_id, row.booking.session_id, False) for row in rows]
    children = {row.booking.child_id for row in rows}
    is_linked = household.child_links.filter(child__in=children).count() == len(children)
    found = recap(household, wishes, now=now, as_service=True) if is_linked else None
    judged = {change.pair: change for change in found.removed} if found else {}
    changes = [
        judged.get((row.booking.child_id, row.booking.session_id)) or _removal(row.booking, reason)
        for row in rows
    ]
    difference = found.difference.total if found and found.difference else None
    return issue(
        household,
        changes,
        token=uuid4(),
        actor=actor,
        now=now,
        by_service=True,
        reason=reason,
        difference=difference if len(judged) == len(changes) else None,
    )


def _removal(booking: Booking, reason: str) -> Change:
    standing = Standing(State.OTHER_HOME, can_change=True, why=reason)
    return Change(booking.child, booking.session, False, standing, booking=booking)


def _book(
    household: Household, rows: Sequence[CustodyConflict], reason: str, actor: User, now: datetime
) -> Receipt:
    wishes = [Wish(row.booking.child_id, row.booking.session_id, True) for row in rows]
    found = recap(household, wishes, now=now, as_service=True)
    if not found.is_as_wished:
        told = {change.pair: said(change.standing.why) for change in found.refused}
        whys = [
            (row, told.get((row.booking.child_id, row.booking.session_id), ""))
            for row in rows
            if (row.booking.child_id, row.booking.session_id) in told or found.gone
        ]
        raise CannotTransfer(whys)
    return issue(
        household,
        found.added,
        token=uuid4(),
        actor=actor,
        now=now,
        by_service=True,
        reason=reason,
        difference=found.difference.total if found.difference else None,
    )


def _settle(rows: Sequence[CustodyConflict], outcome: str, reason: str, actor: User, now: datetime) -> int:
    keys = [row.pk for row in rows]
    return CustodyConflict.objects.filter(pk__in=keys, outcome="").update(
        outcome=outcome, reason=reason[:300], settled_by=actor, settled_at=now
    )
