"""« Mon compte », and an account that waits for its dossier."""

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client

from portail.accounts.models import User
from portail.core.models import JournalEntry
from portail.families.models import Adult, Request
from portail.front import devices
from tests import factories as make
from tests.accounts.helpers import kinds, link_of, mails
from tests.front.helpers import text_of

pytestmark = pytest.mark.django_db
NEW = "six-girafes-bleues"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
PAGES = ["", "mot-de-passe/", "adresse/", "preferences/", "appareils/", "fermer/"]


def signed_in(agent=FIREFOX, login="alice", client=None):
    client = client or Client()
    client.post("/connexion/", {"login": login, "password": make.PASSWORD}, HTTP_USER_AGENT=agent)
    return client


@pytest.fixture
def alice(client, cast):
    return signed_in(client=client)


@pytest.mark.parametrize("page", PAGES)
def test_each_page_asks_who_it_is_and_knows_its_methods(client, cast, page):
    url = f"/mon-compte/{page}"
    assert client.get(url)["Location"] == f"/connexion/?next={url}"
    signed_in(client=client)
    assert client.get(url).status_code == 200
    assert client.delete(url).status_code == 405


@pytest.mark.parametrize("page", PAGES[:-1])
def test_an_agent_has_an_account_too(client, cast, page):
    signed_in(login="agnes", client=client)
    shown = text_of(client.get(f"/mon-compte/{page}"))
    assert "Fermer mon compte" not in shown
    assert "Planning" not in shown


def test_an_agent_does_not_close_an_account(client, cast):
    signed_in(login="agnes", client=client)
    assert client.get("/mon-compte/fermer/").status_code == 404


def test_the_overview_says_what_there_is(alice, cast):
    shown = text_of(alice.get("/mon-compte/"))
    for words in ("alice", "alice@exemple.fr", "1 appareil", "Français", "Sur les petits écrans seulement"):
        assert words in shown


# --- password


def change(client, **values):
    data = {"current": make.PASSWORD, "password": NEW, "password2": NEW}
    return client.post("/mon-compte/mot-de-passe/", data | values)


def test_a_new_password_keeps_this_session_and_closes_the_others(alice, cast):
    elsewhere = signed_in(IPHONE)
    assert change(alice)["Location"] == "/mon-compte/"
    assert alice.get("/mon-compte/").status_code == 200
    assert elsewhere.get("/mon-compte/").status_code == 302
    assert "1 appareil" in text_of(alice.get("/mon-compte/"))
    assert kinds() == [("password_changed", "alice@exemple.fr")]
    assert User.objects.get(username="alice").check_password(NEW)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"current": "pas le bon"}, "current"),
        ({"password": "court", "password2": "court"}, "password"),
        ({"password": "martin-alice-2026", "password2": "martin-alice-2026"}, "password"),
        ({"password2": "autre"}, "password2"),
    ],
)
def test_a_password_is_not_changed_when_something_does_not_fit(alice, values, field):
    response = change(alice, **values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert User.objects.get(username="alice").check_password(make.PASSWORD)


def test_a_stolen_session_does_not_guess_the_password(alice):
    for _ in range(5):
        change(alice, current="pas le bon")
    response = change(alice)
    assert "Patientez" in str(response.context["form"].errors["current"])


# --- address


def ask(client, email="alice@ailleurs.fr", **values):
    data = {"email": email, "email2": email, "current": make.PASSWORD} | values
    return client.post("/mon-compte/adresse/", data)


def test_an_address_changes_once_confirmed_from_the_new_one(alice, cast):
    assert ask(alice)["Location"] == "/mon-compte/"
    shown = text_of(alice.get("/mon-compte/"))
    assert "Une nouvelle adresse attend d'être confirmée" in shown
    assert kinds() == [("address_confirm", "alice@ailleurs.fr"), ("address_asked", "alice@exemple.fr")]
    link = link_of(mails()[0])
    elsewhere = Client()
    assert elsewhere.get(link).status_code == 200
    assert User.objects.get(username="alice").email == "alice@exemple.fr"
    assert elsewhere.post(link)["Location"] == "/mon-compte/"
    assert User.objects.get(username="alice").email == "alice@ailleurs.fr"
    assert alice.get(link).status_code == 410


def test_one_may_keep_the_address_one_has(alice):
    ask(alice)
    alice.post("/mon-compte/adresse/garder/")
    assert "attend d'être confirmée" not in text_of(alice.get("/mon-compte/"))
    assert alice.post(link_of(mails()[0])).status_code == 410


def test_the_answer_is_the_same_for_the_address_of_another(alice, cast):
    assert ask(alice, "bob@exemple.fr")["Location"] == "/mon-compte/"
    assert kinds() == [("known_address", "bob@exemple.fr")]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": "alice@exemple.fr", "email2": "alice@exemple.fr"}, "email"),
        ({"email": "rien", "email2": "alice@ailleurs.fr"}, "email"),
        ({"email2": "autre@ailleurs.fr"}, "email2"),
        ({"current": "pas le bon"}, "current"),
    ],
)
def test_an_address_is_not_asked_when_something_does_not_fit(alice, values, field):
    response = ask(alice, **values)
    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert mails() == []


# --- preferences


def test_preferences_are_kept_and_the_pages_follow(alice):
    response = alice.post("/mon-compte/preferences/", {"mobile_layout": "on", "language": "en"})
    assert response["Location"] == "/mon-compte/"
    user = User.objects.get(username="alice")
    assert (user.mobile_layout, user.language) == (True, "en")
    assert '<html lang="en">' in alice.get("/mon-compte/").content.decode()


