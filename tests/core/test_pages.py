"""The pages of core itself: the specimen in every state, what went wrong."""

import importlib

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.template.loader import render_to_string
from django.test import RequestFactory

from portail.core import outbox, specimen, theme, urls, views
from tests.factories import NOW
from tests.guard import GuardingClient, problems


@pytest.fixture(autouse=True)
def portal(settings):
    settings.ROOT_URLCONF = "tests.core.urls"
    settings.PORTAIL_SITE = "tests.core.urls.site"
    return settings


@pytest.fixture
def visitor():
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    return request


@pytest.mark.django_db
@pytest.mark.parametrize("name", specimen.PAGES)
@pytest.mark.parametrize("query", ["", "?erreurs=1"])
def test_every_page_of_the_specimen_passes_the_guard(client, name, query):
    assert client.get(f"/dev/specimen/{name}/{query}").status_code == 200


@pytest.mark.parametrize(("production", "shown"), [(True, False), (False, True)])
def test_the_specimen_is_not_in_production(portal, production, shown):
    portal.PRODUCTION = production
    try:
        names = {pattern.name for pattern in importlib.reload(urls).urlpatterns}
    finally:
        portal.PRODUCTION = False
        importlib.reload(urls)
    assert ("specimen" in names) is shown
    assert "stylesheet" in names


@pytest.mark.django_db
def test_an_unknown_specimen_is_not_found(client):
    response = client.get("/dev/specimen/inconnu/")
    assert response.status_code == 404
    assert "Nous ne trouvons pas cette page" in response.content.decode()


def test_a_failure_is_said_calmly_without_the_database(portal):
    portal.PORTAIL_SITE = "tests.core.urls.broken_site"
    client = GuardingClient(raise_request_exception=False)
    response = client.get("/panne/")
    assert response.status_code == 500
    assert "Un incident s'est produit de notre côté" in response.content.decode()


def test_a_form_opened_too_long_ago_is_explained(portal):
    response = GuardingClient(enforce_csrf_checks=True).post("/formulaire/", {})
    assert response.status_code == 403
    assert "Cette page est restée ouverte trop longtemps" in response.content.decode()


@pytest.mark.parametrize(
    ("answer", "status"),
    [(views.bad_request, 400), (views.permission_denied, 403), (views.page_not_found, 404)],
)
def test_what_went_wrong_has_its_page_and_a_way_out(visitor, answer, status):
    response = answer(visitor, SuspiciousOperation())
    assert response.status_code == status
    assert problems(response.content) == []
    assert "Retour à la page d'accueil" in response.content.decode()


def test_what_is_too_large_is_said(visitor):
    response = views.bad_request(visitor, RequestDataTooBig())
    assert response.status_code == 413
    assert "Ce que vous envoyez est trop lourd" in response.content.decode()


def test_too_many_fields_are_refused_in_words(portal, client):
    portal.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    response = client.post("/langue/", {str(number): "x" for number in range(9)})
    assert response.status_code == 413


@pytest.mark.django_db
def test_a_wrong_method_has_its_page(client):
    response = client.put("/dev/specimen/")
    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"
    assert "Cette page ne s'ouvre pas ainsi" in response.content.decode()


def test_the_pause_after_too_many_tries_has_its_page(visitor):
    page = render_to_string("core/errors/429.html", {}, visitor)
    assert problems(page.encode()) == []


@pytest.mark.parametrize("template", ["core/confirm.html", "core/confirm_desk.html"])
def test_the_server_asks_for_a_confirmation(visitor, template):
    context = {
        "title": "Supprimer ce document ?",
        "text": "La famille ne le verra plus.",
        "confirm": "Supprimer",
        "back": "/documents/",
        "danger": True,
        "hidden": {"id": "12"},
        "desk_menu": [("Accueil", "/", "home", True)],
    }
    page = render_to_string(template, context, visitor)
    assert problems(page.encode()) == []
    assert '<input type="hidden" name="id" value="12">' in page
    assert '<a class="button" href="/documents/">Annuler</a>' in page


@pytest.mark.django_db
def test_a_mail_is_signed_by_the_commune_in_its_colour(settings):
    mail = outbox.post("core/mail/base", to="zoe@exemple.fr", subject="Bonjour", context={}, now=NOW)
    assert "Service enfance · Saint-Aubin\nTéléphone : 03 20 00 00 00\n" in mail.text
    assert "Saint-Aubin · Portail Famille" in mail.html
    assert theme.accent("#ffe14d").light in mail.html
    assert settings.UNKNOWN_VARIABLE not in mail.text + mail.html
