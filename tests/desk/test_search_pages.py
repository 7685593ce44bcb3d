"""The one box of the desk: nobody's name in an address, one hit opens at once."""

import pytest
from django.urls import reverse

from tests import factories as make

SEARCH = "/guichet/recherche/"


@pytest.fixture
def agent(client, cast):
    client.force_login(cast.agnes)
    return client


def look(client, words, **more):
    return client.post(SEARCH, {"q": words, **more})


def test_the_only_household_that_fits_opens_at_once(agent, cast):
    for words in ("7001", "alice martin", "ALICE@exemple.fr", " 7001 "):
        response = look(agent, words)
        assert response["Location"] == reverse("desk:household", args=[cast.alice.household.pk])


def test_several_are_listed_and_the_address_names_nobody(agent, cast):
    response = look(agent, "léa martin")
    assert response["Location"] == "/guichet/recherche/1/"
    page = agent.get(response["Location"])
    assert [row.number for row in page.context["rows"]] == ["7001", "7002"]
    assert "Recherche « léa martin »" in page.content.decode()


def test_two_tabs_keep_their_own_search(agent, cast):
    tabs = {words: look(agent, words)["Location"] for words in ("léa martin", "zorglub")}
    for words, address in tabs.items():
        assert agent.get(address).context["words"] == words


def test_the_oldest_searches_are_forgotten_politely(agent, cast):
    first = look(agent, "mot zéro")["Location"]
    for number in range(12):
        look(agent, f"mot {number}")
    response = agent.get(first, follow=True)
    assert response.redirect_chain == [(SEARCH, 302)]
    assert "n&#x27;est plus gardée" in response.content.decode()


def test_a_search_belongs_to_its_session(agent, cast):
    address = look(agent, "léa martin")["Location"]
    agent.force_login(cast.alix)
    assert "léa martin" not in agent.get(address, follow=True).content.decode()


def test_a_slip_lists_those_alike_without_opening(agent, cast):
    make.HouseholdFactory(number="6354", name="DEMOCIVIL")
    page = agent.get(look(agent, "demosivil")["Location"])
    assert [row.number for row in page.context["rows"]] == ["6354"]
    assert "Rien d'exact" in page.content.decode()


def test_alike_may_be_asked_for_beside_the_exact(agent, cast):
    make.HouseholdFactory(number="1", name="DUPOND")
    make.HouseholdFactory(number="2", name="DUPONT")
    exact = look(agent, "dupond")
    assert exact.status_code == 302
    page = agent.get(look(agent, "dupond", alike="1")["Location"])
    assert [row.number for row in page.context["rows"]] == ["1", "2"]


def test_an_account_without_dossier_is_listed_with_its_request(agent, cast):
    marie = make.UserFactory(first_name="Marie", last_name="Démocivis", username="marie1901")
    asked = make.RequestFactory(kind="link", household=None, author=marie)
    page = agent.get(look(agent, "democivis")["Location"])
    assert page.context["people"] == [(marie, asked)]
    assert reverse("desk:request", args=[asked.pk]) in page.content.decode()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("", "Écrivez un nom"),
        ("é", "au moins deux lettres ou chiffres"),
        ("'-", "au moins deux lettres ou chiffres"),
        ("x" * 10_000, "cent caractères au plus"),
    ],
)
def test_too_short_or_too_long_is_told_and_what_was_typed_stays(agent, words, told):
    response = look(agent, words)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert response.context["form"].data["q"] == words


@pytest.mark.parametrize("words", ["<script>alert(1)</script>", "%_'\";--", "🌻🌻", "{{ 7|add:7 }}"])
def test_hostile_words_are_only_words(agent, words):
    response = look(agent, words)
    assert response.status_code in (302, 422)
    if response.status_code == 302:
        assert agent.get(response["Location"]).status_code == 200


def test_the_box_is_on_every_page_of_who_reads_families_only(client, cast):
    client.force_login(cast.remi)
    assert 'id="desk-search"' in client.get("/guichet/").content.decode()
    client.force_login(cast.lou)
    assert 'id="desk-search"' not in client.get("/guichet/").content.decode()


def test_the_number_of_queries_does_not_grow(agent, cast, django_assert_num_queries):
    def grown(number):
        for _ in range(number):
            household = make.HouseholdFactory(name="ZORGLUB")
            make.AdultFactory(household=household, user=make.UserFactory())
            make.HouseholdChildFactory(household=household, child=make.ChildFactory())

    grown(2)
    address = look(agent, "zorglub")["Location"]
    with django_assert_num_queries(14):
        agent.get(address)
    grown(8)
    with django_assert_num_queries(14):
        page = agent.get(address)
    assert page.context["found"].count == 10


def test_long_results_are_paged(agent, cast):
    for _ in range(30):
        make.HouseholdFactory(name="ZORGLUB")
    address = look(agent, "zorglub")["Location"]
    assert len(agent.get(address).context["rows"]) == 25
    assert len(agent.get(f"{address}?page=2").context["rows"]) == 5
    assert len(agent.get(f"{address}?page=nimporte").context["rows"]) == 25
