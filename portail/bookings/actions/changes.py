"""Changes of bookings: all that the person was shown, or nothing; with a receipt, the journal and a mail."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from portail.accounts.models import User
from portail.bookings.actions import conflicts
from portail.bookings.actions.receipts import issue, tell_other_homes
from portail.bookings.actions.rooms import serve
from portail.bookings.models import Receipt
from portail.bookings.recap import Recap, Wish, recap
from portail.families.models import Household


class BookingsNotChanged(Exception):
    """Nothing was written. `recap`: what the same wishes would do now."""

    def __init__(self, now_possible: Recap) -> None:
        self.recap = now_possible
        super().__init__(type(self).__name__)


class RecapChanged(BookingsNotChanged):
    """Something moved since the recap was shown: a place was taken, a deadline passed, a day is booked already."""


class NothingToChange(BookingsNotChanged):
    """Everything is already as wished."""


class ReasonNeeded(BookingsNotChanged):
    """The service passes a deadline without saying why."""


def check(
    household: Household, wishes: Iterable[Wish], *, actor: User, now: datetime, as_service: bool = False
) -> Recap:
    """What these wishes would change: added, removed, and impossible with the reason. Writes nothing.

    `as_service`: an agent asks for the family; deadlines may then be passed, capacity not.
    Raises ChildNotInHousehold.
    """
    return recap(household, wishes, now=now, as_service=as_service)


def change_bookings(
    household: Household,
    wishes: Iterable[Wish],
    *,
    token: UUID,
    actor: User,
    now: datetime,
    as_service: bool = False,
    reason: str = "",
    price: str = "",
) -> Receipt:
    """Book and cancel exactly these wishes, all or none of them, and give the receipt of it.

    `wishes` are the changes of the recap that was shown: each must still be possible and still change something,
    or RecapChanged carries the recap of this moment and nothing is written. `token` belongs to that recap: posted
    again (double click, retry, back button), the same receipt comes back. The receipt, its journal line and its
    mails are written in the same transaction. `price`: what the recap told of it (`Recap.price`); another one now is a
    RecapChanged too. Also raises NothingToChange, ReasonNeeded, ChildNotInHousehold.
    """
    wishes = frozenset(wishes)
    try:
        with transaction.atomic():
            return _change(household, wishes, token, actor, now, as_service, reason.strip(), price)
    except IntegrityError:
        # Another request with this token, or one that took the place without our lock, was first.
        if done := household.receipts.filter(token=token).first():
            return done
        raise RecapChanged(recap(household, wishes, now=now, as_service=as_service)) from None


def _change(
    household: Household,
    wishes: frozenset[Wish],
    token: UUID,
    actor: User,
    now: datetime,
    as_service: bool,
    reason: str,
    price: str,
) -> Receipt:
    found = recap(household, wishes, now=now, as_service=as_service, lock=True)
    if done := household.receipts.filter(token=token).first():
        return done
    if not (found.changes or found.refused or found.gone):
        raise NothingToChange(found)
    if not found.is_as_wished or (price and price != found.price):
        raise RecapChanged(found)
    if found.needs_reason and not reason:
        raise ReasonNeeded(found)
    receipt = issue(
        household,
        found.changes,
        token=token,
        actor=actor,
        now=now,
        by_service=as_service,
        reason=reason,
        difference=found.difference.total if found.difference else None,
    )
    if as_service:
        conflicts.accepted_by_service(receipt, found.added, actor=actor, now=now)
    if found.tickets and found.added:
        serve(found.tickets, now=now)
    tell_other_homes(receipt, found.changes, now=now)
    return receipt
