"""The kitchen's screens: a day by place, service and diet, beside what was ordered; a week; who eats what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q, QuerySet, Sum

from portail.activities.models import Place, Service, Session
from portail.activities.queries import regulation
from portail.attendance.models import KitchenLine, KitchenOrder
from portail.attendance.queries.meals import (
    NONE,
    Counts,
    Dish,
    Eater,
    Meals,
    differences,
    expected,
    needs,
    ordered,
    orders,
    served,
)
from portail.bookings.models import Booking
from portail.core.text import plain

A_WEEK = timedelta(days=6)


@dataclass(frozen=True)
class Cell:
    """The meals needed of a diet; `gap`: how many more (or less) than were ordered, zero before the order."""

    need: int
    gap: int = 0


@dataclass(frozen=True)
class Row:
    """A service in a place, for children or for adults: a cell a diet. `session`: none when it was closed since."""

    place: Place
    service: Service
    eater: str
    cells: tuple[Cell, ...]
    meals: Meals
    baskets: int
    session: Session | None

    @property
    def is_adults(self) -> bool:
        return self.eater == Eater.ADULT


@dataclass(frozen=True)
class Gap:
    """What is needed more, or less, than was ordered."""

    place: Place
    service: Service
    dish: Dish
    meals: Meals


@dataclass(frozen=True)
class Board:
    """A day of the kitchen. `diets`: the columns, "" for the usual meal. `versions`: its orders, the last first."""

    day: date
    diets: tuple[str, ...]
    rows: tuple[Row, ...]
    totals: tuple[Cell, ...]
    meals: Meals
    baskets: int
    gaps: tuple[Gap, ...]
    versions: tuple[KitchenOrder, ...]
    sessions: tuple[Session, ...]
    need: Counts

    @property
    def order(self) -> KitchenOrder | None:
        return self.versions[0] if self.versions else None


def board(day: date) -> Board:
    """All that the kitchen's page of a day shows, in nine queries."""
    sessions = tuple(served(day, day))
    need = needs(day, day).get(day, {})
    versions = tuple(KitchenOrder.objects.filter(day=day).order_by("-version").prefetch_related("lines"))
    asked = ordered(versions[0]) if versions else None
    names = _Names({*need, *(asked or {})}, sessions)
    diets = columns([*need, *(asked or {})])
    rows = _rows(need, asked, sessions, names, diets)
    return Board(
        day=day,
        diets=diets,
        rows=rows,
        totals=tuple(_total(row.cells[n] for row in rows) for n in range(len(diets))),
        meals=sum((row.meals for row in rows), NONE),
        baskets=sum(row.baskets for row in rows),
        gaps=names.gaps(asked, need),
        versions=versions,
        sessions=sessions,
        need=need,
    )


def columns(dishes: Iterable[Dish]) -> tuple[str, ...]:
    """The usual meal, the diets of the rules, then those that children still have and the rules name no more."""
    known = ("", *regulation().meals.diets)
    return (*known, *sorted({dish.diet for dish in dishes} - set(known)))


class _Names:
    """The places and services of these dishes, read at once; those of the sessions are known already."""

    def __init__(self, dishes: Iterable[Dish], sessions: Iterable[Session]) -> None:
        self.sessions = {(session.place_id, session.service_id): session for session in sessions}
        dishes = list(dishes)
        places = {dish.place for dish in dishes} | {place for place, _ in self.sessions}
        services = {dish.service for dish in dishes} | {service for _, service in self.sessions}
        self.places = Place.objects.in_bulk(places)
        self.services = Service.objects.in_bulk(services)

    def order(self, pair: tuple[int, int]) -> tuple[str, int, str]:
        service = self.services[pair[1]]
        return plain(self.places[pair[0]].name), service.position, service.name

    def pair(self, dish: Dish) -> tuple[Place, Service]:
        return self.places[dish.place], self.services[dish.service]

    def sorted(self, dishes: Iterable[Dish]) -> list[Dish]:
        """By place, then by service, children first, the usual meal first."""
        return sorted(dishes, key=lambda dish: (self.order((dish.place, dish.service)), _turn(dish)))

    def named(self, dish: Dish) -> "Named":
        return Named(*self.pair(dish), dish)

    def gaps(self, asked: Counts | None, need: Counts) -> tuple[Gap, ...]:
        """What differs from what was ordered; nothing before the order."""
        found = {} if asked is None else differences(asked, need)
        return tuple(Gap(*self.pair(dish), dish, found[dish]) for dish in self.sorted(found))


