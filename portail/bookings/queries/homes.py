"""Whose days they are: what the judgement of sessions is told of the custody of children shared by two households."""

from collections.abc import Iterable
from datetime import date, time

from portail import rules
from portail.activities.models import Session
from portail.families import custody
from portail.families.models import Child
from portail.rules.custody import shared_holidays


class Homes:
    """The custody of some children, as one household sees it. Nothing is held against it where nothing was decided."""

    def __init__(
        self, household_id: int, known: dict[int, custody.Custody], holidays: custody.Holidays = ()
    ) -> None:
        self.household_id, self.known, self.holidays = household_id, known, holidays

    def away(self, child_id: int, day: date, at: time) -> rules.Sentence | None:
        """Why this hour of this day is the other household's; None when it is not."""
        known = self.known.get(child_id)
        return known.away(self.household_id, day, self.holidays, at=at) if known else None

    def is_for(self, child_id: int, session: Session) -> bool:
        """Whether this household may book this session for the child, as far as the custody goes."""
        day = session.date
        return self.may_book(child_id, day) and not self.away(child_id, day, session.service.starts_at)

    def is_own(self, child_id: int, day: date, at: time) -> bool:
        """Whether a calendar gives this hour to this household."""
        known = self.known.get(child_id)
        return known is not None and known.holder(day, self.holidays, at=at) == self.household_id

    def may_book(self, child_id: int, day: date) -> bool:
        """False when a court forbids this household to book for the child on this day."""
        known = self.known.get(child_id)
        return known is None or not known.is_forbidden(self.household_id, day)


def homes(household_id: int, children: Iterable[Child], calendar: rules.Calendar) -> Homes:
    """The custody of these children. One query when one of them is shared, else none."""
    shared = [child.pk for child in children if child.has_custody]
    known = custody.of_children(shared)
    return Homes(household_id, known, shared_holidays(calendar.entries) if known else ())
