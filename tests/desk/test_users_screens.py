"""Accounts of the town hall: invited by mail, given a role, disabled; the last administrator never."""

import pytest
from django.urls import reverse

from portail.accounts.models import User
from portail.core.models import JournalEntry, OutboxMail
from tests import factories as make
from tests.desk.screens import errors, post, said

pytestmark = pytest.mark.django_db
NADIA = {
    "email": "nadia@mairie.exemple.fr",
    "first_name": "Nadia",
    "last_name": "Benali",
    "username": "",
    "role": "agent",
}


def test_a_colleague_is_invited_by_mail_and_waits(administration, cast):
    done = post(administration, "user_new", **NADIA)
    assert done.url == reverse("desk:users")
    user = User.objects.get(email=NADIA["email"])
    assert (user.role, user.may_sign_in) == ("agent", False)
    assert OutboxMail.objects.get().to == NADIA["email"]
    assert JournalEntry.objects.get(verb="user.invited").actor == cast.alix
    assert "Invité" in administration.get(done.url).content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nadia"}, "email"),
        ({"email": "alice@exemple.fr"}, "email"),
        ({"email": "AGNES@exemple.fr"}, "email"),
        ({"first_name": ""}, "first_name"),
        ({"username": "agnes"}, "username"),
        ({"username": "nadia@mairie"}, "username"),
        ({"role": "family"}, "role"),
        ({"role": "roi"}, "role"),
        ({"role": ""}, "role"),
    ],
)
def test_an_invitation_badly_typed_is_refused_and_kept(administration, change, field):
    before = User.objects.count()
    response = post(administration, "user_new", **{**NADIA, **change})
    assert list(errors(response)) == [field]
    assert b'value="Benali"' in response.content
    assert (User.objects.count(), OutboxMail.objects.count()) == (before, 0)


def test_inviting_twice_sends_the_same_person_another_link(administration):
    for _ in range(2):
        post(administration, "user_new", **NADIA)
    assert User.objects.filter(email=NADIA["email"]).count() == 1


def test_a_role_is_changed_and_each_is_explained(administration, cast):
    page = administration.get(reverse("desk:user", args=[cast.lou.pk])).content.decode()
    assert "pointe les listes des lieux confiés, et elles seules" in page
    post(administration, "user", cast.lou.pk, role="reader")
    cast.lou.refresh_from_db()
    assert cast.lou.role == "reader"
    assert "role" in errors(post(administration, "user", cast.lou.pk, role="family"))


def test_the_last_administrator_keeps_the_role_and_the_account(administration, cast):
    refused = post(administration, "user", cast.alix.pk, role="agent")
    assert "dernier compte d'administration" in errors(refused)["role"][0]
    make.UserFactory(username="bis", role="administrator")
    assert post(administration, "user", cast.alix.pk, role="agent").url == reverse("desk:lists")
    assert administration.get(reverse("desk:users")).status_code == 403


def test_nobody_disables_themselves(administration, cast):
    make.UserFactory(username="bis", role="administrator")
    assert "votre propre compte" in said(post(administration, "user_disable", cast.alix.pk))[-1]
    cast.alix.refresh_from_db()
    assert cast.alix.is_active


def test_disabled_then_enabled(administration, client, cast):
    for _ in range(2):
        post(administration, "user_disable", cast.agnes.pk)
    cast.agnes.refresh_from_db()
    assert not cast.agnes.is_active
    assert "désactivé" in said(post(administration, "user_password", cast.agnes.pk))[-1]
    for _ in range(2):
        post(administration, "user_enable", cast.agnes.pk)
    cast.agnes.refresh_from_db()
    assert cast.agnes.is_active
    assert JournalEntry.objects.filter(subject=f"user:{cast.agnes.pk}").count() == 2


def test_a_link_to_choose_a_password_is_sent(administration, cast):
    post(administration, "user_password", cast.agnes.pk)
    assert OutboxMail.objects.get().to == "agnes@exemple.fr"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"role": "leader"}, {"Lou Mairie"}),
        ({"q": "ren"}, {"Renée Mairie"}),
        ({"q": "AGNES@"}, {"Agnès Mairie"}),
        ({"q": "personne"}, set()),
        ({"role": "x"}, {"Lou Mairie", "Renée Mairie", "Agnès Mairie", "Alix Mairie", "Rémi Mairie"}),
    ],
)
def test_colleagues_are_found_and_families_never(administration, asked, found):
    page = administration.get(reverse("desk:users"), asked)
    assert {str(user) for user in page.context["page"]} == found


def test_the_list_costs_the_same_with_more_colleagues(administration, django_assert_num_queries):
    for number in range(3):
        with django_assert_num_queries(5):
            administration.get(reverse("desk:users"))
        make.UserFactory(username=f"agent{number}", role="agent")
