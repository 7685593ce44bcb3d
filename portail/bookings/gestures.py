"""Many changes at once, as wishes: a typical week, a copy, a period cleared. Nothing here reads the database or the
clock; what each wish may become is judged afterwards, like any other, by the recap.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from itertools import groupby

from portail.bookings.queries.slots import Slot
from portail.bookings.recap import Wish

Week = Mapping[int, frozenset[int]]
"""By service, the weekdays wanted (0 is Monday). A service that is not there is not spoken of."""
Pattern = Callable[[Slot], bool | None]
"""Whether a day is wanted; None: the gesture does not speak of it."""


class Mode(StrEnum):
    """What becomes of the booked days that a pattern does not want."""

    ADD = "add"
    """They stay: the gesture only adds."""
    REPLACE = "replace"
    """They are cancelled."""
    SWAP = "swap"
    """Those of the typical week before are cancelled; the exceptions to it, either way, stay as they are."""


def wishes(slots: Iterable[Slot], pattern: Pattern, *, mode: Mode) -> list[Wish]:
    """What the pattern changes of these days; what is already as it wants is no wish."""
    found = []
    for slot in slots:
        wanted = pattern(slot)
        if wanted and not slot.is_booked:
            found.append(Wish(slot.child_id, slot.session_id, True))
        elif wanted is False and slot.is_booked and mode is not Mode.ADD:
            found.append(Wish(slot.child_id, slot.session_id, False))
    return found


def of_week(week: Week, *, in_holidays: bool = False) -> Pattern:
    """The days of a typical week. `in_holidays`: also, during the school holidays, of what runs all year."""

    def wanted(slot: Slot) -> bool | None:
        weekdays = week.get(slot.service_id)
        if weekdays is None or (slot.is_holiday and not in_holidays):
            return None
        return slot.day.weekday() in weekdays

    return wanted


def instead_of(before: Pattern, new: Pattern) -> Pattern:
    """The days of a typical week that takes the place of another (`before`): exceptions stay exceptions.

    A day that the week before wanted and that was given back stays free; one booked outside the week before stays.
    """

    def wanted(slot: Slot) -> bool | None:
        now, then = new(slot), before(slot)
        if now and then and slot.is_given_back:
            return None
        if now is False and not then:
            return None
        return now

    return wanted


def applying(week: Pattern) -> Pattern:
    """The days of a typical week that nothing was ever decided of: newly opened, or free again after a closing."""
    return lambda slot: True if week(slot) and not slot.is_given_back else None


def nothing(services: frozenset[int] | None = None) -> Pattern:
    """No day at all, of these services; of every one when none is named."""
    return lambda slot: False if services is None or slot.service_id in services else None


def copy_of_week(source: Iterable[Slot]) -> Pattern:
    """The same weekdays as in the week that is copied. Days on which nothing was open there are not spoken of."""
    booked = {(slot.child_id, slot.service_id, slot.day.weekday()): slot.is_booked for slot in source}
    return lambda slot: booked.get((slot.child_id, slot.service_id, slot.day.weekday()))


def copy_of_month(source: Iterable[Slot]) -> Pattern:
    """The second Tuesday as the second Tuesday was. Where nothing was open that day (holidays, a fifth Tuesday), as
    the Tuesday before it that was open, else as the first one."""
    models: dict[tuple[int, int, int], list[tuple[int, bool]]] = {}
    ordered = sorted(source, key=lambda slot: (*_weekly(slot), slot.day))
    for key, days in groupby(ordered, key=_weekly):
        models[key] = [(rank_in_month(slot.day), slot.is_booked) for slot in days]

    def wanted(slot: Slot) -> bool | None:
        model = models.get(_weekly(slot))
        if model is None:
            return None
        rank = rank_in_month(slot.day)
        before = [booked for at, booked in model if at <= rank]
        return before[-1] if before else model[0][1]

    return wanted


def _weekly(slot: Slot) -> tuple[int, int, int]:
    return slot.child_id, slot.service_id, slot.day.weekday()


def rank_in_month(day: date) -> int:
    """1 for the first Tuesday of its month, 2 for the second…"""
    return (day.day - 1) // 7 + 1


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
