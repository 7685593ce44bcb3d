"""How many meals the kitchen needs, computed when read: what is booked, less the absences told, more the adults.

Nothing is stored of the need: an absence told a second ago is not in it any more. What was ordered is stored, and the
difference between both is what the kitchen reads after the limit.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce

from portail.activities.models import Session
from portail.attendance.models import AdultMeals, KitchenLine, KitchenOrder
from portail.bookings.models import Absence, Booking

Eater = KitchenLine.Eater


@dataclass(frozen=True, order=True)
class Dish:
    """What is counted together: the keys of a place and of a service, who eats, and which diet ("": usual)."""

    place: int
    service: int
    eater: str
    diet: str = ""

    @property
    def is_cooked(self) -> bool:
        """Whether the kitchen makes it: a meal brought from home is only counted."""
        return self.eater != Eater.BASKET


@dataclass(frozen=True)
class Meals:
    """So many meals, and how many of those who eat them have an allergy, a PAI."""

    count: int = 0
    allergies: int = 0
    pai: int = 0

    def __add__(self, other: "Meals") -> "Meals":
        return Meals(self.count + other.count, self.allergies + other.allergies, self.pai + other.pai)

    def __sub__(self, other: "Meals") -> "Meals":
        return Meals(self.count - other.count, self.allergies - other.allergies, self.pai - other.pai)

    def __bool__(self) -> bool:
        return any((self.count, self.allergies, self.pai))


NONE = Meals()
Counts = Mapping[Dish, Meals]


def serving(sessions: QuerySet[Session]) -> QuerySet[Session]:
    """Those of these sessions that are open and in which a meal is served."""
    return sessions.filter(service__serves_meal=True, closing=None)


def served(first: date, last: date) -> QuerySet[Session]:
    """The open sessions of these days in which a meal is served, by day, place and service."""
    return (
        serving(Session.objects.between(first, last))
        .select_related("service", "place")
        .order_by("date", "place__name", "service__position", "service__name", "pk")
    )


def expected(first: date, last: date) -> QuerySet[Booking]:
    """The bookings of these days for which somebody eats: they take a place, and no absence was told.

    A place that is offered counts: the family may accept it after the limit, and the child must find a meal.
    """
    away = Absence.objects.filter(booking=OuterRef("pk"), withdrawn_at=None)
    return (
        Booking.objects.taking_a_place()
        .filter(
            session__date__gte=first,
            session__date__lte=last,
            session__service__serves_meal=True,
            session__closing=None,
        )
        .filter(~Exists(away))
    )


def needs(first: date, last: date) -> dict[date, dict[Dish, Meals]]:
    """The meals needed on each of these days. Two queries, whatever the number of days."""
    found: dict[date, dict[Dish, Meals]] = {}
    for day, dish, meals in (*_children(first, last), *_adults(first, last)):
        of_day = found.setdefault(day, {})
        of_day[dish] = of_day.get(dish, NONE) + meals
    return found


Counted = Iterable[tuple[date, Dish, Meals]]


def _children(first: date, last: date) -> Counted:
    has_pai = Q(child__health__has_pai=True) & (
        Q(child__health__pai_until=None) | Q(child__health__pai_until__gte=F("session__date"))
    )
    rows = (
        expected(first, last)
        .annotate(
            eats=Case(
                When(child__health__brings_meal=True, then=Value(Eater.BASKET.value)),
                default=Value(Eater.CHILD.value),
                output_field=CharField(),
            ),
            diet=Coalesce("child__health__diet", Value("")),
        )
        .values_list("session__date", "session__place", "session__service", "eats", "diet")
        .annotate(
            meals=Count("pk"),
            allergic=Count("pk", filter=~Q(child__health__allergies="") & Q(child__health__isnull=False)),
            with_pai=Count("pk", filter=has_pai),
        )
        .order_by()
    )
    for day, place, service, eater, diet, *counts in rows:
        is_basket = eater == Eater.BASKET
        yield day, Dish(place, service, eater, "" if is_basket else diet), Meals(*counts)


def _adults(first: date, last: date) -> Counted:
    rows = (
        AdultMeals.objects.filter(
            session__date__gte=first,
            session__date__lte=last,
            session__service__serves_meal=True,
            session__closing=None,
            count__gt=0,
        )
        .values_list("session__date", "session__place", "session__service", "diet")
        .annotate(meals=Sum("count"))
        .order_by()
    )
    for day, place, service, diet, count in rows:
        yield day, Dish(place, service, Eater.ADULT, diet), Meals(count)


def adult_meals(session: Session) -> dict[str, int]:
    """The adults who eat in a session, by diet."""
    return dict(AdultMeals.objects.filter(session=session).values_list("diet", "count"))


def orders(first: date, last: date) -> dict[date, KitchenOrder]:
    """The order in force of each of these days, with its author; its lines are prefetched."""
    found = KitchenOrder.objects.filter(day__gte=first, day__lte=last, replaced_by=None)
    return {order.day: order for order in found.prefetch_related("lines")}


def ordered(order: KitchenOrder) -> dict[Dish, Meals]:
    """What an order asked for."""
    return {
        Dish(line.place_id, line.service_id, line.eater, line.diet): Meals(
            line.count, line.allergies, line.pai
        )
        for line in order.lines.all()
    }


def differences(asked: Counts, need: Counts) -> dict[Dish, Meals]:
    """What is needed more (or less, below zero) than was asked, where it differs."""
    gaps = {dish: need.get(dish, NONE) - asked.get(dish, NONE) for dish in sorted({*asked, *need})}
    return {dish: gap for dish, gap in gaps.items() if gap}
