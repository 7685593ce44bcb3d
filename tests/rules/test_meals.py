"""When a day's order of meals is closed: the limits of the settings file, the earliest of the services that day."""

from datetime import date, datetime, time

import pytest

from portail.rules import Calendar, Entry, EntryKind, MealRule, SettingsErrors, parse
from portail.rules.differences import differences

HEAD = 'format = 1\n[commune]\nname = "A"\n[meals]\n'
SERVED = (("cantine", time(12)),)
HOLIDAY = Entry(EntryKind.PUBLIC_HOLIDAY, date(2026, 11, 11), date(2026, 11, 11), "Armistice")
CALENDAR = Calendar(entries=(HOLIDAY,), known_until=date(2027, 8, 31))


@pytest.mark.parametrize(
    ("order", "day", "closed"),
    [
        ('{ before = 1, unit = "working-days", at = "10:00" }', date(2026, 11, 24), "2026-11-23T10:00"),
        ('{ before = 1, unit = "working-days", at = "10:00" }', date(2026, 11, 23), "2026-11-20T10:00"),
        ('{ before = 1, unit = "working-days", at = "10:00" }', date(2026, 11, 12), "2026-11-10T10:00"),
        ('{ at = "09:15" }', date(2026, 11, 24), "2026-11-24T09:15"),
        ('{ before = 3, unit = "hours" }', date(2026, 11, 24), "2026-11-24T09:00"),
        (
            '{ table = { lundi = "vendredi 11:00", mardi = "jamais" } }',
            date(2026, 11, 23),
            "2026-11-20T11:00",
        ),
        ('{ table = { lundi = "vendredi 11:00", mardi = "jamais" } }', date(2026, 11, 24), None),
        ('{ anchor = "holidays", before = 1 }', date(2026, 11, 24), None),
    ],
)
def test_when_an_order_is_closed(order, day, closed):
    found = parse(f"{HEAD}order = {order}").meals.cutoff(day, CALENDAR, SERVED)
    assert (found and found.at.replace(tzinfo=None)) == (closed and datetime.fromisoformat(closed))


def test_the_earliest_service_of_the_day_closes_the_order():
    meals = parse(f'{HEAD}order = {{ before = 2, unit = "hours" }}').meals
    found = meals.cutoff(date(2026, 11, 25), CALENDAR, [("mercredi", time(12)), ("cantine", time(11, 30))])
    assert found is not None
    assert found.at.time() == time(9, 30)
    assert meals.cutoff(date(2026, 11, 25), CALENDAR, []) is None


def test_without_a_rule_an_agent_closes_each_order():
    meals = parse('format = 1\n[commune]\nname = "A"').meals
    assert meals == MealRule(("sans porc", "sans viande"), None, "")
    assert meals.cutoff(date(2026, 11, 24), CALENDAR, SERVED) is None


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ('diets = ["sans porc", "sans porc"]', "meals.diets"),
        ('email = "la cuisine"', "meals.email"),
        ('order = { before = 2, unit = "hours", at = "10:00" }', "meals.order.at"),
        ("order = { before = -1 }", "meals.order.before"),
    ],
)
def test_what_is_not_understood_is_told_with_its_place(line, place):
    with pytest.raises(SettingsErrors) as refused:
        parse(HEAD + line)
    assert [problem.path for problem in refused.value.problems] == [place]


def test_what_changes_of_the_meals_is_told():
    old, new = (
        parse(f'{HEAD}order = {{ before = 1, at = "10:00" }}'),
        parse(f'{HEAD}diets = []\nemail = "a@b.fr"'),
    )
    assert differences(old, new) == (
        "Repas, régimes : ajouté (aucun).",
        "Repas, adresse de la cuisine : ajouté (a@b.fr).",
        "Repas, commande modifiable : retiré (c'était : jusqu'à la veille, à 10 h).",
    )
