"""Accounts opened, activated, corrected, removed."""

from datetime import timedelta

import pytest

from portail.accounts import actions
from portail.accounts.keys import LinkRefused, Why
from portail.accounts.models import Role, TermsAcceptance, User
from portail.core.models import JournalEntry
from tests import factories as make
from tests.accounts.helpers import key_of, kinds, link_of, mails, wanted

pytestmark = pytest.mark.django_db
SOON = make.NOW + timedelta(minutes=5)
LATER = make.NOW + timedelta(hours=24)


def verbs() -> list[str]:
    return list(JournalEntry.objects.order_by("pk").values_list("verb", flat=True))


def test_an_account_waits_for_its_address():
    user = actions.open_account(wanted(terms_version=3), now=make.NOW)
    assert user == User.objects.get()
    assert (user.username, user.email, user.role, user.may_sign_in) == (
        "DEMOCIVIL",
        "maurice@exemple.fr",
        Role.FAMILY,
        False,
    )
    assert user.check_password(make.PASSWORD)
    assert TermsAcceptance.objects.values_list("user", "version", "at").get() == (user.pk, 3, make.NOW)
    assert kinds() == [("activation", "maurice@exemple.fr")]
    assert verbs() == ["account.opened"]


def test_the_mail_sums_up_and_never_holds_the_password():
    actions.open_account(wanted(), now=make.NOW)
    (mail,) = mails()
    assert mail.subject_line == "Activez votre compte sur le Portail Famille"
    assert mail.urgent
    for text in (mail.text, mail.html):
        assert "Maurice Democivil" in text
        assert "DEMOCIVIL" in text
        assert "mercredi 25 novembre à 10" in text
        assert make.PASSWORD not in text
    assert link_of(mail).startswith("/activation/")


def test_the_same_form_sent_twice_is_one_account_and_one_mail():
    form = wanted()
    assert actions.open_account(form, now=make.NOW) == actions.open_account(form, now=SOON)
    assert len(mails()) == 1


def test_a_user_name_is_taken_in_whatever_case():
    make.UserFactory(username="Élodie B", email="e@exemple.fr")
    with pytest.raises(actions.UsernameTaken):
        actions.open_account(wanted(username=" ÉLODIE  b"), now=make.NOW)
    assert User.objects.count() == 1
    assert mails() == []


def test_an_address_that_has_an_account_opens_none_and_its_owner_is_told():
    make.UserFactory(username="maurice", email="maurice@exemple.fr")
    assert actions.open_account(wanted(email="Maurice@Exemple.FR"), now=make.NOW) is None
    assert User.objects.count() == 1
    assert kinds() == [("known_address", "maurice@exemple.fr")]


def test_an_account_never_activated_gives_way_to_a_new_one_of_its_address():
    actions.open_account(wanted(), now=make.NOW)
    again = actions.open_account(wanted(), now=SOON)
    assert User.objects.get() == again
    assert kinds() == [("activation", "maurice@exemple.fr")] * 2
    with pytest.raises(LinkRefused):
        actions.activate(key_of(mails()[0]), now=SOON)
    assert actions.activate(key_of(mails()[1]), now=SOON) == again


def test_an_invited_agent_does_not_give_way():
    agent = make.UserFactory(email="maurice@exemple.fr", role=Role.AGENT, activated_at=None)
    assert actions.open_account(wanted(), now=make.NOW) is None
    assert User.objects.get() == agent


def test_the_link_activates_once():
    actions.open_account(wanted(), now=make.NOW)
    key = key_of(mails()[0])
    user = actions.activate(key, now=SOON)
    assert (user.may_sign_in, user.activated_at) == (True, SOON)
    with pytest.raises(LinkRefused) as refused:
        actions.activate(key, now=SOON)
    assert refused.value.why is Why.USED
    assert verbs() == ["account.opened", "account.activated"]


