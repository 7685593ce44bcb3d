"""Changes of custody with what they do to bookings: what falls on a day of the other household is listed for agents in
the same transaction. Screens call these; the custody itself is written by `families.actions`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from portail.accounts.models import User
from portail.bookings.actions import conflicts
from portail.core.uploads import Upload
from portail.families.actions import court
from portail.families.actions import custody as terms
from portail.families.models import Child, CourtDecision, CustodyTerm, Household, HouseholdChild
from portail.rules.custody import Calendar


def accept(term: CustodyTerm, household: Household, *, actor: User, now: datetime) -> CustodyTerm:
    """As `families.actions.custody.accept`."""
    with transaction.atomic():
        term = terms.accept(term, household, actor=actor, now=now)
        conflicts.find([term.child_id], now=now)
        return term


def decide_calendar(
    child: Child,
    homes: tuple[int, int],
    calendar: Calendar,
    *,
    token: UUID,
    actor: User,
    now: datetime,
    message: str = "",
) -> tuple[CustodyTerm, int]:
    """As `families.actions.custody.decide_calendar`; with how many bookings wait for a decision."""
    with transaction.atomic():
        term = terms.decide_calendar(
            child, homes, calendar, token=token, actor=actor, now=now, message=message
        )
        return term, conflicts.find([child.pk], now=now)


def stop(term: CustodyTerm, *, why: str, actor: User, now: datetime) -> int:
    """As `families.actions.custody.stop`; gives how many bookings wait for a decision."""
    with transaction.atomic():
        terms.stop(term, why=why, actor=actor, now=now)
        return conflicts.find([term.child_id], now=now)


def forbid(
    link: HouseholdChild,
    values: Mapping[str, Any],
    paper: Upload,
    *,
    token: UUID,
    actor: User,
    now: datetime,
) -> tuple[CourtDecision, int]:
    """As `families.actions.court.forbid`; with how many bookings wait for a decision."""
    with transaction.atomic():
        decision = court.forbid(link, values, paper, token=token, actor=actor, now=now)
        return decision, conflicts.find([link.child_id], now=now)


def lift(decision: CourtDecision, *, why: str, actor: User, now: datetime) -> int:
    """As `families.actions.court.lift`; gives how many bookings wait for a decision."""
    with transaction.atomic():
        court.lift(decision, why=why, actor=actor, now=now)
        return conflicts.find([decision.child_id], now=now)
