"""The public page, the legal pages, the documents to download."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.files.base import ContentFile

from portail.messaging.actions import publish_default_pages
from portail.messaging.models import Audience, LegalPage, News, PublicDocument
from tests import factories as make
from tests.front.helpers import text_of

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def today():
    with time_machine.travel(make.NOW, tick=False):
        yield


def news(title="Fermeture", **values):
    return News.objects.create(**{"title": title, "body": "Texte", "since": TODAY, **values})


def document(title="Règlement", **values):
    row = PublicDocument(
        **{
            "title": title,
            "file_name": "reglement intérieur.pdf",
            "content_type": "application/pdf",
            "size": 245_760,
            "since": TODAY,
            **values,
        }
    )
    row.file.save("x.pdf", ContentFile(b"%PDF-1.7 contenu"), save=False)
    row.save()
    return row


def test_the_public_page_has_all_that_the_guide_shows(client, cast):
    cast.commune.opening_hours = "Du lundi au vendredi\n8 h 30 – 12 h"
    cast.commune.save()
    news("Délais de Réservation", body="Vous avez jusqu'au dimanche soir 21h.")
    document()
    shown = text_of(client.get("/"))
    for words in (
        "Portail Famille",
        "Saisissez vos identifiants",
        "Nom d'utilisateur",
        "Mot de passe",
        "Se rappeler de moi",
        "Se connecter",
        "Mot de passe oublié ?",
        "Inscrivez-vous",
        "Actualités",
        "24 nov. 2026 Délais de Réservation Vous avez jusqu'au dimanche soir 21h.",
        "Documents utiles",
        "Règlement PDF, 246\xa0ko",
        "Du lundi au vendredi 8 h 30 – 12 h",
        "02 31 00 00 00",
        "Accueil Mentions légales Conditions générales d'utilisation Données personnelles Accessibilité",
    ):
        assert words.replace("\xa0", " ") in shown.replace("\xa0", " "), words


def test_an_empty_commune_says_so(client):
    shown = text_of(client.get("/"))
    assert "Aucune actualité pour le moment." in shown
    assert "Aucun document à télécharger pour le moment." in shown


@pytest.mark.parametrize("rows", [1, 5])
def test_the_public_page_asks_four_questions_whatever_its_length(
    client, cast, rows, django_assert_num_queries
):
    for number in range(rows):
        news(f"Actualité {number}")
        document(f"Document {number}")
    with django_assert_num_queries(4):
        client.get("/")


def test_news_come_by_pages_the_newest_first(client):
    for number in range(8):
        news(f"Actualité {number}", since=TODAY - timedelta(days=number))
    first, second = client.get("/"), client.get("/?page=2")
    assert [item.title for item in first.context["page"]] == [f"Actualité {n}" for n in range(6)]
    assert [item.title for item in second.context["page"]] == ["Actualité 6", "Actualité 7"]
    assert client.get("/?page=999").context["page"].number == 2
    assert client.get("/?page=<script>").context["page"].number == 1


def test_only_what_is_for_everybody_and_of_today_is_public(client):
    news("Passée", since=date(2026, 1, 1), until=date(2026, 11, 23))
    news("À venir", since=date(2026, 11, 25))
    news("Familles", audience=Audience.FAMILIES)
    news("Agents", audience=Audience.AGENTS)
    news("Du jour", until=TODAY)
    assert [item.title for item in client.get("/").context["page"]] == ["Du jour"]


def test_a_text_is_shown_as_typed_with_its_links_and_no_mark_up(client):
    news(
        "<b>Gras</b>",
        body="Un <script>alert(1)</script> texte\r\nsur deux lignes\n\n- un\n- deux https://exemple.fr/?a=1&b=2",
    )
    page = client.get("/").content.decode()
    assert "&lt;b&gt;Gras&lt;/b&gt;" in page
    assert "<p>Un &lt;script&gt;alert(1)&lt;/script&gt; texte<br>sur deux lignes</p>" in page
    link = '<a href="https://exemple.fr/?a=1&amp;b=2">https://exemple.fr/?a=1&amp;b=2</a>'
    assert f"<ul><li>un</li><li>deux {link}</li></ul>" in page


def test_who_is_signed_in_goes_home(client, cast):
    client.force_login(cast.alice.user)
    assert client.get("/")["Location"] == "/accueil/"
    client.force_login(cast.agnes)
    assert client.get("/")["Location"] == "/guichet/"


def test_families_read_their_own_news(client, cast):
    news("Familles", audience=Audience.FAMILIES)
    news("Tous")
    news("Agents", audience=Audience.AGENTS)
    client.force_login(cast.alice.user)
    assert {item.title for item in client.get("/actualites/").context["page"]} == {"Familles", "Tous"}


def test_news_of_families_ask_who_reads(client, cast):
    assert client.get("/actualites/")["Location"] == "/connexion/?next=/actualites/"
    client.force_login(cast.agnes)
    assert client.get("/actualites/").status_code == 404


def test_a_document_is_downloaded_under_its_own_name(client):
    response = client.get(f"/documents-utiles/{document().pk}/")
    assert b"".join(response.streaming_content) == b"%PDF-1.7 contenu"
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == "attachment; filename*=utf-8''reglement%20int%C3%A9rieur.pdf"
    assert response["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("audience", "reach"),
    [
        (Audience.PUBLIC, [True, True, True]),
        (Audience.FAMILIES, [False, True, True]),
        (Audience.AGENTS, [False, False, True]),
    ],
)
def test_a_document_reaches_its_audience(client, cast, audience, reach):
    url = f"/documents-utiles/{document(audience=audience).pk}/"
    found = []
    for person in (None, cast.alice.user, cast.agnes):
        if person:
            client.force_login(person)
        response = client.get(url)
        found.append(response.status_code == 200)
        if response.streaming:
            assert b"".join(response.streaming_content)
    assert found == reach


def test_a_document_out_of_its_dates_or_lost_is_not_found(client):
    late = document(since=date(2026, 11, 25))
    lost = document()
    lost.file.storage.delete(lost.file.name)
    for pk in (late.pk, lost.pk, 987_654, 10**30):
        assert client.get(f"/documents-utiles/{pk}/").status_code == 404


def test_an_agent_who_reads_a_legal_page_gets_no_places_of_families(client, cast):
    client.force_login(cast.alix)
    assert 'class="places"' not in client.get("/informations/accessibilite/").content.decode()
    client.force_login(cast.alice.user)
    assert 'class="places"' in client.get("/informations/accessibilite/").content.decode()


def test_a_commune_starts_with_its_four_legal_pages(client):
    assert len(publish_default_pages("Saint-Aubin", now=make.NOW)) == 4
    assert publish_default_pages("Saint-Aubin", now=make.NOW) == []
    for kind in LegalPage.Kind:
        response = client.get(f"/informations/{kind}/")
        shown = text_of(response)
        assert str(kind.label) in shown
        assert "Saint-Aubin" in shown
        assert "Version 1, publiée mardi 24 novembre 2026" in shown
        assert "{" not in shown


def test_the_last_version_of_a_page_is_shown(client):
    for version in (1, 2):
        LegalPage.objects.create(
            kind="accessibilite", version=version, body=f"Texte {version}", published_at=make.NOW
        )
    shown = text_of(client.get("/informations/accessibilite/"))
    assert "Texte 2" in shown
    assert "Texte 1" not in shown


def test_a_page_not_published_yet_says_so_and_an_unknown_one_is_not_found(client):
    assert "Cette page n'est pas encore publiée" in text_of(client.get("/informations/accessibilite/"))
    assert client.get("/informations/cgu/").status_code == 404


@pytest.mark.parametrize("url", ["/", "/informations/accessibilite/", "/documents-utiles/1/"])
def test_published_pages_are_only_read(client, url):
    assert client.post(url).status_code == 405


# --- the language


def test_the_language_is_kept_in_the_browser_and_leads_back(client):
    response = client.post("/langue/", {"language": "en", "next": "/informations/accessibilite/"})
    assert response["Location"] == "/informations/accessibilite/"
    assert client.cookies["portail_langue"].value == "en"
    assert client.cookies["portail_langue"]["max-age"] == 365 * 24 * 3600
    assert '<html lang="en">' in client.get("/").content.decode()


def test_the_language_of_who_is_signed_in_is_kept_in_the_account(client, cast):
    client.force_login(cast.alice.user)
    client.post("/langue/", {"language": "en", "next": "/"})
    cast.alice.user.refresh_from_db()
    assert cast.alice.user.language == "en"


@pytest.mark.parametrize(
    "data", [{"language": "xx"}, {}, {"language": "en", "next": "https://ailleurs.example/"}]
)
def test_the_language_never_breaks_nor_sends_elsewhere(client, cast, data):
    client.force_login(cast.alice.user)
    assert client.post("/langue/", data)["Location"] == "/"
    assert client.get("/langue/").status_code == 405