@pytest.mark.parametrize("typed", ["democivil", "Maurice@exemple.fr "])
def test_a_link_sent_again_kills_the_one_before_and_starts_24_hours_anew(typed):
    actions.open_account(wanted(), now=make.NOW)
    actions.resend_activation(typed, now=SOON)
    old, new = (key_of(mail) for mail in mails())
    with pytest.raises(LinkRefused) as refused:
        actions.activate(old, now=SOON)
    assert refused.value.why is Why.REPLACED
    assert actions.purge_unactivated(now=LATER) == 0
    assert actions.activate(new, now=LATER).may_sign_in


def test_a_link_asked_for_an_active_account_tells_its_owner():
    make.UserFactory(username="maurice")
    actions.resend_activation("maurice", now=make.NOW)
    assert kinds() == [("known_address", "maurice@exemple.fr")]


def test_a_link_asked_for_nobody_or_a_disabled_account_does_nothing():
    make.UserFactory(username="maurice", is_active=False, activated_at=None)
    actions.resend_activation("maurice", now=make.NOW)
    actions.resend_activation("personne@exemple.fr", now=make.NOW)
    assert mails() == []


def test_a_mistyped_address_is_corrected_with_the_password():
    actions.open_account(wanted(email="mauricee@exemple.fr"), now=make.NOW)
    actions.correct_address("DEMOCIVIL", make.PASSWORD, "Maurice@exemple.fr", now=SOON)
    assert User.objects.get().email == "maurice@exemple.fr"
    assert kinds() == [("activation", "mauricee@exemple.fr"), ("activation", "maurice@exemple.fr")]
    old, new = (key_of(mail) for mail in mails())
    with pytest.raises(LinkRefused):
        actions.activate(old, now=SOON)
    assert actions.activate(new, now=SOON).may_sign_in


@pytest.mark.parametrize(
    ("username", "password"),
    [("DEMOCIVIL", "pas-le-bon-mot"), ("personne", make.PASSWORD), ("actif", make.PASSWORD)],
)
def test_nothing_is_corrected_without_the_right_pair_or_once_active(username, password):
    make.UserFactory(username="actif")
    actions.open_account(wanted(), now=make.NOW)
    actions.correct_address(username, password, "autre@exemple.fr", now=SOON)
    assert set(User.objects.values_list("email", flat=True)) == {"actif@exemple.fr", "maurice@exemple.fr"}
    assert len(mails()) == 1


def test_a_correction_does_not_take_the_address_of_an_account():
    make.UserFactory(username="actif")
    actions.open_account(wanted(), now=make.NOW)
    actions.correct_address("DEMOCIVIL", make.PASSWORD, "actif@exemple.fr", now=SOON)
    assert User.objects.get(username="DEMOCIVIL").email == "maurice@exemple.fr"
    assert kinds()[1:] == [("known_address", "actif@exemple.fr")]


def test_accounts_never_activated_are_removed_after_24_hours_and_free_their_names():
    user = actions.open_account(wanted(), now=make.NOW)
    key = key_of(mails()[0])
    kept = [
        make.UserFactory(),
        make.UserFactory(role=Role.AGENT, activated_at=None, activation_sent_at=make.NOW),
    ]
    assert actions.purge_unactivated(now=LATER - timedelta(microseconds=1)) == 0
    assert actions.purge_unactivated(now=LATER) == 1
    assert actions.purge_unactivated(now=LATER) == 0
    assert set(User.objects.all()) == set(kept)
    with pytest.raises(LinkRefused) as refused:
        actions.activate(key, now=LATER)
    assert refused.value.why is Why.EXPIRED
    entry = JournalEntry.objects.get(verb="account.removed")
    assert (entry.subject, entry.actor_label) == (f"user:{user.pk}", "")
    assert actions.open_account(wanted(), now=LATER).username == "DEMOCIVIL"


def test_the_mail_speaks_the_language_of_the_person():
    actions.open_account(wanted(language="en"), now=make.NOW)
    assert 'lang="en"' in mails()[0].html
