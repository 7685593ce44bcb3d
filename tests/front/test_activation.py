"""The mailed link, sent again, and an address put right."""

from datetime import timedelta

import pytest
import time_machine

from portail.accounts import actions
from portail.accounts.models import User
from portail.families.models import Adult, Request
from tests import factories as make
from tests.accounts.helpers import kinds, link_of, mails, wanted
from tests.front.helpers import text_of

pytestmark = pytest.mark.django_db
GIVEN = {"number": "6354", "name": "democivil", "email": ""}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


def opened(**values) -> str:
    """An account waits; the path of its link."""
    actions.open_account(wanted(**values), now=make.NOW)
    return link_of(mails()[-1])


def test_opening_the_link_changes_nothing_and_the_button_activates(client):
    link = opened()
    for _scanner in range(3):
        page = client.get(link)
        assert "Activer mon compte" in text_of(page)
        assert User.objects.get().activated_at is None
    response = client.post(link, follow=True)
    assert response.redirect_chain == [("/connexion/", 302)]
    assert "Votre compte est activé." in text_of(response)
    assert User.objects.get().may_sign_in
    assert client.post("/connexion/", {"login": "democivil", "password": make.PASSWORD}).status_code == 302
    assert client.get("/accueil/")["Location"] == "/en-attente/"


def test_an_account_tied_at_once_is_told_so(client):
    make.AdultFactory(household=make.HouseholdFactory(number="6354", name="DEMOCIVIL"), first_name="Maurice")
    response = client.post(opened(references=GIVEN), follow=True)
    assert "activé et rattaché à votre dossier" in text_of(response)
    assert Adult.objects.get().user == User.objects.get()


def test_agents_see_a_request_only_once_the_address_is_confirmed(client):
    link = opened(references=GIVEN)
    assert Request.objects.count() == 0
    client.post(link)
    assert Request.objects.get().is_waiting


def refused(client, link, method="get") -> str:
    response = getattr(client, method)(link)
    assert response.status_code == 410
    return text_of(response)


@pytest.mark.parametrize("method", ["get", "post"])
def test_each_dead_link_has_its_page(client, clock, method):
    first = opened()
    actions.resend_activation("democivil", now=make.NOW + timedelta(minutes=1))
    second = link_of(mails()[-1])
    shown = refused(client, first, method)
    assert "Un lien plus récent existe" in shown
    assert "Renvoyer le lien" in shown
    clock.shift(timedelta(hours=24, minutes=1))
    shown = refused(client, second, method)
    assert "Ce lien a expiré" in shown
    assert "Renvoyer le lien" in shown
    shown = refused(client, "/activation/n-importe-quoi/", method)
    assert "Nous ne reconnaissons pas ce lien" in shown
    assert "Renvoyer le lien" in shown


def test_a_link_used_twice_leads_to_sign_in(client):
    link = opened()
    client.post(link)
    for method in ("get", "post"):
        shown = refused(client, link, method)
        assert "Votre compte est déjà activé" in shown
        assert "Se connecter" in shown


def test_the_link_holds_24_real_hours_when_the_clocks_go_back(client, clock):
    clock.move_to("2026-10-24T10:00:00+00:00")
    actions.open_account(wanted(), now=make.NOW.replace(month=10, hour=10))
    link = link_of(mails()[-1])
    assert "dimanche 25 octobre à 11" in mails()[-1].text
    clock.move_to("2026-10-25T09:59:59+00:00")
    assert client.get(link).status_code == 200
    clock.move_to("2026-10-25T10:00:00+00:00")
    assert client.get(link).status_code == 410


# --- sent again, corrected


@pytest.mark.parametrize("login", ["democivil", "maurice@exemple.fr", "personne", "actif"])
def test_the_answer_is_the_same_whoever_asks_for_a_link(client, login):
    make.UserFactory(username="actif")
    opened()
    response = client.post("/activation/renvoyer/", {"login": login}, follow=True)
    assert response.redirect_chain == [("/activation/lien-envoye/", 302)]
    assert "Si ces informations sont celles d'un compte à activer" in text_of(response)


def test_links_asked_again_and_again_slow_down_known_or_not(client):
    opened()
    answers = []
    for login in ("democivil", "personne"):
        for _ in range(3):
            assert client.post("/activation/renvoyer/", {"login": login}).status_code == 302
        response = client.post("/activation/renvoyer/", {"login": login})
        assert response.status_code == 422
        answers.append(str(response.context["form"].non_field_errors()[0]))
    assert answers == ["Trop d'essais à la suite. Patientez 60 secondes, puis recommencez."] * 2
    assert len(mails()) == 4


