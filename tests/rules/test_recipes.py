"""Every recipe of docs/rules/recettes.md is read, and gives what its examples say."""

import re
from datetime import date

import pytest

from portail.rules.checks import broken_examples

from . import pages

PAGE = (pages.ROOT / "docs" / "rules" / "recettes.md").read_text(encoding="utf-8")
RECIPES = re.findall(r"(?ms)^### (.*?)$.*?^```toml\n(.*?)^```", PAGE)


@pytest.mark.parametrize(("title", "toml"), RECIPES, ids=[title for title, _ in RECIPES])
def test_a_recipe_gives_what_it_says(title, toml):
    regulation = pages.regulation(toml)
    assert [str(problem) for problem in broken_examples(regulation, pages.calendar(toml))] == []
    assert regulation.examples


def test_there_is_one_recipe_by_heading():
    assert len(RECIPES) == PAGE.count("\n### ") >= 43


def test_an_example_of_a_recipe_can_fail():
    toml = dict(RECIPES)["« La veille avant 10 h »"].replace("10:00", "11:00", 1)
    [problem] = broken_examples(pages.regulation(toml), pages.calendar(toml))
    assert "l'exemple attend lundi 11 janvier à 10 h" in problem.message
    assert date(2027, 1, 12) == pages.regulation(toml).examples[0].day
