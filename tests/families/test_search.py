"""Anyone is found, however the telephone rings."""

import pytest

from portail.families import search
from portail.families.models import Household
from tests import factories as make


@pytest.fixture
def town(db):
    """Four families, by the name that the tests give them."""
    democivil = make.HouseholdFactory(number="6354", name="DEMOCIVIL")
    maurice = make.AdultFactory(
        household=democivil,
        first_name="Maurice",
        last_name="Democivil",
        email="Maurice.D@exemple.fr",
        mobile_phone="+33612345678",
        home_phone="+33231001122",
    )
    lea = make.ChildFactory(first_name="Léa-Rose", last_name="Democivil", phone="+33798765432")
    make.HouseholdChildFactory(household=democivil, child=lea)
    make.ChildContactFactory(household=democivil, child=lea, name="Mamie Józefina", phone="+32470123456")
    oneill = make.HouseholdFactory(number="1901", name="O'NEILL-ÑÚÑEZ")
    make.AdultFactory(household=oneill, first_name="Jean", last_name="O'Neill-Ñúñez", mobile_phone="")
    dupont = make.HouseholdFactory(number="12", name="DUPONT")
    make.AdultFactory(household=dupont, first_name="Anne", last_name="Dupont", mobile_phone="", email="")
    gone = make.HouseholdFactory(number="13", name="DUPONT", closed_at=make.NOW)
    make.AdultFactory(household=gone, first_name="Anne", last_name="Dupont", mobile_phone="", email="")
    return {
        "democivil": democivil,
        "maurice": maurice,
        "oneill": oneill,
        "dupont": dupont,
        "gone": gone,
        "lea": lea,
    }


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("6354", ["democivil"]),
        (" 6354 ", ["democivil"]),
        ("63", ["democivil"]),
        ("democivil", ["democivil"]),
        ("DÉMOCIVIL", ["democivil"]),
        ("democivil maurice", ["democivil"]),
        ("maur demo", ["democivil"]),
        ("lea rose", ["democivil"]),
        ("Léa-Rose", ["democivil"]),
        ("jozefina", ["democivil"]),
        ("0612345678", ["democivil"]),
        ("06 12 34 56 78", ["democivil"]),
        ("06.12.34", ["democivil"]),
        ("+33 6 12 34 56 78", ["democivil"]),
        ("+33 (0)6 12 34 56 78", ["democivil"]),
        ("0033612345678", ["democivil"]),
        ("02 31 00 11 22", ["democivil"]),
        ("07 98 76 54 32", ["democivil"]),
        ("+32 470 12 34 56", ["democivil"]),
        ("345678", ["democivil"]),
        ("maurice.d@exemple.fr", ["democivil"]),
        ("maurice.d@", ["democivil"]),
        ("o'neill", ["oneill"]),
        ("ONEILL", ["oneill"]),
        ("oneill nunez", ["oneill"]),
        ("Jean Ñúñez", ["oneill"]),
        ("dupont", ["dupont", "gone"]),
    ],
)
def test_found_as_typed(town, typed, names):
    found = search.find(typed)
    assert found.is_sure
    assert found.households == [town[name].pk for name in names]


@pytest.mark.parametrize(
    ("typed", "names"),
    [
        ("demosivil", ["democivil"]),
        ("dmeocivil", ["democivil"]),
        ("democivill", ["democivil"]),
        ("dupond anne", ["dupont", "gone"]),
        ("dupnot", ["dupont", "gone"]),
        ("maurisse democivil", ["democivil"]),
        ("oneil nunes", ["oneill"]),
        ("o'niell", ["oneill"]),
    ],
)
def test_slips_are_forgiven(town, typed, names):
    found = search.find(typed)
    assert not found.is_sure
    assert found.households == [town[name].pk for name in names]


@pytest.mark.parametrize(
    "typed", ["", " ", "a", "é", "'", "@", "06", "%", "_", "zzzz", "🌻", "\x00", "0699999999"]
)
def test_nobody(town, typed):
    assert search.find(typed).count == 0


@pytest.mark.parametrize("typed", ["%%", "__", "d%l", "demo_ivil", "\\'\"; --", "x" * 10_000, "ﷺ" * 200])
def test_signs_of_queries_are_only_text(town, typed):
    assert search.find(typed).count in (0, 1)


def test_the_very_name_comes_before_those_that_contain_it(db):
    longer = make.HouseholdFactory(name="MARTINEAU")
    make.AdultFactory(household=longer, first_name="Luc", last_name="Martineau")
    exact = make.HouseholdFactory(name="MARTIN")
    assert search.find("martin").households == [exact.pk, longer.pk]


def test_an_account_without_dossier_is_somebody_too(town):
    waiting = make.UserFactory(username="marie1901", first_name="Marie", last_name="Démocivis")
    agent = make.UserFactory(username="mariette", first_name="Marie", last_name="Démocivis", role="agent")
    for typed in ("marie democivis", "marie1901", "marie1901@exemple.fr"):
        assert search.find(typed).people == [waiting]
    assert agent not in search.find("democivis").people


def test_a_user_name_finds_the_dossier(town):
    town["maurice"].user = make.UserFactory(username="Momo59")
    town["maurice"].save()
    assert search.find("momo59").households == [town["democivil"].pk]


def test_a_child_of_two_dossiers_finds_both(cast):
    assert set(search.find("léa martin").households) == {cast.alice.household.pk, cast.bob.household.pk}


@pytest.mark.parametrize(("typed", "queries"), [("6354", 1), ("dupont", 8), ("demosivil", 11)])
def test_the_number_of_queries_does_not_grow(town, typed, queries, django_assert_num_queries):
    with django_assert_num_queries(queries):
        search.find(typed)
    for number in range(20):
        household = make.HouseholdFactory(name=f"DUPONT {number}")
        make.AdultFactory(household=household, first_name="Anne", last_name="Demoncivil")
    with django_assert_num_queries(queries):
        search.find(typed)


def test_families_that_may_be_the_same(town):
    alike = search.lookalikes([("Democivil", "MAURICE")])
    assert list(alike) == [town["democivil"]]
    assert list(search.lookalikes([], name="Dupont")) == [town["dupont"]]
    assert not search.lookalikes([("Maurice", "Durand")], name="")
    assert not search.lookalikes([("Maurice", "Democivil")], but=town["democivil"].pk)
    assert Household.objects.count() == 4


def test_children_that_may_be_the_same(town):
    def born(first_name, last_name, day=town["lea"].birth_date):
        return make.ChildFactory.build(first_name=first_name, last_name=last_name, birth_date=day)

    assert search.lookalike_children(born("Lea Rose", "DEMOCIVIL")) == [town["lea"]]
    assert search.lookalike_children(born("Léa-Rose", "Durand")) == [town["lea"]]
    assert search.lookalike_children(born("Hugo", "Petit")) == []
    assert search.lookalike_children(born("Lea Rose", "Democivil", make.NOW.date())) == []
