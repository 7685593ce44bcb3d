"""Changes of bookings: all that the person was shown, or nothing; with a receipt, the journal and a mail."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import IntegrityError, transaction

from portail.accounts.models import User
from portail.bookings.actions import conflicts
from portail.bookings.actions.offers import promote, settle
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
    """The service passes a deadline, or goes beyond the places, without saying why."""


def check(
    household: Household,
    wishes: Iterable[Wish],
    *,
    actor: User,
    now: datetime,
    as_service: bool = False,
    may_exceed: bool = False,
) -> Recap:
    """What these wishes would change: added, removed, and impossible with the reason. Writes nothing.

    `as_service`: an agent asks for the family; deadlines may then be passed, and capacity too with `may_exceed`.
    Raises ChildNotInHousehold.
    """
    return recap(household, wishes, now=now, as_service=as_service, may_exceed=may_exceed)


def change_bookings(
    household: Household,
    wishes: Iterable[Wish],
    *,
    token: UUID,
    actor: User,
    now: datetime,
    as_service: bool = False,
    may_exceed: bool = False,
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
    judged = partial(recap, household, wishes, now=now, as_service=as_service, may_exceed=may_exceed)
    settle((wish.session_id for wish in wishes if wish.wanted), now=now)
    try:
        with transaction.atomic():
            return _change(household, judged, token, actor, now, reason.strip(), price)
    except IntegrityError:
        # Another request with this token, or one that took the place without our lock, was first.
        if done := household.receipts.filter(token=token).first():
            return done
        raise RecapChanged(judged()) from None


def _change(
    household: Household,
    judged: partial[Recap],
    token: UUID,
    actor: User,
    now: datetime,
    reason: str,
    price: str,
) -> Receipt:
    found = judged(lock=True)
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
        by_service=judged.keywords["as_service"],
        reason=reason,
        difference=found.difference.total if found.difference else None,
    )
    if judged.keywords["as_service"]:
        conflicts.accepted_by_service(receipt, found.added, actor=actor, now=now)
    if found.tickets and found.added:
        serve(found.tickets, now=now)
    tell_other_homes(receipt, found.changes, now=now)
    promote((c.session.pk for c in (*found.removed, *found.left, *found.waiting)), now=now)
    return receipt