def _rows(
    need: Counts,
    asked: Counts | None,
    sessions: Iterable[Session],
    names: _Names,
    diets: tuple[str, ...],
) -> tuple[Row, ...]:
    """A row for the children of every session, and one for its adults when there are some."""
    known = {*need, *(asked or {})}
    pairs = {(dish.place, dish.service) for dish in known} | {(s.place_id, s.service_id) for s in sessions}
    with_adults = {(dish.place, dish.service) for dish in known if dish.eater == Eater.ADULT}
    found = []
    for pair in sorted(pairs, key=names.order):
        for eater in (Eater.CHILD, Eater.ADULT):
            if eater == Eater.CHILD or pair in with_adults:
                found.append(_row(pair, eater.value, need, asked, names, diets))
    return tuple(found)


def _row(
    pair: tuple[int, int],
    eater: str,
    need: Counts,
    asked: Counts | None,
    names: _Names,
    diets: tuple[str, ...],
) -> Row:
    place, service = pair
    dishes = [Dish(place, service, eater, diet) for diet in diets]
    basket = Dish(place, service, Eater.BASKET.value)
    return Row(
        place=names.places[place],
        service=names.services[service],
        eater=eater,
        cells=tuple(_cell(dish, need, asked) for dish in dishes),
        meals=sum((need.get(dish, NONE) for dish in dishes), NONE),
        baskets=need.get(basket, NONE).count if eater == Eater.CHILD else 0,
        session=names.sessions.get(pair),
    )


def _cell(dish: Dish, need: Counts, asked: Counts | None) -> Cell:
    count = need.get(dish, NONE).count
    return Cell(count, 0 if asked is None else count - asked.get(dish, NONE).count)


def _total(cells: Iterable[Cell]) -> Cell:
    cells = list(cells)
    return Cell(sum(cell.need for cell in cells), sum(cell.gap for cell in cells))


# --- a week


@dataclass(frozen=True)
class WeekDay:
    """A day in which a meal is served: its meals, its order if there is one, how many meals differ from it."""

    day: date
    need: Counts
    order: KitchenOrder | None

    @property
    def cooked(self) -> int:
        return sum(meals.count for dish, meals in self.need.items() if dish.is_cooked)

    @property
    def gaps(self) -> int:
        return len(differences(ordered(self.order), self.need)) if self.order else 0


@dataclass(frozen=True)
class Named:
    """A dish with its place and service."""

    place: Place
    service: Service
    dish: Dish


@dataclass(frozen=True)
class WeekRow(Named):
    """The meals of a dish, day after day."""

    counts: tuple[int, ...]

    @property
    def total(self) -> int:
        return sum(self.counts)


@dataclass(frozen=True)
class Week:
    """Some days, seven for the screen. `rows`: one for each dish of each place."""

    days: tuple[WeekDay, ...]
    rows: tuple[WeekRow, ...]
    known: "_Names"

    def names(self, of_day: WeekDay, asked: Counts) -> list[Named]:
        """The dishes that this day needs or asked for, in the order of the screens."""
        return [self.known.named(dish) for dish in self.known.sorted({*of_day.need, *asked})]


def week(monday: date) -> Week:
    """The meals of the seven days from this Monday. Eight queries."""
    return between(monday, monday + A_WEEK)


