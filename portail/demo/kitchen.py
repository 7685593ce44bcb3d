"""The kitchen of the invented commune: what a few children eat, the adults, the orders and one amendment."""

import random
from datetime import date, timedelta
from uuid import UUID

from portail.accounts.models import User
from portail.activities.models import Session
from portail.activities.queries import calendar, regulation
from portail.attendance.actions import kitchen
from portail.attendance.models import KitchenOrder
from portail.attendance.queries.meals import Dish, ordered, served
from portail.demo.timeline import Timeline, at
from portail.families.models import Child, ChildHealth

DAYS = timedelta(days=9)
"""How far back orders were kept, and how far ahead adults are counted."""
ALLERGIES = ("Arachide et fruits à coque", "Lait de vache", "Œuf", "Kiwi", "Poisson")
CARE = "Antihistaminique dans la trousse rouge, au bureau du responsable ; appeler le 15 puis la famille."


def write(agent: User, when: Timeline) -> None:
    chance = random.Random(f"cuisine {when.today.isoformat()}")
    ChildHealth.objects.bulk_create(_health(chance))
    _count_adults(agent, when)
    if orders := _orders(when):
        _amend(orders[-1], agent, chance)


def _health(chance: random.Random) -> list[ChildHealth]:
    """A child in seven eats otherwise than the others; a few have an allergy, fewer a PAI, one brings its meal."""
    found = []
    for child in Child.objects.order_by("pk"):
        luck = chance.random()
        if luck < 0.10:
            found.append(ChildHealth(child=child, diet="sans porc" if luck < 0.07 else "sans viande"))
        elif luck < 0.13:
            found.append(ChildHealth(child=child, allergies=chance.choice(ALLERGIES)))
        elif luck < 0.145:
            brings = luck > 0.142
            found.append(
                ChildHealth(child=child, allergies=ALLERGIES[0], has_pai=True, care=CARE, brings_meal=brings)
            )
    return found


def _orders(when: Timeline) -> list[KitchenOrder]:
    """The orders of the last days, each closed by itself at the limit of the rules."""
    by_day: dict[date, list[Session]] = {}
    for session in served(when.today - DAYS, when.today):
        by_day.setdefault(session.date, []).append(session)
    in_force, days = regulation(), calendar()
    found = []
    for day, sessions in by_day.items():
        limit = kitchen.limit_of(day, sessions, in_force, days)
        if limit is not None and limit < when.now:
            found.append(kitchen.close_order(day, actor=None, now=limit))
    return found


def _count_adults(agent: User, when: Timeline) -> None:
    for session in served(when.today, when.today + DAYS):
        if session.service.code == "cantine":
            kitchen.set_adult_meals(session, {"": 3}, actor=agent, now=at(when.today, 0))


def _amend(order: KitchenOrder, agent: User, chance: random.Random) -> None:
    """Two adults more in the last order, by telephone."""
    now = order.created_at + timedelta(minutes=35)
    session = served(order.day, order.day)[0]
    kitchen.set_adult_meals(session, {"": 2}, actor=agent, now=now)
    counts = {dish: meals.count for dish, meals in ordered(order).items() if dish.is_cooked}
    counts[Dish(session.place_id, session.service_id, "adult")] = 2
    kitchen.amend_order(
        order,
        counts,
        reason="Deux stagiaires déjeunent, dit par téléphone",
        token=UUID(int=chance.getrandbits(128), version=4),
        actor=agent,
        now=now,
    )
