"""The meals that a kitchen is told of: the diets that the commune serves, and until when a day's order may change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time

from .calendars import Calendar, CalendarUnknown
from .limits import Asked, Cutoff, Limit, place
from .wording import reason

DIETS = ("sans porc", "sans viande")
"""What is served beside the usual meal, when the file says nothing."""


@dataclass(frozen=True)
class MealRule:
    """`diets`: served beside the usual meal. `order`: when a day's order is closed (None: an agent closes each).

    `email`: where the order goes, empty for nowhere.
    """

    diets: tuple[str, ...] = DIETS
    order: Limit | None = None
    email: str = ""

    def cutoff(
        self, day: date, calendar: Calendar, served: Iterable[tuple[str, time | None]]
    ) -> Cutoff | None:
        """When the order of this day is closed: the earliest of the limits of the services that serve a meal that day,
        given by their code and their hour. None without a rule, or where the rule says nothing of the day.
        """
        if self.order is None:
            return None
        found = [cutoff for one in served if (cutoff := _cutoff(self.order, day, calendar, *one)) is not None]
        return min(found, key=lambda cutoff: cutoff.at.timestamp(), default=None)


def _cutoff(order: Limit, day: date, calendar: Calendar, service: str, start: time | None) -> Cutoff | None:
    chosen = order.chosen(day)
    if chosen.never:
        return None
    try:
        at, inclusive, steps = place(chosen, Asked(service, day, start), calendar)
    except CalendarUnknown:
        return None
    return Cutoff(at, inclusive, steps, reason(order, "both", day, steps))