def between(first: date, last: date) -> Week:
    """The meals of these days, and the order of each that has one."""
    need, asked = needs(first, last), orders(first, last)
    sessions = list(served(first, last))
    days = tuple(
        WeekDay(day, need.get(day, {}), asked.get(day))
        for day in sorted({*need, *asked, *(session.date for session in sessions)})
    )
    dishes = {dish for of_day in need.values() for dish in of_day}
    names = _Names(dishes | {dish for order in asked.values() for dish in ordered(order)}, sessions)
    rows = (
        WeekRow(*names.pair(dish), dish, tuple(day.need.get(dish, NONE).count for day in days))
        for dish in names.sorted(dishes)
    )
    return Week(days, tuple(rows), names)


_TURNS = {Eater.CHILD.value: 0, Eater.ADULT.value: 1, Eater.BASKET.value: 2}


def _turn(dish: Dish) -> tuple[int, str]:
    return _TURNS[dish.eater], dish.diet


def meal_days(day: date) -> Mapping[str, date | None]:
    """The days before and after in which a meal is served."""
    days = (
        Session.objects.filter(service__serves_meal=True, closing=None)
        .order_by()
        .values_list("date", flat=True)
    )
    return {
        "before": days.filter(date__lt=day).order_by("-date").first(),
        "after": days.filter(date__gt=day).order_by("date").first(),
    }


def next_meal_day(today: date) -> date:
    """Today when a meal is served, or the next day that has one; today when there is none."""
    coming = Session.objects.filter(service__serves_meal=True, closing=None, date__gte=today)
    return coming.order_by("date").values_list("date", flat=True).first() or today


# --- orders


def all_orders() -> QuerySet[KitchenOrder]:
    """Every order and amendment, the last days first, with how many meals each asks for."""
    cooked_lines = Sum("lines__count", filter=~Q(lines__eater=Eater.BASKET), default=0)
    return KitchenOrder.objects.annotate(cooked=cooked_lines).order_by("-day", "-version")


def lines(order: KitchenOrder) -> list[KitchenLine]:
    """What an order asks for, by place, service, eater and diet."""
    rows = order.lines.select_related("place", "service")
    return sorted(rows, key=lambda line: (plain(line.place.name), line.service.position, _turn(_dish(line))))


def cooked(order: KitchenOrder) -> int:
    """How many meals the kitchen makes for an order; those from home are not."""
    found: int = order.lines.exclude(eater=Eater.BASKET).aggregate(total=Sum("count", default=0))["total"]
    return found


def _dish(line: KitchenLine) -> Dish:
    return Dish(line.place_id, line.service_id, line.eater, line.diet)


def dishes_of(board: Board) -> list[Dish]:
    """Every dish that may be ordered that day: each row of the board with each diet."""
    return [Dish(row.place.pk, row.service.pk, row.eater, diet) for row in board.rows for diet in board.diets]


def names_of(board: Board) -> dict[tuple[int, int], str]:
    """« Restaurant Prévert, Cantine », by the keys of the place and of the service."""
    return {(row.place.pk, row.service.pk): f"{row.place.name}, {row.service.name}" for row in board.rows}


def adult_diets(known: Iterable[str]) -> list[str]:
    """The diets that an adult may be given: the usual one, those of the rules, those typed already."""
    offered = ["", *regulation().meals.diets]
    return [*offered, *sorted(set(known) - set(offered))]


def special_meals(day: date) -> list[Booking]:
    """The children expected that day who have a diet, an allergy, a PAI or a meal from home, with their health.

    Only for those with the right READ_HEALTH. By place, then by name.
    """
    special = ~Q(child__health__diet="") | ~Q(child__health__allergies="")
    special |= Q(child__health__has_pai=True) | Q(child__health__brings_meal=True)
    rows = expected(day, day).filter(child__health__isnull=False).filter(special)
    rows = rows.select_related("child__health", "session__place", "session__service")
    return sorted(rows, key=_directory)


def _directory(booking: Booking) -> tuple[object, ...]:
    session, child = booking.session, booking.child
    return (
        plain(session.place.name),
        session.service.position,
        plain(child.last_name),
        plain(child.first_name),
    )
