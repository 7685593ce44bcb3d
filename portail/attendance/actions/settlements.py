"""What an agent decides about something that differs from the bookings, with what it writes: absence or booking."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from portail import rules
from portail.accounts.models import User
from portail.activities.models import Session
from portail.attendance.models import Settlement
from portail.attendance.queries.facts import Fact, facts
from portail.bookings.actions.absences import tell_absences
from portail.bookings.actions.receipts import issue, tell_other_homes
from portail.bookings.models import Absence, Booking
from portail.bookings.recap import Change
from portail.bookings.standing import Standing, State
from portail.core import journal
from portail.core.text import de
from portail.families.models import Child, Household

Kind = Settlement.Kind
Decision = Settlement.Decision


class NothingDiffers(Exception):
    """The list was corrected meanwhile: there is nothing left to decide."""


class SettledMeanwhile(Exception):
    """A colleague decided since the page was shown. `by`: what they decided."""

    def __init__(self, by: Settlement) -> None:
        self.by = by
        super().__init__(type(self).__name__)


class HouseholdNeeded(Exception):
    """Nobody is known to answer for this child that day: the agent must say who."""


@dataclass(frozen=True)
class Choice:
    """What the agent chose. `absence`: write an absence, for this reason of the regulation ("": another one);
    `book`: write the booking that was missing, for `household`."""

    decision: Decision
    reason: str
    absence: str | None = None
    book: bool = False
    household: Household | None = None


def settle(
    session: Session,
    child: Child,
    kind: Kind,
    choice: Choice,
    *,
    token: UUID,
    seen: int | None,
    actor: User,
    now: datetime,
) -> Settlement:
    """Write the decision and what goes with it. The same `token` twice is one decision.

    `seen`: the key of the decision that the agent had before their eyes, None without any. Raises NothingDiffers,
    SettledMeanwhile, HouseholdNeeded.
    """
    with transaction.atomic():
        list(Session.objects.locked([session.pk]).values_list("pk"))
        if done := Settlement.objects.filter(token=token).first():
            return done
        fact = _fact(session, child, kind)
        before = fact.settlement
        if before is not None and before.pk != seen:
            raise SettledMeanwhile(before)
        home = choice.household or _household(fact)
        if home is None and (choice.book or choice.decision is Decision.CHARGED):
            raise HouseholdNeeded
        absence = _absence(fact, home, choice, actor, now) if choice.absence is not None else None
        booking = _booking(fact, session, child, home, choice, token, actor, now) if choice.book else None
        Settlement.objects.filter(session=session, child=child, kind=kind).update(is_current=False)
        made = Settlement.objects.create(
            kind=kind,
            session=session,
            child=child,
            decision=choice.decision,
            reason=choice.reason,
            household=home,
            booking=booking or (before.booking if before else None),
            absence=absence or (before.absence if before else None),
            token=token,
            at=now,
            author=actor,
            author_label=str(actor),
        )
        _record(made, actor, now)
    return made


def _fact(session: Session, child: Child, kind: Kind) -> Fact:
    same = Session.objects.filter(pk=session.pk)
    found = facts(session.date, session.date, children=[child.pk], sessions=same)
    for fact in found:
        if fact.kind == kind:
            return fact
    raise NothingDiffers


def _household(fact: Fact) -> Household | None:
    return Household.objects.filter(pk=fact.household_id).first() if fact.household_id else None


def _absence(
    fact: Fact, home: Household | None, choice: Choice, actor: User, now: datetime
) -> Absence | None:
    """The absence, told by the service; the family is told of it."""
    if home is None or fact.booking_id is None:
        return None
    reason = choice.absence or ""
    [absence] = tell_absences(
        home,
        [fact.booking_id],
        reason=reason,
        comment=choice.reason,
        actor=actor,
        now=now,
        by_service=True,
    )
    return absence


def _booking(
    fact: Fact,
    session: Session,
    child: Child,
    home: Household | None,
    choice: Choice,
    token: UUID,
    actor: User,
    now: datetime,
) -> Booking | None:
    """The booking that was missing, with its receipt. The child was there: no place is asked for, nor a deadline."""
    if home is None or fact.booking_id is not None:
        return None
    change = Change(child, session, True, Standing(State.FREE, True, ""))
    receipt = issue(home, [change], token=token, actor=actor, now=now, by_service=True, reason=choice.reason)
    tell_other_homes(receipt, [change], now=now)
    return receipt.lines.get().booking


def _record(made: Settlement, actor: User, now: datetime) -> None:
    where = f"{made.session.service}, {rules.FRENCH.year(made.session.date)}"
    what = f"{made.get_kind_display()}, {where}, fiche {de(made.child)}"
    summary = f"{what} : {made.get_decision_display().lower()}. {made.reason}"
    subjects = [f"session:{made.session_id}"]
    if made.household is not None:
        subjects.append(made.household.journal_subject)
    lines = [(subject, summary, {"reason": made.reason}) for subject in subjects]
    journal.record_many("attendance.settled", lines, actor=actor, now=now)
