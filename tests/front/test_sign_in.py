"""Coming in and going out."""

from datetime import timedelta

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.test import Client

from portail.accounts.models import TermsAcceptance, User
from portail.messaging.models import LegalPage
from tests import factories as make
from tests.front.helpers import text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock():
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


def sign_in(client, login="alice", password=make.PASSWORD, **values):
    return client.post("/connexion/", {"login": login, "password": password, **values})


def refusal(response) -> str:
    assert response.status_code == 422
    (sentence,) = response.context["form"].non_field_errors()
    return str(sentence)


@pytest.mark.parametrize("login", ["alice", "ALICE ", "Alice@Exemple.fr"])
def test_by_user_name_or_address(client, cast, login):
    response = sign_in(client, login)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/accueil/").status_code == 200


def test_the_page_says_what_the_guide_says(client):
    shown = text_of(client.get("/connexion/"))
    for words in (
        "Nom d'utilisateur",
        "ou votre adresse e-mail",
        "Mot de passe",
        "Se rappeler de moi",
        "Se connecter",
    ):
        assert words in shown
    assert "Mot de passe oublié ?" in shown
    assert "Inscrivez-vous" in shown


def test_unknown_or_wrong_is_said_in_the_same_words_and_keeps_what_was_typed(client, cast):
    wrong, unknown = sign_in(client, password="pas le bon"), sign_in(client, "personne")
    assert refusal(wrong) == refusal(unknown)
    page = wrong.content.decode()
    assert 'value="alice"' in page
    assert "pas le bon" not in page


@pytest.mark.parametrize("data", [{"login": ""}, {"login": "alice", "password": ""}, {"login": "x" * 10_000}])
def test_what_is_missing_or_too_long_is_told(client, data):
    assert client.post("/connexion/", data).status_code == 422


@pytest.mark.parametrize(
    "login", ["' OR 1=1 --", "🙂", "O'Neill", "Ñandú", "%", "x" * 254, "\u202e", "null\x00"]
)
def test_odd_names_are_nobody(client, cast, login):
    assert sign_in(client, login).status_code == 422


def test_an_account_not_activated_learns_what_to_do(client, cast):
    User.objects.filter(pk=cast.alice.user.pk).update(activated_at=None)
    response = sign_in(client)
    assert "pas encore activé" in refusal(response)
    page = response.content.decode()
    assert "/activation/renvoyer/" in page
    assert "/activation/corriger/" in page
    assert "pas encore activé" not in refusal(sign_in(client, password="pas le bon"))


def test_a_disabled_account_learns_who_to_call_and_loses_its_sessions(client, cast):
    sign_in(client)
    User.objects.filter(pk=cast.alice.user.pk).update(is_active=False)
    assert client.get("/accueil/")["Location"] == "/connexion/?next=/accueil/"
    assert "désactivé" in refusal(sign_in(client))


@pytest.mark.parametrize(("remember", "seconds"), [({"remember": "on"}, 30 * 24 * 3600), ({}, "")])
def test_remembered_for_30_days_or_until_the_browser_closes(client, cast, remember, seconds):
    sign_in(client, **remember)
    assert client.cookies["portail_session"]["max-age"] == seconds


@pytest.mark.parametrize(
    ("wanted", "reached"),
    [
        ("/mon-compte/", "/mon-compte/"),
        ("", "/"),
        ("https://ailleurs.example/", "/"),
        ("//ailleurs.example/", "/"),
        ("javascript:alert(1)", "/"),
        ("/\\ailleurs.example", "/"),
    ],
)
def test_the_page_wanted_is_reached_never_another_site(client, cast, wanted, reached):
    page = client.get("/connexion/", {"next": wanted}).content.decode()
    assert ('name="next" value="/mon-compte/"' in page) is (reached != "/")
    assert "ailleurs" not in page
    assert sign_in(client, next=wanted)["Location"] == reached
    assert client.get("/connexion/", {"next": wanted})["Location"] == reached


def test_wrong_passwords_slow_down_and_say_how_long(client, cast, clock):
    for _ in range(5):
        sign_in(client, password="pas le bon")
    assert refusal(sign_in(client)) == "Trop d'essais à la suite. Patientez 15 secondes, puis recommencez."
    clock.shift(timedelta(seconds=15))
    assert sign_in(client).status_code == 302


def test_another_place_is_not_slowed_by_wrong_passwords_from_here(client, cast, clock):
    for _ in range(12):
        sign_in(client, password="pas le bon")
    assert (
        Client(REMOTE_ADDR="192.0.2.1")
        .post("/connexion/", {"login": "alice", "password": make.PASSWORD})
        .status_code
        == 302
    )


