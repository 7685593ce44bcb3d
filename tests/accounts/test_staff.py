"""The accounts of the town hall."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from portail.accounts import actions
from portail.accounts.models import Role, User
from portail.core.models import JournalEntry
from tests import factories as make
from tests.accounts.helpers import key_of, kinds, mails

pytestmark = pytest.mark.django_db


@pytest.fixture
def alix():
    return make.UserFactory(username="alix", role=Role.ADMINISTRATOR)


def invite(alix, **values):
    asked = {"email": "agnes@mairie.fr", "first_name": "Agnès", "last_name": "O'Neill", "role": Role.AGENT}
    return actions.invite(**asked | values, actor=alix, now=make.NOW)


def test_an_invited_agent_chooses_a_password_and_signs_in(alix):
    user = invite(alix)
    assert (user.username, user.may_sign_in, user.has_usable_password()) == ("agnes.oneill", False, False)
    assert kinds() == [("invitation", "agnes@mairie.fr")]
    actions.choose_password(key_of(mails()[0]), "six-girafes-bleues", now=make.NOW + timedelta(days=2))
    user.refresh_from_db()
    assert user.may_sign_in
    assert user.check_password("six-girafes-bleues")


def test_inviting_again_sends_a_new_link_with_the_role_given_now(alix):
    first = invite(alix)
    again = invite(alix, email="AGNES@mairie.fr", role=Role.READER)
    assert (again, again.role) == (first, Role.READER)
    assert len(mails()) == 2


def test_an_address_in_use_is_not_invited(alix):
    make.UserFactory(username="parent", email="agnes@mairie.fr")
    with pytest.raises(actions.AddressTaken):
        invite(alix)


def test_a_user_name_in_use_is_refused_and_one_made_of_names_gets_a_number(alix):
    make.UserFactory(username="Agnes.ONeill")
    with pytest.raises(actions.UsernameTaken):
        invite(alix, username="agnes.oneill")
    assert invite(alix).username == "agnes.oneill2"


def test_nobody_is_invited_as_a_family(alix):
    with pytest.raises(ValueError, match="town hall"):
        invite(alix, role=Role.FAMILY)


def test_a_disabled_account_signs_in_no_more_until_enabled(alix):
    agnes = make.UserFactory(username="agnes", role=Role.AGENT)
    for _twice in range(2):
        actions.disable(agnes, actor=alix, now=make.NOW)
    assert not User.objects.get(pk=agnes.pk).may_sign_in
    for _twice in range(2):
        actions.enable(agnes, actor=alix, now=make.NOW)
    assert User.objects.get(pk=agnes.pk).may_sign_in
    verbs = JournalEntry.objects.order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["user.disabled", "user.enabled"]


def test_the_last_administrator_stays(alix):
    make.UserFactory(username="absent", role=Role.ADMINISTRATOR, is_active=False)
    make.UserFactory(username="invite", role=Role.ADMINISTRATOR, activated_at=None)
    with pytest.raises(actions.LastAdministrator):
        actions.disable(alix, actor=alix, now=make.NOW)
    with pytest.raises(actions.LastAdministrator):
        actions.change_role(alix, Role.AGENT, actor=alix, now=make.NOW)
    make.UserFactory(username="second", role=Role.ADMINISTRATOR)
    actions.change_role(alix, Role.AGENT, actor=alix, now=make.NOW)
    assert User.objects.get(pk=alix.pk).role == Role.AGENT


def test_a_role_changed_is_journalled_with_what_it_was(alix):
    agnes = make.UserFactory(username="agnes", role=Role.AGENT)
    actions.change_role(agnes, Role.CASH_OFFICER, actor=alix, now=make.NOW)
    actions.change_role(agnes, Role.CASH_OFFICER, actor=alix, now=make.NOW)
    entry = JournalEntry.objects.get()
    assert (entry.before, entry.after) == ({"role": "agent"}, {"role": "cash_officer"})


def test_a_family_gets_no_role(alix):
    with pytest.raises(ValueError, match="family"):
        actions.change_role(make.UserFactory(), Role.AGENT, actor=alix, now=make.NOW)


def test_a_link_is_sent_on_demand(alix):
    agnes = make.UserFactory(username="agnes", role=Role.AGENT)
    actions.send_password_link(agnes, actor=alix, now=make.NOW)
    assert kinds() == [("password", "agnes@exemple.fr")]


def administrator(**values):
    asked = {"username": "alix", "email": "Alix@Mairie.fr", "password": make.PASSWORD}
    return actions.create_administrator(**asked | values, now=make.NOW)


def test_the_first_administrator_signs_in_at_once():
    user = administrator()
    assert (user.role, user.email, user.may_sign_in) == (Role.ADMINISTRATOR, "alix@mairie.fr", True)
    assert user.check_password(make.PASSWORD)


@pytest.mark.parametrize(
    "values",
    [
        {"password": "court"},
        {"username": "ali@x"},
        {"email": "pas une adresse"},
        {"username": "BOB"},
        {"email": "bob@exemple.fr"},
    ],
)
def test_an_administrator_that_cannot_be_is_refused(values):
    make.UserFactory(username="bob")
    with pytest.raises(ValidationError):
        administrator(**values)
    assert User.objects.count() == 1
