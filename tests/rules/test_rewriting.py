"""One value of a settings file is changed and nothing else; groups are taken from another commune's file."""

import tomllib
from copy import deepcopy
from datetime import date
from decimal import Decimal
from functools import reduce

import pytest

from portail.rules import parse
from portail.rules.rewriting import GROUPS, blocks, rename_services, rewrite, succeed, take, written
from portail.rules.toml_lines import layout

from . import pages

FILES = sorted((pages.ROOT / "rules").glob("*.toml"))
HEAD = pages.HEAD
TEXT = (
    HEAD
    + """
# Les repas
[[tariffs]]  # voté en juin
name = "Repas"
services = ["cantine"]
price = 3.75   # par repas
round = { to = 0.05, mode = "up" }

# Le soir
[[deadlines]]
services = ["cantine", "soir"]
weekday = "dimanche"
at = "21:00"
then = [
  { effect = "agent" },  # au téléphone
]
"""
)


def load(text):
    return tomllib.loads(text, parse_float=Decimal)


def at(data, path):
    return reduce(lambda found, key: found[key], path, data)


@pytest.mark.parametrize("path", FILES[::4], ids=lambda path: path.stem)
def test_any_number_of_a_real_file_can_be_changed_alone(path):
    text = path.read_text(encoding="utf-8")
    data, found = load(text), layout(text)
    numbers = [p for p in found.values if isinstance(at(data, p), int | Decimal) and at(data, p) is not True]
    for place in numbers[:: max(1, len(numbers) // 5)]:
        expected = deepcopy(data)
        at(expected, place[:-1])[place[-1]] = Decimal("987.65")
        after = rewrite(text, [(place, Decimal("987.65"))])
        assert load(after) == expected
        assert after.count("#") == text.count("#")
        assert len(after.splitlines()) == len(text.splitlines())


@pytest.mark.parametrize("path", FILES[::4], ids=lambda path: path.stem)
def test_a_real_file_is_the_sum_of_its_blocks(path):
    text = path.read_text(encoding="utf-8")
    assert "".join(block.text for block in blocks(text)) == text
    names = {block.name for block in blocks(text)} - {""}
    assert names == set(load(text)) - {"format"}


def test_a_value_changes_and_its_comment_stays():
    after = rewrite(TEXT, [(("tariffs", 0, "price"), Decimal("3.8")), (("deadlines", 0, "at"), "18:30")])
    assert after == TEXT.replace("3.75   #", "3.80   #").replace("21:00", "18:30")


def test_a_setting_that_was_not_there_is_added_in_its_table():
    after = rewrite(
        TEXT,
        [
            (("deadlines", 0, "before"), 2),
            (("deadlines", 0, "then", 0, "at"), "09:00"),
            (("tariffs", 0, "from"), date(2027, 9, 1)),
        ],
    )
    assert load(after)["deadlines"][0]["before"] == 2
    assert '{ effect = "agent", at = "09:00" },  # au téléphone' in after
    assert 'mode = "up" }\nfrom = 2027-09-01\n' in after


def test_a_setting_taken_away_leaves_the_others():
    after = rewrite(
        TEXT,
        [
            (("deadlines", 0, "weekday"), None),
            (("tariffs", 0, "round", "to"), None),
            (("tariffs", 0, "price"), None),
            (("tariffs", 0, "absent"), None),
        ],
    )
    assert "weekday" not in after
    assert 'round = { mode = "up" }' in after
    assert "\n# par repas\n" in after
    last = rewrite(TEXT, [(("tariffs", 0, "round", "mode"), None)])
    assert "round = { to = 0.05 }" in last


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Decimal("3.8"), "3.80"),
        (Decimal("4"), "4.00"),
        (Decimal("100"), "100.00"),
        (Decimal("0.105"), "0.105"),
        (Decimal("-0.5"), "-0.50"),
        (7, "7"),
        (True, "true"),
        ('l"été\n', '"l\\"été\\u000a"'),
    ],
)
def test_values_are_written_as_people_write_them(value, expected):
    assert written(value) == expected
    assert load(f"a = {written(value)}")["a"] == value


THEIRS = (
    HEAD.replace("Ostricourt", "Ailleurs")
    + """
[[tariffs]]
name = "Repas d'ailleurs"
services = ["restauration"]
price = 4.10

# Leur limite
[[deadlines]]
services = ["restauration"]
before = 2

[[bookings.openings]]
services = ["restauration"]
on = 2027-01-04

[quotient]
renewal = "02-01"
"""
)


def test_groups_are_taken_with_their_comments_and_the_rest_stays_ours():
    after = take(TEXT, THEIRS, ["deadlines", "quotient"])
    assert parse(after).commune.name == "Ostricourt"
    assert [t.name for t in parse(after).tariffs] == ["Repas"]
    assert "# Leur limite\n[[deadlines]]" in after
    assert "# Le soir" not in after
    assert parse(after).quotient.renewal == (2, 1)
    assert len(parse(after).openings) == 1


def test_taking_what_they_do_not_have_leaves_us_without_it():
    after = take(TEXT, HEAD, ["tariffs"])
    assert parse(after).tariffs == ()
    assert len(parse(after).deadlines) == 1


def test_a_new_grid_follows_the_old_one_from_a_day_on():
    text = TEXT.replace("price = 3.75   # par repas", "until = 2028-08-31\nprice = 3.75   # par repas")
    after = succeed(text, ("tariffs", 0), date(2027, 9, 1))
    old, new = load(after)["tariffs"]
    assert (old["until"], new["from"], new["until"]) == (
        date(2027, 8, 31),
        date(2027, 9, 1),
        date(2028, 8, 31),
    )
    assert {**old, "until": 0} == {key: 0 if key == "until" else v for key, v in new.items() if key != "from"}
    assert after.index("2027-09-01") < after.index("# Le soir")
    assert parse(after).deadlines == parse(text).deadlines


def test_the_tables_below_a_rule_follow_it_too():
    text = (
        HEAD
        + '[[tariffs]]\nname = "a"\npercent = 1\n[tariffs.round]\nto = 0.05\n[[tariffs.adjust]]\namount = 1\n'
    )
    old, new = parse(succeed(text, ("tariffs", 0), date(2027, 1, 1))).tariffs
    assert (old.rounding, old.adjustments) == (new.rounding, new.adjustments)


@pytest.mark.parametrize("path", FILES[::9], ids=lambda path: path.stem)
def test_the_last_tariff_of_a_real_file_can_be_followed_by_another(path):
    text = path.read_text(encoding="utf-8")
    tariffs = parse(text).tariffs
    free = [n for n, t in enumerate(tariffs) if not (t.scope.valid_from or t.scope.valid_until)]
    if free:
        after = parse(succeed(text, ("tariffs", free[-1]), date(2030, 1, 1)))
        assert len(after.tariffs) == len(tariffs) + 1
        assert after.deadlines == parse(text).deadlines


def test_every_real_file_can_be_taken_whole():
    for path in FILES[::10]:
        theirs = path.read_text(encoding="utf-8")
        after, alone = parse(take(TEXT, theirs, GROUPS)), parse(theirs)
        for group in (
            "deadlines",
            "openings",
            "tariffs",
            "surcharges",
            "absences",
            "constraints",
            "quotas",
            "quotient",
        ):
            assert getattr(after, group) == getattr(alone, group)


def test_codes_of_services_are_renamed_wherever_a_rule_names_one():
    after = rename_services(THEIRS, {"restauration": "cantine"})
    assert after == THEIRS.replace("restauration", "cantine")
    assert rename_services(TEXT, {"Repas": "cantine"}) == TEXT
