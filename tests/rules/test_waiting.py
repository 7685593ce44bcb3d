"""Waiting lists: the tables of docs/rules/attente.md, the order whatever comes, and files to mend."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portail.rules import SettingsErrors, parse
from portail.rules.differences import differences
from portail.rules.editables import rules_of
from portail.rules.rewriting import rewrite
from portail.rules.waiting import Candidate, Criterion, Ends, Order, WaitingRule, ranked, waiting_for

from . import pages

PAGE = "attente.md"
ORDERS = pages.rows(PAGE, "Service", "Demandes", "La liste")
ROOMS = pages.rows(PAGE, "Service", "Sur la liste", "Jours attendus par l'enfant", "Le portail dit")
OFFERS = pages.rows(PAGE, "Service", "Proposée le", "La liste finit le", "L'offre tient jusqu'au")
DAY = date(2026, 12, 9)
ASKED = re.compile(r"(\w) le (\d\d)/(\d\d) (\d\d):(\d\d) ?(.*)")
LIST = '[[waiting]]\nname = "Centre"\nservices = ["centre"]\norder = "points"\nvalid_hours = 24\n'
POINTS = '[[waiting.criteria]]\nlabel = "Habitant"\nresidences = ["commune"]\npoints = 3\n'


def rule_of(row):
    found = waiting_for(pages.regulation(ORDERS[0].toml).waiting, row.cells["Service"], DAY)
    assert found is not None
    return found


@pytest.mark.parametrize("row", ORDERS, ids=str)
def test_the_list_is_in_the_order_of_the_page(row):
    names, candidates = {}, []
    for key, asked in enumerate(row.cells["Demandes"].split(" ; ")):
        name, day, month, hour, minute, known = ASKED.fullmatch(asked).groups()
        since = datetime(2026, int(month), int(day), int(hour), int(minute), tzinfo=pages.PARIS)
        names[key] = name
        candidates.append(Candidate(key, since, pages.known(known)))
    rule = rule_of(row)
    found = ranked(rule, row.cells["Service"], DAY, candidates)
    points = rule.sorted_by is Order.POINTS
    told = [names[r.candidate.key] + (f" ({r.points})" if points else "") for r in found]
    assert ", ".join(told) == row.cells["La liste"]


@pytest.mark.parametrize("row", ROOMS, ids=str)
def test_the_list_takes_as_many_as_the_page_says(row):
    counts = int(row.cells["Sur la liste"]), int(row.cells["Jours attendus par l'enfant"])
    refused = rule_of(row).no_room(*counts)
    assert (refused.fr() if refused else "") == row.cells["Le portail dit"]


@pytest.mark.parametrize("row", OFFERS, ids=str)
def test_an_offer_holds_as_long_as_the_page_says(row):
    made, closes = pages.moment(row.cells["Proposée le"]), pages.moment(row.cells["La liste finit le"])
    until = pages.moment(row.cells["L'offre tient jusqu'au"])
    assert rule_of(row).offer_until(made, closes) == until


def test_the_page_has_its_rows():
    assert (len(ORDERS), len(ROOMS), len(OFFERS)) == (7, 4, 4)


def test_a_rank_is_explained():
    since = datetime(2026, 12, 1, 8, 5, tzinfo=UTC)
    rule = pages.regulation(ORDERS[0].toml).waiting[0]
    known = pages.known('residence = "commune", work = "tous"')
    (found,) = ranked(rule, "centre", DAY, [Candidate(1, since, known)])
    assert found.told().fr() == "1er sur la liste d'attente"
    assert [one.fr() for one in found.because(pages.PARIS)] == [
        "15 points",
        "Habitant de la commune : 10",
        "Les deux parents travaillent : 5",
        "demande du mardi 1er décembre à 9 h 05",
    ]
    by_date = waiting_for(pages.regulation(ORDERS[0].toml).waiting, "etude", DAY)
    first, second = ranked(by_date, "etude", DAY, [Candidate(2, since), Candidate(1, since)])
    assert [first.candidate.key, second.told().fr()] == [1, "2e sur la liste d'attente"]
    assert [one.fr() for one in second.because(pages.PARIS)] == ["demande du mardi 1er décembre à 9 h 05"]


_KNOWN = st.fixed_dictionaries(
    {}, optional={"residence": st.sampled_from(["commune", "extérieur"]), "work": st.just("tous")}
).map(lambda facts: tuple(sorted(facts.items())))
_PEOPLE = st.lists(st.tuples(st.integers(0, 3), _KNOWN), max_size=8)


@given(people=_PEOPLE, data=st.data())
def test_the_order_is_total_and_depends_on_nothing_else(people, data):
    rule = pages.regulation(ORDERS[0].toml).waiting[0]
    start = datetime(2026, 12, 1, tzinfo=UTC)
    waiting = [Candidate(n, start + timedelta(hours=hours), known) for n, (hours, known) in enumerate(people)]
    found = ranked(rule, "centre", DAY, waiting)
    assert found == ranked(rule, "centre", DAY, data.draw(st.permutations(waiting)))
    assert [one.rank for one in found] == list(range(1, len(people) + 1))
    assert {one.candidate for one in found} == set(waiting)
    keys = [(-one.points, one.candidate.since, one.candidate.key) for one in found]
    assert keys == sorted(keys)
    assert all(one.points == sum(c.points for c in one.won) for one in found)
    # Whoever leaves changes nothing of the order of the others.
    for gone in waiting:
        left = ranked(rule, "centre", DAY, [one for one in waiting if one != gone])
        assert [one.candidate for one in left] == [o.candidate for o in found if o.candidate != gone]


def test_the_narrowest_list_speaks():
    everywhere = WaitingRule("Toutes")
    named = WaitingRule("Centre", pages.regulation(ORDERS[0].toml).waiting[0].scope)
    assert waiting_for((named, everywhere), "centre", DAY) is named
    assert waiting_for((named, everywhere), "etude", DAY) is everywhere
    assert waiting_for((named,), "etude", DAY) is None


def test_a_regulation_says_what_its_lists_look_at():
    assert pages.regulation(ORDERS[0].toml).ranks_by == {"residence", "work", "sibling_service", "quotient"}


@pytest.mark.parametrize(
    ("before", "after", "line", "message"),
    [
        ("valid_hours = 24", "valid_hours = 0", 9, "de 1 à 720"),
        ('order = "points"', 'order = "sort"', 8, '"date", "points"'),
        ('order = "points"', "", 10, 'order = "points" est attendu'),
        (POINTS, "", 8, "au moins un critère est attendu"),
        ('residences = ["commune"]\n', "", 10, "il manque à qui"),
        ('residences = ["commune"]', 'reasons = ["maladie"]', 12, "« reasons » n'existe pas ici"),
        ("points = 3\n", "points = 3\n" + LIST + POINTS, 14, "une autre règle de liste d'attente"),
        ("valid_hours = 24", "from = 2027-02-01\nuntil = 2027-01-01", 10, "2027-02-01"),
    ],
)
def test_a_bad_list_is_told_with_its_line(before, after, line, message):
    with pytest.raises(SettingsErrors) as refused:
        parse(pages.HEAD + (LIST + POINTS).replace(before, after))
    problem = refused.value.problems[0]
    assert (problem.line, message in problem.message) == (line, True), problem


def test_a_list_that_changes_is_told_and_can_be_edited():
    text = pages.HEAD + LIST + POINTS
    (rule,) = rules_of(text)["waiting"]
    hours, points = rule.settings
    changed = rewrite(text, [(hours.path, 12), (points.path, 8)])
    after = parse(changed).waiting[0]
    assert (after.hours, after.criteria[0].points) == (12, 8)
    assert differences(parse(text), parse(changed)) == (
        "Liste d'attente « Centre », centre : ordre par points, réponse sous (heures) 24 devient ordre par points, "
        "réponse sous (heures) 12.",
        "Liste d'attente « Centre », centre, critère « Habitant », résidence commune : 3 points devient 8 points.",
    )
    assert parse(text).waiting[0] == WaitingRule(
        "Centre",
        parse(text).waiting[0].scope,
        Order.POINTS,
        24,
        Ends.DEADLINE,
        criteria=(Criterion("Habitant", 3, parse(text).waiting[0].criteria[0].scope),),
    )
