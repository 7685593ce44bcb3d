"""A day of the canteen for the tests of the kitchen: who is booked, who eats what."""

from datetime import UTC, date, datetime
from types import SimpleNamespace

from portail.activities.models import Regulation, Session
from portail.attendance.queries.meals import Dish, Meals
from portail.families.models import ChildHealth
from tests import factories as make

DAY = date(2026, 12, 3)  # a Thursday
BEFORE = datetime(2026, 12, 2, 8, 59, tzinfo=UTC)  # 9:59 in Paris, the day before
LIMIT = datetime(2026, 12, 2, 9, 0, tzinfo=UTC)
AFTER = datetime(2026, 12, 2, 9, 1, tzinfo=UTC)
RULES = """format = 1
[commune]
name = "A"
[meals]
diets = ["sans porc", "sans viande"]
order = { before = 1, unit = "working-days", at = "10:00" }
"""


def rules(text: str = RULES) -> None:
    Regulation.objects.create(version=Regulation.objects.count() + 1, text=text, applied_at=make.NOW)


def lunch(cast: SimpleNamespace, day: date = DAY) -> Session:
    """A session of the canteen of the cast's school."""
    return make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day)


def book(cast: SimpleNamespace, session: Session, *children: str, **values: object) -> list:
    """These children of the cast, booked by Alice."""
    return [
        make.BookingFactory(
            child=getattr(cast, name), session=session, household=cast.alice.household, **values
        )
        for name in children
    ]


def health(child: object, **values: object) -> ChildHealth:
    row, _ = ChildHealth.objects.update_or_create(child=child, defaults=values)
    return row


def said(counts: dict[Dish, Meals]) -> dict[str, tuple[int, int, int]]:
    """« child sans porc » → meals, allergies, PAI: of one place and service."""
    return {
        f"{dish.eater} {dish.diet}".strip(): (meals.count, meals.allergies, meals.pai)
        for dish, meals in counts.items()
    }
