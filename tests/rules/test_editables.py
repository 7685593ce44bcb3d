"""What a secretary changes most is found in any file, with its place."""

from decimal import Decimal

import pytest

from portail.rules import parse
from portail.rules.editables import Kind, rule_of, rules_of
from portail.rules.rewriting import rewrite

from . import pages

FILES = sorted((pages.ROOT / "rules").glob("*.toml"))
TEXT = (
    pages.HEAD
    + """
[[tariffs]]
name = "Accueil"
services = ["alsh"]
columns = [{ residences = ["commune"] }, { residences = ["extérieur"] }]
bands = [{ max = 700, prices = [6.23, 9.37] }, { prices = [8.87, 12.01] }]
adjust = [{ label = "Fratrie", rank = { min = 2 }, percent = -20 }]

[[deadlines]]
services = ["alsh"]
weekday = "jeudi"
table = { lundi = "jamais", mardi = { before = 2 } }

[[deadlines]]
services = ["cantine"]
before = 2
then = [{ effect = "agent", at = "09:00" }]

[[surcharges]]
name = "Retard"
trigger = "late-pick-up"
amount = 5

[quotient]
"""
)


def labels(section, number):
    return {s.label: s.value for s in rule_of(TEXT, section, number).settings}


def test_a_tariff_offers_its_bands_columns_and_adjustments():
    assert labels("tariffs", 1) == {
        "Tranche 1, jusqu'à": 700,
        "Prix, tranche jusqu'à 700, résidence commune": Decimal("6.23"),
        "Prix, tranche jusqu'à 700, résidence extérieur": Decimal("9.37"),
        "Prix, tranche au-delà de 700, résidence commune": Decimal("8.87"),
        "Prix, tranche au-delà de 700, résidence extérieur": Decimal("12.01"),
        "Fratrie, en %": -20,
        "Premier jour de service concerné": None,
        "Dernier jour de service concerné": None,
    }


def test_a_deadline_offers_its_formula_table_and_tiers():
    assert labels("deadlines", 1) == {
        "Jour de la semaine": "jeudi",
        "Limite pour le lundi": "jamais",
        "Le mardi, nombre (jours, semaines…) avant": 2,
        "Premier jour de service concerné": None,
        "Dernier jour de service concerné": None,
    }
    assert labels("deadlines", 2) == {
        "Nombre (jours, semaines…) avant": 2,
        "Compté en": None,
        "Jour de la semaine": None,
        "Heure": None,
        "Après la limite (1), heure": "09:00",
        "Premier jour de service concerné": None,
        "Dernier jour de service concerné": None,
    }


def test_surcharges_and_the_renewal_of_quotients_are_offered():
    assert labels("surcharges", 1) == {"Montant en plus": 5}
    assert list(labels("quotient", 1).values()) == [None, None, None]
    assert rule_of(TEXT, "quotient", 2) is None
    assert rule_of(TEXT, "pirates", 1) is None


@pytest.mark.parametrize("path", FILES[::3], ids=lambda path: path.stem)
def test_every_amount_of_a_real_file_is_offered_and_can_be_written(path):
    text = path.read_text(encoding="utf-8")
    money = [
        setting
        for rules in rules_of(text).values()
        for rule in rules
        for setting in rule.settings
        if setting.kind is Kind.MONEY and setting.value is not None
    ]
    for setting in money[:: max(1, len(money) // 4)]:
        after = rewrite(text, [(setting.path, Decimal(str(setting.value)) + 1)])
        assert parse(after) != parse(text)
