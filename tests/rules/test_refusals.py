"""What cannot be meant is refused with its place and with what was expected, never read in some way or other."""

import pytest

from portail.rules import SettingsErrors, parse

from . import pages

DEADLINE = "[[deadlines]]\n"
TARIFF = '[[tariffs]]\nname = "Repas"\n'
REFUSED = [
    (
        DEADLINE
        + "earliest_of = [{ before = 1 }, { before = 2 }]\nlatest_of = [{ before = 1 }, { before = 2 }]",
        "deadlines[1].latest_of",
        "« earliest_of » ou « latest_of » est attendu, pas les deux",
    ),
    (
        DEADLINE + "earliest_of = [{ before = 1 }]",
        "deadlines[1].earliest_of",
        "deux limites au moins sont attendues, entre accolades",
    ),
    (
        DEADLINE + 'earliest_of = [{ before = 1 }, { before = 2 }]\nat = "09:00"',
        "deadlines[1].at",
        "ce réglage s'écrit dans chacune des limites de « earliest_of »",
    ),
    (
        DEADLINE + "latest_of = [{ before = 1 }, { never = true }]",
        "deadlines[1].latest_of",
        "« never » n'est pas attendu parmi plusieurs limites",
    ),
    (
        DEADLINE + 'earliest_of = [{ before = 1, unit = "hours", at = "09:00" }, { before = 2 }]',
        "deadlines[1].earliest_of[1].at",
        "un délai en heures donne déjà l'heure : « at » n'est pas attendu",
    ),
    (
        DEADLINE + "nth = 2",
        "deadlines[1].nth",
        "le jour de la semaine est attendu avec « nth » (weekday)",
    ),
    (
        TARIFF + 'price_of = "cantine"\nprice = 2',
        "tariffs[1].price",
        "un taux (percent, percents) ou rien est attendu avec « price_of »",
    ),
    (
        TARIFF + 'price = 2\nlike = { residence = "commune" }',
        "tariffs[1].like",
        "« like » va avec « price_of »",
    ),
    (
        TARIFF + "price = 2\ncounted_from = 800",
        "tariffs[1].counted_from",
        "ce réglage va avec un taux (percent, percents)",
    ),
    (
        TARIFF + "percent = 2\ncounted_from = 800\ncounted_to = 700",
        "tariffs[1].counted_to",
        "un nombre d'au moins 800 (counted_from) est attendu",
    ),
    (
        TARIFF + 'price_of = "cantine"\nlike = { planete = "Mars" }',
        "tariffs[1].like.planete",
        None,
    ),
    (
        TARIFF + 'price = 2\ncap = { amount = 3, per = "siècle" }',
        "tariffs[1].cap.per",
        None,
    ),
]


@pytest.mark.parametrize(("toml", "path", "message"), REFUSED, ids=[path for _, path, _ in REFUSED])
def test_a_refusal_names_its_place_and_what_was_expected(toml, path, message):
    with pytest.raises(SettingsErrors) as refused:
        parse(pages.HEAD + toml)
    [problem] = refused.value.problems
    assert (problem.path, problem.line > 4) == (path, True)
    assert message is None or problem.message == message
    assert len(problem.message) > 20