def test_an_unknown_language_is_refused(alice):
    assert alice.post("/mon-compte/preferences/", {"language": "xx"}).status_code == 422


# --- where one is signed in


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox sur Windows"),
        (IPHONE, "Safari sur iPhone"),
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36 Edg/130.0",
            "Edge sur Linux",
        ),
        ("curl/8", "Appareil inconnu"),
        ("", "Appareil inconnu"),
    ],
)
def test_devices_in_words(agent, words):
    assert devices.in_words(agent) == words


def test_devices_are_listed_and_closed_one_by_one_or_all_others(alice, cast):
    phone, tablet = signed_in(IPHONE), signed_in("")
    shown = text_of(alice.get("/mon-compte/appareils/"))
    assert shown.index("Firefox sur Windows") < shown.index("Appareil inconnu")
    assert "Cet appareil" in shown
    session = UserSession.objects.get(user_agent=IPHONE)
    alice.post(f"/mon-compte/appareils/{session.pk}/fermer/")
    assert phone.get("/mon-compte/").status_code == 302
    assert tablet.get("/mon-compte/").status_code == 200
    alice.post("/mon-compte/appareils/fermer/")
    assert tablet.get("/mon-compte/").status_code == 302
    assert alice.get("/mon-compte/").status_code == 200
    assert JournalEntry.objects.filter(verb="account.sessions_ended").count() == 2


def test_closing_this_device_signs_out(alice):
    session = UserSession.objects.get()
    assert alice.post(f"/mon-compte/appareils/{session.pk}/fermer/")["Location"] == "/"
    assert alice.get("/mon-compte/").status_code == 302


def test_the_device_of_another_is_not_found(alice, cast):
    bob = signed_in(login="bob")
    session = UserSession.objects.get(user=cast.bob.user)
    for pk in (session.pk, 987_654, 10**30):
        assert alice.post(f"/mon-compte/appareils/{pk}/fermer/").status_code == 404
    assert bob.get("/mon-compte/").status_code == 200
    assert alice.get(f"/mon-compte/appareils/{session.pk}/fermer/").status_code == 405


@pytest.mark.parametrize("devices_in_use", [1, 5])
def test_the_list_of_devices_asks_the_same_whatever_its_length(
    alice, cast, devices_in_use, django_assert_num_queries
):
    for _ in range(devices_in_use - 1):
        signed_in(IPHONE)
    with django_assert_num_queries(4):
        alice.get("/mon-compte/appareils/")


# --- closing


def test_an_account_is_closed_with_its_password_and_the_dossier_stays(alice, cast):
    response = alice.post("/mon-compte/fermer/", {"current": make.PASSWORD, "sure": "on"}, follow=True)
    assert response.redirect_chain == [("/", 302)]
    assert "Votre compte est fermé" in text_of(response)
    assert not User.objects.filter(username="alice").exists()
    assert Adult.objects.get(pk=cast.alice.adult.pk).user is None
    assert kinds() == [("account_closed", "alice@exemple.fr")]


@pytest.mark.parametrize("data", [{"current": make.PASSWORD}, {"current": "pas le bon", "sure": "on"}])
def test_an_account_is_not_closed_by_mistake(alice, data):
    assert alice.post("/mon-compte/fermer/", data).status_code == 422
    assert User.objects.filter(username="alice").exists()


# --- an account without dossier


@pytest.fixture
def waiting(client, cast):
    make.UserFactory(username="zora", first_name="Zora", last_name="Petit")
    return signed_in(login="zora", client=client)


def test_an_account_without_dossier_is_told_what_to_do(waiting):
    assert waiting.get("/accueil/")["Location"] == "/en-attente/"
    shown = text_of(waiting.get("/en-attente/"))
    assert "Rattacher mon dossier" in shown


def test_references_given_later_make_a_request_or_tie_at_once(waiting, cast):
    data = {"number": "7003", "name": "petit"}
    assert waiting.post("/en-attente/dossier/", data)["Location"] == "/accueil/"
    assert Request.objects.get().is_waiting
    assert "attend" in text_of(waiting.get("/en-attente/"))
    make.AdultFactory(household=cast.charlie.household, first_name="Zora")
    waiting.post("/en-attente/dossier/", {"number": "7003", "name": "PETIT"})
    assert waiting.get("/accueil/").status_code == 200
    assert waiting.get("/en-attente/")["Location"] == "/accueil/"
    assert waiting.post("/en-attente/dossier/", data)["Location"] == "/accueil/"
    assert waiting.get("/en-attente/dossier/")["Location"] == "/accueil/"  # there is nothing left to ask


def test_wrong_references_are_refused(waiting):
    assert waiting.get("/en-attente/dossier/").status_code == 200
    response = waiting.post("/en-attente/dossier/", {"number": "7003", "name": "autre"})
    assert response.status_code == 422
    assert Request.objects.count() == 0


@pytest.mark.parametrize("url", ["/en-attente/", "/en-attente/dossier/", "/accueil/"])
def test_these_pages_are_the_families(client, cast, url):
    client.force_login(cast.agnes)
    assert client.get(url).status_code == 404


def test_the_pages_of_the_account_ask_little(alice, django_assert_max_num_queries):
    for page in PAGES:
        with django_assert_max_num_queries(6):
            alice.get(f"/mon-compte/{page}")