def test_passwords_tried_from_everywhere_never_lock_an_account_for_long(cast, clock):
    for number in range(60):
        place = Client(REMOTE_ADDR=f"198.51.100.{number}")
        place.post("/connexion/", {"login": "alice", "password": "pas le bon"})
    owner = Client(REMOTE_ADDR="192.0.2.1")
    assert owner.post("/connexion/", {"login": "alice", "password": make.PASSWORD}).status_code == 422
    clock.shift(timedelta(seconds=45))
    assert owner.post("/connexion/", {"login": "alice", "password": make.PASSWORD}).status_code == 302


def test_good_passwords_never_slow_down(client, cast):
    for _ in range(12):
        assert sign_in(client).status_code == 302
        client.post("/deconnexion/")


def test_going_out_is_a_post(client, cast):
    sign_in(client)
    assert client.get("/deconnexion/").status_code == 405
    response = client.post("/deconnexion/", follow=True)
    assert "Vous êtes déconnecté" in text_of(response)
    assert client.get("/accueil/").status_code == 302
    assert client.post("/deconnexion/").status_code == 302
    assert UserSession.objects.count() <= 1


def test_a_place_signed_in_is_remembered(client, cast):
    client.post("/connexion/", {"login": "alice", "password": make.PASSWORD}, HTTP_USER_AGENT="Firefox")
    session = UserSession.objects.get()
    assert (session.user, session.user_agent) == (cast.alice.user, "Firefox")


def test_the_language_of_the_account_comes_with_a_new_browser(client, cast):
    User.objects.filter(pk=cast.alice.user.pk).update(language="en")
    sign_in(client)
    assert client.cookies["portail_langue"].value == "en"
    elsewhere = Client()
    elsewhere.cookies["portail_langue"] = "fr"
    elsewhere.post("/connexion/", {"login": "alice", "password": make.PASSWORD})
    assert elsewhere.cookies["portail_langue"].value == "fr"


def test_signing_in_asks_few_questions(client, cast, django_assert_max_num_queries):
    with django_assert_max_num_queries(28):
        sign_in(client)


# --- a session that ended


def test_htmx_goes_back_to_sign_in_with_the_whole_page(client):
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/mon-compte/?page=2"}
    response = client.get("/accueil/", headers=headers)
    assert response["HX-Redirect"] == "/connexion/?next=%2Fmon-compte%2F%3Fpage%3D2"


def test_a_form_sent_too_late_comes_back_to_its_page(client):
    headers = {"Referer": "http://testserver/mon-compte/appareils/"}
    response = client.post("/mon-compte/appareils/fermer/", headers=headers)
    assert response["Location"] == "/connexion/?next=%2Fmon-compte%2Fappareils%2F"
    elsewhere = client.post(
        "/mon-compte/appareils/fermer/", headers={"Referer": "https://ailleurs.example/x"}
    )
    assert elsewhere["Location"] == "/connexion/?next=%2F"


# --- terms of use that changed


def publish_terms(version):
    LegalPage.objects.create(
        kind=LegalPage.Kind.TERMS, version=version, body=f"Conditions {version}", published_at=make.NOW
    )


def test_new_terms_are_accepted_first(client, cast):
    publish_terms(1)
    TermsAcceptance.objects.create(user=cast.alice.user, version=1, at=make.NOW)
    sign_in(client)
    assert client.get("/accueil/").status_code == 200
    client.post("/deconnexion/")
    publish_terms(2)
    sign_in(client)
    assert client.get("/accueil/")["Location"] == "/mon-compte/conditions/"
    assert "Conditions 2" in text_of(client.get("/mon-compte/conditions/"))
    assert client.post("/mon-compte/conditions/", {"version": "2"})["Location"] == "/"
    assert client.get("/accueil/").status_code == 200
    assert client.get("/mon-compte/conditions/")["Location"] == "/"
    assert cast.alice.user.acceptances.count() == 2


def test_terms_that_changed_again_are_shown_again(client, cast):
    publish_terms(1)
    sign_in(client)
    publish_terms(2)
    response = client.post("/mon-compte/conditions/", {"version": "1"})
    assert "Conditions 2" in text_of(response)
    assert cast.alice.user.acceptances.count() == 0


def test_an_agent_lands_at_the_desk(client, cast):
    sign_in(client, "agnes")
    assert client.get("/")["Location"] == "/guichet/"


def test_agents_have_no_terms_to_accept(client, cast):
    publish_terms(1)
    sign_in(client, "agnes")
    assert client.get("/mon-compte/").status_code == 200
    assert client.get("/mon-compte/conditions/")["Location"] == "/"
