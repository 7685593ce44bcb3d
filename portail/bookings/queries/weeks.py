"""The typical weeks that a household keeps, and what departs from them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.http import QueryDict

from portail.bookings import summary
from portail.bookings.gestures import Mode, Pattern, Week
from portail.bookings.models import TypicalWeek
from portail.bookings.queries.ground import Ground
from portail.bookings.queries.slots import Slot, slots
from portail.families.models import Child, Household


def weeks(household: Household, children: Iterable[int], first: date, last: date) -> list[TypicalWeek]:
    """The typical weeks that hold on some day between these two, with their days. Two queries."""
    found = household.typical_weeks.filter(child__in=list(children), since__lte=last, until__gte=first)
    return list(found.select_related("child", "activity").prefetch_related("days__service"))


def week_of(kept: TypicalWeek) -> Week:
    """By service, its weekdays."""
    found: dict[int, frozenset[int]] = {}
    for day in kept.days.all():
        found[day.service_id] = found.get(day.service_id, frozenset()) | {day.weekday}
    return found


def pattern_of(kept: Sequence[TypicalWeek]) -> Pattern:
    """What these weeks want of each day; None where the household keeps no week for the child and the activity."""
    by_place: dict[tuple[int, int], list[tuple[TypicalWeek, Week]]] = {}
    for week in kept:
        by_place.setdefault((week.child_id, week.activity_id), []).append((week, week_of(week)))

    def wanted(slot: Slot) -> bool | None:
        for week, days in by_place.get((slot.child_id, slot.activity_id), ()):
            if week.since <= slot.day <= week.until:
                if slot.is_holiday and not week.in_holidays:
                    return None
                return slot.day.weekday() in days.get(slot.service_id, ())
        return None

    return wanted


@dataclass
class Departures:
    """What a child's days say beside its typical week. `extra`: booked though the week does not want it; `missing`:
    wanted, and given back; `to_book`: wanted, and nothing was decided of it yet."""

    extra: list[Slot] = field(default_factory=list)
    missing: list[Slot] = field(default_factory=list)
    to_book: list[Slot] = field(default_factory=list)


def departures(found: Iterable[Slot], kept: Sequence[TypicalWeek]) -> dict[int, Departures]:
    """By child, for those that have a typical week."""
    wanted = pattern_of(kept)
    by_child = {week.child_id: Departures() for week in kept}
    for slot in found:
        says = wanted(slot)
        if says is None:
            continue
        told = by_child[slot.child_id]
        if says and not slot.is_booked:
            (told.missing if slot.is_given_back else told.to_book).append(slot)
        elif not says and slot.is_booked:
            told.extra.append(slot)
    return by_child


@dataclass(frozen=True)
class DaysOf:
    """A service and some of its days, by month."""

    service: str
    months: tuple[summary.Days, ...]


@dataclass(frozen=True)
class KeptWeek:
    """A typical week that is kept: its row, and the weekdays of each service (0 is Monday)."""

    row: TypicalWeek
    services: tuple[tuple[str, tuple[int, ...]], ...]


@dataclass(frozen=True)
class KeptOfChild:
    """`edit`: the end of the address where the week of this child is changed; `to_book`: how many days it wants of
    which nothing was ever decided."""

    child: Child
    weeks: tuple[KeptWeek, ...]
    extra: tuple[DaysOf, ...]
    missing: tuple[DaysOf, ...]
    to_book: int
    edit: str


def kept_weeks(ground: Ground) -> list[KeptOfChild]:
    """The typical weeks kept from today on, by child, with the coming days that depart from them. Two queries without
    any, four otherwise."""
    children = [link.child_id for link in ground.links]
    kept = weeks(ground.household, children, ground.today, ground.end)
    if not kept:
        return []
    found = departures(slots(ground.links, ground.today, ground.end, ground.calendar), kept)
    names = {line.service.pk: line.service.short_name for line in ground.lines}
    names |= {day.service_id: day.service.short_name for week in kept for day in week.days.all()}
    by_child: dict[int, list[TypicalWeek]] = {}
    for week in kept:
        by_child.setdefault(week.child_id, []).append(week)
    return [
        KeptOfChild(
            child=own[0].child,
            weeks=tuple(KeptWeek(week, _weekdays(week, names)) for week in own),
            extra=_days_of(found[child].extra, names),
            missing=_days_of(found[child].missing, names),
            to_book=len(found[child].to_book),
            edit=_edit(own, ground.today),
        )
        for child, own in by_child.items()
    ]


def _weekdays(week: TypicalWeek, names: dict[int, str]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((names[service], tuple(sorted(days))) for service, days in week_of(week).items())


def _days_of(found: Sequence[Slot], names: dict[int, str]) -> tuple[DaysOf, ...]:
    by_service: dict[int, list[date]] = {}
    for slot in found:
        by_service.setdefault(slot.service_id, []).append(slot.day)
    return tuple(
        DaysOf(names.get(service, ""), tuple(summary.by_month(days))) for service, days in by_service.items()
    )


def _edit(own: Sequence[TypicalWeek], today: date) -> str:
    """The form with this child and the days of its weeks of now, or of the first that comes, ready to be changed."""
    query = QueryDict(mutable=True)
    query["children"] = str(own[0].child_id)
    current = [week for week in own if week.since <= today] or own[:1]
    ticked = [f"{day.service_id}-{day.weekday}" for week in current for day in week.days.all()]
    query.setlist("days", ticked)
    query["mode"], query["keep"] = Mode.SWAP.value, "on"
    if any(week.in_holidays for week in current):
        query["in_holidays"] = "on"
    return query.urlencode()
