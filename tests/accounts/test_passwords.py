"""Passwords forgotten, chosen, changed, and what they may be."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from portail.accounts import actions
from portail.accounts.keys import LinkRefused
from portail.accounts.models import Role
from portail.accounts.validators import LengthOfTheCommune
from tests import factories as make
from tests.accounts.helpers import key_of, kinds, mails

pytestmark = pytest.mark.django_db
NEW = "six-girafes-bleues"


@pytest.mark.parametrize("typed", ["alice", "ALICE", "Alice@Exemple.fr"])
def test_a_link_goes_to_the_address_of_the_account(typed):
    make.UserFactory(username="alice")
    actions.ask_password_link(typed, now=make.NOW)
    assert kinds() == [("password", "alice@exemple.fr")]


def test_no_link_for_nobody_nor_for_a_disabled_account():
    make.UserFactory(username="alice", is_active=False)
    for typed in ("alice", "personne@exemple.fr", "@", "x" * 10_000):
        actions.ask_password_link(typed, now=make.NOW)
    assert mails() == []


def test_the_link_sets_the_password_once():
    user = make.UserFactory(username="alice")
    actions.ask_password_link("alice", now=make.NOW)
    key = key_of(mails()[0])
    assert actions.choose_password(key, NEW, now=make.NOW) == (user, False)
    user.refresh_from_db()
    assert user.check_password(NEW)
    with pytest.raises(LinkRefused):
        actions.choose_password(key, "neuf-castors-roux", now=make.NOW)
    assert kinds()[1:] == [("password_changed", "alice@exemple.fr")]


def test_a_password_refused_leaves_the_link_alive():
    user = make.UserFactory(username="alice", first_name="Alice", last_name="Martin")
    actions.ask_password_link("alice", now=make.NOW)
    key = key_of(mails()[0])
    with pytest.raises(ValidationError):
        actions.choose_password(key, "martin-pecheur-2026", now=make.NOW)
    assert actions.choose_password(key, NEW, now=make.NOW)[0] == user


def test_an_invited_agent_who_forgot_gets_the_invitation_again():
    make.UserFactory(username="agnes", role=Role.AGENT, activated_at=None, activation_sent_at=make.NOW)
    actions.ask_password_link("agnes", now=make.NOW + timedelta(days=5))
    key = key_of(mails()[0])
    user, is_first = actions.choose_password(key, NEW, now=make.NOW + timedelta(days=6))
    assert (is_first, user.may_sign_in) == (True, True)
    assert kinds()[0] == ("invitation", "agnes@exemple.fr")


def test_the_one_who_hosts_sets_a_lost_password():
    user = make.UserFactory(username="alix", role=Role.ADMINISTRATOR)
    actions.set_password(user, NEW, now=make.NOW)
    user.refresh_from_db()
    assert user.check_password(NEW)


@pytest.mark.parametrize(
    "password",
    [
        "court",
        "onze-lettre",
        "motdepasse123",
        "Bonjour12345!",
        "azertyuiop2026",
        "abcabcabcabc",
        "password1234",
        "20262026202620",
        "Martin-et-les-autres",
        "alice123456789",
        "M.A.R.T.I.N-cousu",
        "élodie-ALICE-là",
    ],
)
def test_passwords_refused(password):
    user = make.UserFactory(username="alice", first_name="Alice", last_name="Martin")
    with pytest.raises(ValidationError):
        actions.change_password(user, password, keep=None, now=make.NOW)


def test_the_commune_never_goes_under_eight(settings):
    settings.PORTAIL_PASSWORD_LENGTH = "tests.accounts.test_passwords.six"
    assert LengthOfTheCommune.length() == 8


def six() -> int:
    return 6
