"""Who is recognised at the door."""

import pytest
from django.contrib.auth import authenticate, get_user_model

from portail.accounts.models import User, username_key
from portail.accounts.queries import free_username, is_username_free
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "typed",
    [
        "Élodie O Neill",
        "élodie o neill",
        " ÉLODIE  O  NEILL ",
        "E\u0301lodie O Neill",
        "elodie@exemple.fr",
        "ELODIE@Exemple.FR ",
    ],
)
def test_a_name_or_an_address_in_whatever_case(typed):
    user = make.UserFactory(username="Élodie O Neill", email="Elodie@exemple.fr")
    assert authenticate(None, username=typed, password=make.PASSWORD) == user


@pytest.mark.parametrize(
    "typed", ["elodie", "Elodie O Neill", "", "@", "%", "' OR 1=1 --", "🙂", "x" * 10_000, "\x00"]
)
def test_nobody_else(typed):
    make.UserFactory(username="Élodie O Neill", email="elodie@exemple.fr")
    assert authenticate(None, username=typed, password=make.PASSWORD) is None


@pytest.mark.parametrize("state", [{"is_active": False}, {"activated_at": None}])
def test_who_may_not_sign_in_is_not_recognised(state):
    make.UserFactory(username="alice", **state)
    assert authenticate(None, username="alice", password=make.PASSWORD) is None


@pytest.mark.parametrize("typed", ["alice", "alice@exemple.fr", "personne", "personne@exemple.fr"])
def test_one_hash_is_computed_whatever_is_typed(typed, monkeypatch):
    """The time of an answer is that of its hashes: there is one, known or unknown, by name or by address."""
    make.UserFactory(username="alice")
    computed = []
    for name in ("check_password", "set_password"):
        real = getattr(User, name)
        monkeypatch.setattr(
            get_user_model(),
            name,
            lambda self, password, real=real: computed.append(1) or real(self, password),
        )
    assert authenticate(None, username=typed, password="pas le bon") is None
    assert len(computed) == 1


def test_user_names_are_free_or_suggested():
    make.UserFactory(username="Maurice.Democivil")
    waiting = make.UserFactory(username="maurice", activated_at=None)
    assert not is_username_free("MAURICE.democivil")
    assert not is_username_free("Maurice")
    assert is_username_free("Maurice", email=waiting.email.upper())
    assert is_username_free("marie")
    assert free_username("Maurice", "Démocivil") == "maurice.democivil2"
    assert free_username("", "🙂") == "utilisateur"


def test_the_key_of_a_name_fits_its_column_whatever_the_letters():
    assert len(username_key("ΐ" * 60)) <= User._meta.get_field("username_key").max_length
