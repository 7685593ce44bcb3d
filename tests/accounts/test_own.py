"""What one does to one's own account."""

from datetime import timedelta

import pytest

from portail.accounts import actions
from portail.accounts.keys import LinkRefused, Why
from portail.accounts.models import User
from portail.accounts.queries import accepted_terms
from portail.core.models import JournalEntry
from tests import factories as make
from tests.accounts.helpers import key_of, kinds, mails, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice():
    return make.UserFactory(username="alice")


def test_a_new_address_holds_only_once_confirmed(alice):
    actions.ask_new_address(alice, "Alice@Ailleurs.fr", now=make.NOW)
    assert kinds() == [("address_confirm", "alice@ailleurs.fr"), ("address_asked", "alice@exemple.fr")]
    assert User.objects.find("alice@exemple.fr") == alice
    assert User.objects.find("alice@ailleurs.fr") is None
    actions.confirm_new_address(key_of(mails()[0]), now=make.NOW)
    assert User.objects.find("alice@ailleurs.fr") == alice
    assert User.objects.find("alice@exemple.fr") is None
    assert kinds()[2:] == [("address_changed", "alice@exemple.fr")]


def test_the_link_to_a_new_address_serves_once_and_a_day(alice):
    actions.ask_new_address(alice, "alice@ailleurs.fr", now=make.NOW)
    key = key_of(mails()[0])
    with pytest.raises(LinkRefused) as late:
        actions.confirm_new_address(key, now=make.NOW + timedelta(hours=24))
    assert late.value.why is Why.EXPIRED
    actions.confirm_new_address(key, now=make.NOW)
    with pytest.raises(LinkRefused) as again:
        actions.confirm_new_address(key, now=make.NOW)
    assert again.value.why is Why.USED


def test_a_second_wish_replaces_the_first_and_may_be_dropped(alice):
    actions.ask_new_address(alice, "a@ailleurs.fr", now=make.NOW)
    actions.ask_new_address(alice, "b@ailleurs.fr", now=make.NOW)
    first, _told, second, _told_again = (mail for mail in mails())
    with pytest.raises(LinkRefused) as replaced:
        actions.confirm_new_address(key_of(first), now=make.NOW)
    assert replaced.value.why is Why.REPLACED
    actions.forget_new_address(alice, now=make.NOW)
    with pytest.raises(LinkRefused):
        actions.confirm_new_address(key_of(second), now=make.NOW)
    assert User.objects.get().email == "alice@exemple.fr"


def test_the_address_of_another_account_is_not_asked_to_confirm(alice):
    make.UserFactory(username="bob")
    actions.ask_new_address(alice, "bob@exemple.fr", now=make.NOW)
    assert kinds() == [("known_address", "bob@exemple.fr")]
    assert User.objects.get(pk=alice.pk).new_email == ""


def test_an_address_taken_meanwhile_is_not_confirmed(alice):
    actions.ask_new_address(alice, "x@ailleurs.fr", now=make.NOW)
    key = key_of(mails()[0])
    make.UserFactory(username="bob", email="x@ailleurs.fr")
    with pytest.raises(LinkRefused) as refused:
        actions.confirm_new_address(key, now=make.NOW)
    assert refused.value.why is Why.REPLACED
    assert User.objects.get(pk=alice.pk).email == "alice@exemple.fr"


def test_an_account_never_activated_gives_its_address_to_who_proves_it(alice):
    actions.open_account(wanted(email="alice@ailleurs.fr"), now=make.NOW)
    actions.ask_new_address(alice, "alice@ailleurs.fr", now=make.NOW)
    actions.confirm_new_address(key_of(mails(kind="front/mail/address_confirm")[0]), now=make.NOW)
    assert User.objects.get().email == "alice@ailleurs.fr"


def test_preferences_are_kept_once(alice):
    assert actions.set_preferences(alice, mobile_layout=True, language="en", now=make.NOW)
    assert not actions.set_preferences(alice, mobile_layout=True, language="en", now=make.NOW)
    saved = User.objects.get()
    assert (saved.mobile_layout, saved.language) == (True, "en")
    assert JournalEntry.objects.count() == 1


def test_terms_are_accepted_once_a_version(alice):
    assert accepted_terms(alice) is None
    for version in (1, 2, 2):
        actions.accept_terms(alice, version, now=make.NOW)
    assert accepted_terms(alice) == 2
    assert alice.acceptances.count() == 2


def test_a_deleted_account_leaves_its_name_in_the_journal_and_says_goodbye(alice):
    actions.delete_account(alice, now=make.NOW)
    assert User.objects.count() == 0
    assert kinds() == [("account_closed", "alice@exemple.fr")]
    entry = JournalEntry.objects.get()
    assert (entry.actor, entry.actor_label) == (None, "Alice Martin")