def test_a_mistyped_address_is_put_right(client):
    opened(email="mauricee@exemple.fr")
    data = {"login": "Democivil", "password": make.PASSWORD, "email": "maurice@exemple.fr"}
    response = client.post("/activation/corriger/", data, follow=True)
    assert response.redirect_chain == [("/activation/lien-envoye/", 302)]
    assert kinds()[-1] == ("activation", "maurice@exemple.fr")
    client.post(link_of(mails()[-1]))
    assert User.objects.get().may_sign_in


@pytest.mark.parametrize("change", [{"password": "pas le bon"}, {"login": "personne"}])
def test_the_answer_is_the_same_when_nothing_is_put_right(client, change):
    opened()
    data = {"login": "democivil", "password": make.PASSWORD, "email": "autre@exemple.fr"} | change
    assert client.post("/activation/corriger/", data)["Location"] == "/activation/lien-envoye/"
    assert len(mails()) == 1


@pytest.mark.parametrize("page", ["renvoyer", "corriger"])
@pytest.mark.parametrize("login", ["", "x" * 10_000, "\x00"])
def test_what_cannot_be_is_told(client, page, login):
    data = {"login": login, "password": "x", "email": "a@exemple.fr"}
    assert client.post(f"/activation/{page}/", data).status_code == 422


@pytest.mark.parametrize("url", ["/activation/lien-envoye/", "/mot-de-passe/lien-envoye/"])
def test_pages_of_words_are_only_read(client, url):
    assert client.get(url).status_code == 200
    assert client.post(url).status_code == 405


# --- forgotten password


def test_a_forgotten_password_is_chosen_again_and_elsewhere_is_closed(client, cast):
    elsewhere = type(client)()
    elsewhere.force_login(cast.alice.user)
    response = client.post("/mot-de-passe/", {"login": "Alice@exemple.fr"}, follow=True)
    assert response.redirect_chain == [("/mot-de-passe/lien-envoye/", 302)]
    link = link_of(mails()[-1])
    assert "alice" in text_of(client.get(link))
    data = {"password": "six-girafes-bleues", "password2": "six-girafes-bleues"}
    assert client.post(link, data)["Location"] == "/connexion/"
    assert elsewhere.get("/mon-compte/").status_code == 302
    assert client.post("/connexion/", {"login": "alice", "password": "six-girafes-bleues"}).status_code == 302
    assert "Ce lien a déjà servi" in refused(client, link)
    assert "Renvoyer le lien" in refused(client, link, "post")


def test_the_answer_is_the_same_for_an_unknown_address(client):
    assert client.post("/mot-de-passe/", {"login": "personne@exemple.fr"})["Location"] == (
        "/mot-de-passe/lien-envoye/"
    )
    assert mails() == []


def test_a_password_link_ends_after_two_hours(client, cast, clock):
    client.post("/mot-de-passe/", {"login": "alice"})
    link = link_of(mails()[-1])
    clock.shift(timedelta(hours=2))
    assert "Ce lien a expiré" in refused(client, link)
    assert "Nous ne reconnaissons pas ce lien" in refused(client, "/mot-de-passe/rien/")


def test_a_password_that_breaks_the_rules_is_refused_and_the_link_stays(client, cast):
    client.post("/mot-de-passe/", {"login": "alice"})
    link = link_of(mails()[-1])
    for password in ("court", "alice-et-les-autres", "motdepasse2026"):
        response = client.post(link, {"password": password, "password2": password})
        assert list(response.context["form"].errors) == ["password"]
        assert response.status_code == 422
    assert client.get(link).status_code == 200


def test_an_agent_invited_signs_in_with_the_password_chosen(client, cast):
    actions.invite(
        email="nina@mairie.fr",
        first_name="Nina",
        last_name="Roy",
        role="agent",
        actor=cast.alix,
        now=make.NOW,
    )
    data = {"password": "six-girafes-bleues", "password2": "six-girafes-bleues"}
    client.post(link_of(mails()[-1]), data)
    assert (
        client.post("/connexion/", {"login": "nina.roy", "password": "six-girafes-bleues"}).status_code == 302
    )
