"""Accounts at the desk: tied, untied, and their links sent again."""

import pytest
from django.urls import reverse

from portail.accounts.models import User
from portail.core.models import OutboxMail
from portail.families.models import Adult, Household
from tests import factories as make
from tests.factories import NOW


@pytest.fixture
def agent(client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.agnes)
    return client


@pytest.fixture
def marie(cast):
    """An account that waits, with the number of a household whose adult it may be."""
    household = make.HouseholdFactory(number="1901", name="DEMOCIVIS")
    adult = make.AdultFactory(household=household, first_name="Maria", last_name="Democivis", email="")
    user = make.UserFactory(first_name="Marie", last_name="Démocivis", username="marie")
    data = {"number": "1901", "name": "democivis", "email": ""}
    asked = make.RequestFactory(kind="link", household=None, author=user, data=data)
    user.adult_wanted, user.asked, user.home = adult, asked, household
    return user


def link(agent, user, target, **more):
    address = reverse("desk:request_link", args=[user.asked.pk])
    return agent.post(address, {"target": target, "step": "link", "number": "", **more})


def choices(agent, user):
    page = agent.get(reverse("desk:request", args=[user.asked.pk]))
    return [value for value, _ in page.context["link"].fields["target"].choices]


def test_the_adults_of_the_dossier_named_are_proposed(agent, marie):
    assert choices(agent, marie) == [f"adult-{marie.adult_wanted.pk}", f"household-{marie.home.pk}", "new"]


def test_the_account_is_tied_to_the_adult_chosen(agent, marie):
    response = link(agent, marie, f"adult-{marie.adult_wanted.pk}")
    assert response["Location"] == reverse("desk:household", args=[marie.home.pk])
    marie.adult_wanted.refresh_from_db()
    assert marie.adult_wanted.user == marie
    marie.asked.refresh_from_db()
    assert marie.asked.state == "approved"
    assert "marie@exemple.fr" in OutboxMail.objects.values_list("to", flat=True)


def test_or_to_one_more_adult_of_the_dossier(agent, marie):
    link(agent, marie, f"household-{marie.home.pk}")
    adult = Adult.objects.get(user=marie)
    assert (adult.household, str(adult), adult.email) == (
        marie.home,
        "Marie Démocivis",
        "marie@exemple.fr",
    )
    assert marie.home.adults.count() == 2


def test_or_to_a_dossier_made_on_the_spot_once(agent, marie):
    for _ in range(2):
        link(agent, marie, "new")
    adult = Adult.objects.get(user=marie)
    assert adult.household.name == "DEMOCIVIS"
    assert Household.objects.filter(name="DEMOCIVIS").count() == 2


def test_another_dossier_is_proposed_by_its_number(agent, cast, marie):
    address = reverse("desk:request_link", args=[marie.asked.pk])
    page = agent.post(address, {"step": "look", "number": "7003"})
    proposed = [value for value, _ in page.context["link"].fields["target"].choices]
    assert f"household-{cast.charlie.household.pk}" in proposed
    assert f"adult-{cast.charlie.adult.pk}" not in proposed  # Charlie signs in already
    link(agent, marie, f"household-{cast.charlie.household.pk}", number="7003")
    assert Adult.objects.get(user=marie).household == cast.charlie.household
    page = agent.post(address, {"step": "look", "number": "1"})
    assert "Aucun dossier ouvert" in page.content.decode()


@pytest.mark.parametrize("target", ["", "adult-999", "household-999", "adult-x", "new-1"])
def test_what_was_not_proposed_is_not_chosen(agent, marie, target):
    assert link(agent, marie, target).status_code == 422
    assert not Adult.objects.filter(user=marie).exists()


def test_an_adult_taken_meanwhile_is_told(agent, cast, marie):
    other = make.UserFactory()
    page_first = choices(agent, marie)[0]
    Adult.objects.filter(pk=marie.adult_wanted.pk).update(user=other)
    assert link(agent, marie, page_first).status_code == 422


def test_an_account_that_is_gone_is_told_and_nothing_is_written(agent, marie):
    User.objects.filter(pk=marie.pk).update(is_active=False)
    response = link(agent, marie, "new")
    assert response.status_code == 422
    assert "refusez la demande" in response.content.decode()
    assert Household.objects.filter(name="DEMOCIVIS").count() == 1


def test_a_refusal_tells_why(agent, marie):
    address = reverse("desk:request_refuse", args=[marie.asked.pk])
    agent.post(address, {"refuse-answer": "Passez au service avec votre livret de famille."})
    marie.asked.refresh_from_db()
    assert marie.asked.state == "refused"
    mail = OutboxMail.objects.get()
    assert mail.to == "marie@exemple.fr"
    assert "livret de famille" in mail.text


def test_two_agents_tie_once(agent, client, cast, marie):
    target = f"adult-{marie.adult_wanted.pk}"
    link(agent, marie, target)
    client.force_login(cast.alix)
    response = link(client, marie, "new")
    assert response["Location"] == reverse("desk:request", args=[marie.asked.pk])
    assert Household.objects.filter(name="DEMOCIVIS").count() == 1


def test_an_account_is_untied_after_a_question(agent, cast):
    address = reverse("desk:adult_unlink", args=[cast.alice.household.pk, cast.alice.adult.pk])
    assert "Détacher le compte de Alice Martin" in agent.get(address).content.decode()
    agent.post(address)
    cast.alice.adult.refresh_from_db()
    assert cast.alice.adult.user is None
    assert OutboxMail.objects.get().to == "alice@exemple.fr"


def test_a_link_for_a_password_is_mailed_to_who_has_an_account(agent, cast):
    rows = [cast.alice.household.pk, cast.alice.adult.pk]
    agent.post(reverse("desk:adult_password", args=rows))
    assert OutboxMail.objects.get().to == "alice@exemple.fr"
    alone = make.AdultFactory(household=cast.alice.household)
    address = reverse("desk:adult_password", args=[cast.alice.household.pk, alone.pk])
    assert agent.post(address).status_code == 404


def test_an_account_to_activate_is_seen_on_the_dossier_it_named(agent, cast):
    home = cast.alice.household
    waiting = make.UserFactory(
        first_name="Marc", activated_at=None, activation_sent_at=NOW, references={"number": home.number}
    )
    page = agent.get(reverse("desk:household", args=[home.pk]))
    assert page.context["sheet"].awaited == [waiting]
    agent.post(reverse("desk:account_resend", args=[home.pk, waiting.pk]))
    assert OutboxMail.objects.get().to == waiting.email
    elsewhere = reverse("desk:account_resend", args=[cast.bob.household.pk, waiting.pk])
    assert agent.post(elsewhere).status_code == 404
