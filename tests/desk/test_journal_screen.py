"""The journal of the commune, narrowed by its reader."""

import pytest
from django.urls import reverse

from portail.core import journal
from tests.desk.screens import errors
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(cast):
    with journal.acting_from("desk"):
        journal.record(
            "school.changed",
            "school:1",
            summary="École modifiée : Jules-Verne",
            now=NOW.replace(day=23, hour=23, minute=30),  # 24 November in Paris
            actor=cast.agnes,
            before={"name": "<b>Verne</b>"},
            after={"name": "Jules-Verne"},
        )
        journal.record(
            "news.removed", "news:4", summary="Actualité retirée", now=NOW.replace(day=20), actor=cast.alix
        )
    journal.record("account.purged", "user:9", summary="Compte retiré", now=NOW.replace(day=10))


def shown(client, **asked) -> list[str]:
    return [line.summary for line in client.get(reverse("desk:journal"), asked).context["page"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["École modifiée : Jules-Verne", "Actualité retirée", "Compte retiré"]),
        ({"q": "verne"}, ["École modifiée : Jules-Verne"]),
        ({"auteur": "alix"}, ["Actualité retirée"]),
        ({"objet": "user"}, ["Compte retiré"]),
        ({"canal": "command"}, ["Compte retiré"]),
        ({"du": "2026-11-24"}, ["École modifiée : Jules-Verne"]),
        ({"au": "2026-11-20"}, ["Actualité retirée", "Compte retiré"]),
        ({"du": "2026-11-11", "au": "2026-11-23"}, ["Actualité retirée"]),
        ({"q": "rien de tel"}, []),
    ],
)
def test_lines_are_narrowed(administration, lines, asked, found):
    assert shown(administration, **asked) == found


def test_before_and_after_are_shown_as_text(administration, lines):
    page = administration.get(reverse("desk:journal")).content.decode()
    assert "École : &lt;b&gt;Verne&lt;/b&gt; → Jules-Verne" in page
    assert "Agnès Mairie" in page


@pytest.mark.parametrize(
    ("asked", "field"), [({"du": "2026-02-30"}, "du"), ({"canal": "x"}, "canal"), ({"objet": "%"}, "objet")]
)
def test_what_is_badly_asked_is_refused_in_words(administration, lines, asked, field):
    assert list(errors(administration.get(reverse("desk:journal"), asked))) == [field]


def test_it_is_paged_and_costs_the_same(administration, django_assert_num_queries):
    for number in range(60):
        if number in (1, 59):
            with django_assert_num_queries(5):
                administration.get(reverse("desk:journal"))
        journal.record("a.b", "commune:1", summary=f"Ligne {number}", now=NOW, after={"n": number})
    assert len(administration.get(reverse("desk:journal"), {"page": 2}).context["page"]) == 30
