"""Places by age, group, school, residence in a session: the tables of docs/rules/absences.md, and bad files."""

import re

import pytest

from portail.rules import SettingsErrors, parse
from portail.rules.differences import differences
from portail.rules.editables import rules_of
from portail.rules.quotas import full_quota
from portail.rules.rewriting import rewrite

from . import pages

PAGE = "absences.md"
ROWS = pages.rows(PAGE, "Service", "Jour", "Enfant", "Déjà pris", "Le portail dit")
SMALL = '[[quotas]]\nname = "Petits"\nservices = ["centre"]\nage = { max = 5 }\nmost = 24\n'


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_session_takes_the_children_that_the_page_says(row):
    cells = row.cells
    taken = {name: int(count) for name, count in re.findall(r"([^:;]+) : (\d+)(?: ; )?", cells["Déjà pris"])}
    regulation = pages.regulation(row.toml)
    day, known = pages.day(cells["Jour"]), pages.known(cells["Enfant"])
    found = full_quota(regulation.quotas, cells["Service"], day, known, taken)
    assert (found[1].fr() if found else "") == cells["Le portail dit"]
    if found:
        assert found[0].speaks_of(cells["Service"], day)


def test_the_page_has_its_rows():
    assert len(ROWS) == 10


def test_a_regulation_says_what_its_quotas_look_at():
    assert pages.regulation(ROWS[0].toml).quotas_by == {"age", "residence", "group"}
    assert pages.regulation(ROWS[0].toml).decides_by == frozenset()


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("most = 24", "most = -1", 9, "attendu"),
        ("most = 24", "", 5, "il manque « most »"),
        ('name = "Petits"', "", 5, "il manque « name »"),
        ("most = 24", 'most = 24\nchannels = ["guichet"]', 10, "« channels » n'existe pas ici"),
        ("most = 24", "most = 24\nfrom = 2027-02-01\nuntil = 2027-01-01", 11, "2027-02-01"),
        ("most = 24\n", "most = 24\n" + SMALL, 11, "le nom « Petits » est déjà celui d'un autre quota"),
    ],
)
def test_a_bad_quota_is_told_with_its_line(before, after, line, message):
    with pytest.raises(SettingsErrors) as refused:
        parse(pages.HEAD + SMALL.replace(before, after))
    (problem,) = refused.value.problems
    assert (problem.line, message in problem.message) == (line, True), problem


def test_a_quota_that_changes_is_told_and_can_be_edited():
    text = pages.HEAD + SMALL
    (rule,) = rules_of(text)["quotas"]
    changed = rewrite(text, [(rule.settings[0].path, 30)])
    assert parse(changed).quotas[0].most == 30
    (told,) = [str(one) for one in differences(parse(text), parse(changed))]
    assert "Quota « Petits »" in told
    assert "24" in told
    assert "30" in told
