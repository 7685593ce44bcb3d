"""The three steps of a sign-up."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from portail.accounts.models import TermsAcceptance, User
from portail.core import throttle
from portail.front import bots, paces
from portail.messaging.models import LegalPage
from tests import factories as make
from tests.accounts.helpers import kinds, mails
from tests.front.helpers import INFORMATION, REFERENCES, information, recap, signed_up, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def dossier():
    household = make.HouseholdFactory(number="6354", name="DEMOCIVIL")
    make.AdultFactory(household=household, first_name="Maurice", last_name="Democivil")
    return household


@pytest.fixture
def terms():
    return LegalPage.objects.create(
        kind=LegalPage.Kind.TERMS, version=4, body="Conditions", published_at=make.NOW
    )


def errors(response) -> dict[str, str]:
    assert response.status_code == 422
    return {field: str(found[0]) for field, found in response.context["form"].errors.items()}


def references(client, **values):
    return client.post("/inscription/dossier/", {**REFERENCES, **values})


# --- the whole journey


def test_the_journey_of_the_guide(client, terms):
    shown = text_of(client.get("/inscription/"))
    assert "Étape 1/3 · Mes informations" in shown
    assert "Les champs obligatoires sont précédés d'un astérisque ( * )." in shown
    assert information(client)["Location"] == "/inscription/dossier/"
    page = client.get("/inscription/dossier/")
    assert "Étape 2/3 · Mes références dossier" in text_of(page)
    assert "Je n'ai pas ces informations, continuer sans" in text_of(page)
    assert page.context["form"]["email"].value() == "maurice@exemple.fr"
    assert references(client)["Location"] == "/inscription/recapitulatif/"
    page = client.get("/inscription/recapitulatif/")
    shown = text_of(page)
    assert "Étape 3/3 · Récapitulatif" in shown
    for typed in ("Democivil", "Maurice", "maurice@exemple.fr", "DEMOCIVIL", "6354", "democivil"):
        assert typed in shown
    assert "Annuler" in shown
    assert "Valider mon inscription" in shown
    assert make.PASSWORD not in page.content.decode()
    assert recap(client)["Location"] == "/inscription/bienvenue/"
    shown = text_of(client.get("/inscription/bienvenue/"))
    assert "Bienvenue sur le portail" in shown
    assert "Maurice Democivil, votre espace personnel a été créé." in shown
    assert "24 heures" in shown
    assert "Retour à la page d'accueil" in shown
    user = User.objects.get()
    assert (user.username, user.references, user.activated_at) == ("DEMOCIVIL", REFERENCES, None)
    assert user.check_password(make.PASSWORD)
    assert TermsAcceptance.objects.get().version == 4
    assert kinds() == [("activation", "maurice@exemple.fr")]


def test_the_preference_and_the_language_follow(client):
    client.cookies["portail_langue"] = "en"
    signed_up(client, mobile_layout="on")
    user = User.objects.get()
    assert (user.mobile_layout, user.language) == (True, "en")


def test_names_are_not_obliged(client):
    signed_up(client, last_name="", first_name="")
    assert "DEMOCIVIL, votre espace personnel a été créé." in text_of(client.get("/inscription/bienvenue/"))


def test_who_is_signed_in_does_not_sign_up(client, cast):
    client.force_login(cast.alice.user)
    assert client.get("/inscription/")["Location"] == "/"


# --- step 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"email": ""}, "email"),
        ({"email": "maurice"}, "email"),
        ({"email": "maurice@exemple"}, "email"),
        ({"email2": "autre@exemple.fr"}, "email2"),
        ({"email": f"{'x' * 300}@exemple.fr"}, "email"),
        ({"username": ""}, "username"),
        ({"username": "moi@exemple.fr"}, "username"),
        ({"username": "a"}, "username"),
        ({"username": "🙂🙂🙂"}, "username"),
        ({"username": "x" * 10_000}, "username"),
        ({"username": "nul\x00"}, "username"),
        ({"last_name": "x" * 10_000}, "last_name"),
        ({"first_name": "\x00"}, "first_name"),
        ({"password": "", "password2": ""}, "password"),
        ({"password": "court", "password2": "court"}, "password"),
        ({"password": "motdepasse2026", "password2": "motdepasse2026"}, "password"),
        ({"password": "maurice-est-la-2026", "password2": "maurice-est-la-2026"}, "password"),
        ({"password": "x" * 10_000, "password2": "x" * 10_000}, "password"),
        ({"password2": "autre chose"}, "password2"),
    ],
)
def test_what_must_be_corrected_is_told_beside_its_field(client, values, field):
    response = information(client, **values)
    assert field in errors(response)
    assert f'id="id_{field}_error"' in response.content.decode()
    typed = values.get("last_name", INFORMATION["last_name"])
    if len(typed) < 100:
        assert f'value="{typed}"' in response.content.decode()
    assert client.get("/inscription/dossier/")["Location"] == "/inscription/"


@pytest.mark.parametrize(
    "values",
    [
        {"last_name": "O'Neill", "username": "o.neill"},
        {"last_name": "Ñandú-Ibañez", "first_name": "Íñigo", "username": "Íñigo Ñ"},
        {"last_name": "'; DROP TABLE accounts_user; --"},
        {"last_name": "<script>alert(1)</script>", "first_name": "🙂"},
        {"last_name": "李", "first_name": "小龙", "username": "李 小龙"},
        {"email": "maurice+portail@exemple.fr", "email2": "MAURICE+portail@exemple.fr"},
    ],
)
def test_names_of_everywhere_pass(client, values):
    signed_up(client, references={"without": "on"}, **values)
    assert "<script>alert" not in mails()[0].html


def test_a_taken_user_name_is_said_with_a_free_one(client):
    make.UserFactory(username="Democivil")
    sentence = "Ce nom d'utilisateur est déjà pris. « democivil2 » est libre, par exemple."
    assert errors(information(client)) == {"username": sentence}


def test_a_known_address_changes_nothing_that_is_seen(client):
    make.UserFactory(username="maurice", email="maurice@exemple.fr")
    signed_up(client)
    assert "votre espace personnel a été créé" in text_of(client.get("/inscription/bienvenue/"))
    assert User.objects.count() == 1
    assert kinds() == [("known_address", "maurice@exemple.fr")]


# --- the trap for machines


def test_a_machine_is_stopped_and_a_person_only_presses_again(client):
    refused = information(client, **{bots.TRAP: "https://achetez.example"})
    assert "Appuyez de nouveau" in errors(refused)["__all__"]
    assert information(client).status_code == 302


# --- step 2


@pytest.mark.parametrize("name", ["DEMOCIVIL", "Démo civil", "demo-civil", " d'emocivil "])
def test_the_name_is_forgiving(client, name):
    information(client)
    assert references(client, name=name).status_code == 302


@pytest.mark.parametrize(
    "values",
    [
        {"name": "autre"},
        {"number": "9999"},
        {"number": "9999", "name": "autre"},
        {"number": "63540"},
        {"name": "🙂"},
    ],
)
def test_a_wrong_pair_is_refused_in_the_same_words(client, values):
    information(client)
    response = references(client, **values)
    assert errors(response)["__all__"].startswith("Ce numéro et ce nom ne vont pas ensemble.")
    for typed in {**REFERENCES, **values}.values():
        assert f'value="{typed}"' in response.content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "63 54"}, "number"),
        ({"number": "06354"}, "number"),
        ({"number": "x" * 10_000}, "number"),
        ({"number": "9" * 20}, "number"),
        ({"name": ""}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"email": "pas une adresse"}, "email"),
    ],
)
def test_what_cannot_be_a_reference_is_told(client, values, field):
    information(client)
    assert field in errors(references(client, **values))


def test_continuing_without_needs_nothing_else(client):
    information(client)
    data = {"without": "on", "number": "n'importe", "name": "x" * 500, "email": "rien"}
    assert client.post("/inscription/dossier/", data).status_code == 302
    assert "Vous continuez sans numéro de dossier" in text_of(client.get("/inscription/recapitulatif/"))
    recap(client)
    assert User.objects.get().references == {}


def test_wrong_pairs_slow_down_say_how_long_and_lock_nothing(client):
    with time_machine.travel(make.NOW, tick=False) as clock:
        information(client)
        for _ in range(5):
            assert "ne vont pas ensemble" in errors(references(client, name="autre"))["__all__"]
        told = errors(references(client))["__all__"]
        assert told == "Trop d'essais à la suite. Patientez 15 secondes, puis recommencez."
        other = Client(REMOTE_ADDR="192.0.2.9")
        information(other)
        assert references(other).status_code == 302
        clock.shift(timedelta(seconds=15))
        assert references(client).status_code == 302


def test_a_number_tried_from_everywhere_waits_under_a_minute():
    with time_machine.travel(make.NOW, tick=False) as clock:
        for place in range(40):
            machine = Client(REMOTE_ADDR=f"198.51.100.{place}")
            information(machine)
            references(machine, name="autre")
        family = Client(REMOTE_ADDR="192.0.2.9")
        information(family)
        assert "Patientez" in errors(references(family))["__all__"]
        clock.shift(timedelta(seconds=45))
        assert references(family).status_code == 302


# --- back, reload, two tabs, twice


def test_steps_are_taken_in_order(client):
    for step in ("dossier", "recapitulatif", "bienvenue"):
        assert client.get(f"/inscription/{step}/")["Location"] == "/inscription/"
    information(client)
    assert client.get("/inscription/recapitulatif/")["Location"] == "/inscription/"


def test_going_back_shows_what_was_typed_but_the_password_which_stays(client):
    information(client)
    references(client)
    page = client.get("/inscription/")
    html = page.content.decode()
    for typed in ("Democivil", "Maurice", "maurice@exemple.fr", "DEMOCIVIL"):
        assert f'value="{typed}"' in html
    assert make.PASSWORD not in html
    assert "argon2" not in html
    assert "md5$" not in html
    assert information(client, password="", password2="").status_code == 302
    assert client.get("/inscription/dossier/").context["form"]["number"].value() == "6354"
    recap(client)
    assert User.objects.get().check_password(make.PASSWORD)


def test_another_name_asks_for_the_password_again(client):
    information(client)
    response = information(client, first_name="Chevaux", password="", password2="")
    assert "password" in errors(response)


def test_pages_read_again_change_nothing(client):
    information(client)
    references(client)
    for _ in range(2):
        for step in ("", "dossier/", "recapitulatif/"):
            assert client.get(f"/inscription/{step}").status_code == 200
    assert User.objects.count() == 0


def test_what_another_tab_changed_is_shown_before_it_is_validated(client):
    information(client)
    references(client)
    seen = client.get("/inscription/recapitulatif/").context["draft"].digest
    information(client, first_name="Marie")
    response = client.post("/inscription/recapitulatif/", {"seen": seen})
    assert "autre onglet" in errors(response)["seen"]
    assert "Marie" in text_of(response)
    assert User.objects.count() == 0
    assert recap(client).status_code == 302
    assert User.objects.get().first_name == "Marie"


def test_validated_twice_is_one_account_and_one_mail(client):
    information(client)
    references(client)
    seen = client.get("/inscription/recapitulatif/").context["draft"].digest
    draft = client.session["sign_up"]
    assert client.post("/inscription/recapitulatif/", {"seen": seen})["Location"] == "/inscription/bienvenue/"
    assert client.post("/inscription/recapitulatif/", {"seen": seen})["Location"] == "/inscription/bienvenue/"
    session = client.session
    session["sign_up"] = draft  # the second click, read before the first had finished
    session.save()
    assert client.post("/inscription/recapitulatif/", {"seen": seen})["Location"] == "/inscription/bienvenue/"
    assert User.objects.count() == 1
    assert len(mails()) == 1


def test_the_terms_must_be_accepted(client, terms):
    information(client)
    references(client)
    assert "terms" in errors(recap(client, terms=""))
    assert User.objects.count() == 0


def test_a_user_name_taken_meanwhile_leads_back_to_its_step(client):
    information(client)
    references(client)
    make.UserFactory(username="democivil")
    response = recap(client)
    assert response["Location"] == "/inscription/"
    assert "Ce nom d'utilisateur est déjà pris" in text_of(client.get("/inscription/"))
    assert information(client, username="maurice.d", password="", password2="").status_code == 422
    assert information(client, username="maurice.d").status_code == 302
    assert recap(client)["Location"] == "/inscription/bienvenue/"


def test_cancelled_nothing_is_kept(client):
    information(client)
    references(client)
    assert client.get("/inscription/annuler/").status_code == 405
    response = client.post("/inscription/annuler/", follow=True)
    assert "rien n'a été gardé" in text_of(response)
    assert "Democivil" not in response.content.decode()
    assert Session.objects.count() == 0


def test_the_draft_lives_an_hour_and_never_holds_the_password(client):
    with time_machine.travel(make.NOW, tick=False) as clock:
        information(client)
        session = Session.objects.get()
        assert session.expire_date == make.NOW + timedelta(hours=1)
        assert make.PASSWORD not in str(session.get_decoded())
        clock.shift(timedelta(minutes=61))
        assert client.get("/inscription/dossier/")["Location"] == "/inscription/"


def test_opening_the_form_writes_nothing(client, django_assert_num_queries):
    client.get("/inscription/")
    assert Session.objects.count() == 0
    assert "portail_session" not in client.cookies


def test_accounts_opened_by_the_hundred_from_one_place_slow_down(client, rf):
    with time_machine.travel(make.NOW, tick=False):
        for _ in range(120):
            throttle.take(paces.sign_up(rf.get("/")), now=make.NOW)
        information(client)
        client.post("/inscription/dossier/", {"without": "on"})
        assert "Patientez 5 secondes" in errors(recap(client))["__all__"]
        assert User.objects.count() == 0


@pytest.mark.parametrize("step", ["", "dossier/", "recapitulatif/"])
def test_other_methods_are_refused(client, step):
    assert client.put(f"/inscription/{step}").status_code == 405


def test_nothing_personal_is_in_an_address(client):
    signed_up(client)
    for mail in mails():
        for word in ("maurice", "democivil", "6354"):
            path = mail.text.lower().partition("/activation/")[2].split()[0]
            assert word not in path


def test_each_step_asks_little(client, terms, django_assert_num_queries):
    """The commune, then the length of a password, the draft, or the draft and the version of the terms."""
    with django_assert_num_queries(2):
        client.get("/inscription/")
    information(client)
    with django_assert_num_queries(2):
        client.get("/inscription/dossier/")
    references(client)
    with django_assert_num_queries(3):
        client.get("/inscription/recapitulatif/")
