"""Booking periods: days that open to each class of families at its own moment, behind a waiting room.

Told in docs/rules/ouvertures.md. The openings and the closing of a period are rules like any other, which the decisions
read; here is what the screens and the room ask of the whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from .calendars import ANY_SERVICE, Calendar
from .deadlines import DeadlineRule, OpeningRule, opening_for
from .scopes import Known, Scope


@dataclass(frozen=True)
class Room:
    """How a waiting room lets families in. Minutes everywhere.

    `families`: at most so many inside at once. It opens `before` an opening and stays at least `after` it, then until
    nobody waits. Who is called has `call` to come in, then `idle` between two pages. `draws`: those who came before the
    opening go in an order drawn by lot, otherwise in that of their coming.
    """

    families: int = 20
    before: int = 15
    after: int = 15
    call: int = 3
    idle: int = 5
    draws: bool = True


@dataclass(frozen=True)
class BookingPeriod:
    """The days of `scope` (services, first and last day), what opens them, and until when they are booked.

    `openings`: one for each class, in the order of the file. `room`: None when no waiting room is planned.
    """

    code: str
    name: str
    scope: Scope
    openings: tuple[OpeningRule, ...]
    closing: DeadlineRule | None = None
    room: Room | None = None

    @property
    def start(self) -> date:
        assert self.scope.valid_from
        return self.scope.valid_from

    @property
    def end(self) -> date:
        assert self.scope.valid_until
        return self.scope.valid_until

    def covers(self, service: str, day: date) -> bool:
        return self.scope.holds(service, day)

    def meets(self, first: date, last: date) -> bool:
        """Whether some day of the period is between these two, included."""
        return self.start <= last and first <= self.end

    def names(self, service: str) -> bool:
        return service in self.scope.services or ANY_SERVICE in self.scope.services

    def moments(self, calendar: Calendar) -> tuple[tuple[str, datetime], ...]:
        """(class, moment) of each opening, in the order of the file."""
        return tuple(
            (rule.name, rule.moment(self.start, calendar)) for rule in self.openings if not rule.never
        )

    def closes(self, calendar: Calendar) -> datetime:
        """The last moment: the closing, or the end of the last day."""
        if self.closing is None:
            return calendar.local(self.end, 1440)
        return self.closing.cutoff(self.start, calendar).at

    def opening_for(self, knowns: Iterable[Known]) -> OpeningRule | None:
        """The first opening that concerns one of these (each is what is known of a child); None when none does."""
        service = self.scope.services[0]
        found = (opening_for(self.openings, service, self.start, known) for known in knowns)
        rules = [rule for rule in found if rule is not None and not rule.never]
        return min(rules, key=lambda rule: (rule.when.on or date.max, rule.at or 0), default=None)

    def rush(self, calendar: Calendar, now: datetime) -> datetime | None:
        """The opening around which a room is planned at `now`: the latest that is past or less than `before` ahead.

        None without room, too early, or when the period is closed.
        """
        if self.room is None or now >= self.closes(calendar).astimezone(UTC):
            return None
        lead = timedelta(minutes=self.room.before)
        instants = (moment.astimezone(UTC) for _, moment in self.moments(calendar))
        return max((moment for moment in instants if moment - lead <= now), default=None)


def overlapping(periods: Iterable[BookingPeriod]) -> Iterator[tuple[int, int]]:
    """The places of the periods that claim a day of a service that an earlier one has: (earlier, later)."""
    found = list(periods)
    for later, period in enumerate(found):
        for earlier, other in enumerate(found[:later]):
            shared = any(other.names(code) for code in period.scope.services)
            everything = ANY_SERVICE in period.scope.services
            if period.meets(other.start, other.end) and (shared or everything):
                yield earlier, later
