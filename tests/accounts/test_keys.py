"""The keys of mailed links: signed, dated, dead once used."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portail.accounts import keys
from portail.accounts.keys import LinkRefused, Purpose, Why
from tests import factories as make

pytestmark = pytest.mark.django_db
PARIS = ZoneInfo("Europe/Paris")


def waiting(sent_at=make.NOW):
    return make.UserFactory(activated_at=None, activation_sent_at=sent_at)


def why(key, *purposes, now):
    with pytest.raises(LinkRefused) as refused:
        keys.read(key, *purposes, now=now)
    return refused.value.why


def test_a_key_opens_its_account_until_the_last_moment():
    user = waiting()
    key = keys.make(Purpose.ACTIVATION, user, now=make.NOW)
    last = make.NOW + timedelta(hours=24) - timedelta(microseconds=1)
    opened = keys.read(key, Purpose.ACTIVATION, now=last)
    assert (opened.user, opened.until) == (user, make.NOW + timedelta(hours=24))
    assert why(key, Purpose.ACTIVATION, now=make.NOW + timedelta(hours=24)) is Why.EXPIRED


@pytest.mark.parametrize(
    ("sent_at", "local_end"),
    [
        (datetime(2026, 10, 24, 12, 0, tzinfo=PARIS), datetime(2026, 10, 25, 11, 0, tzinfo=PARIS)),
        (datetime(2027, 3, 27, 12, 0, tzinfo=PARIS), datetime(2027, 3, 28, 13, 0, tzinfo=PARIS)),
    ],
)
def test_24_hours_are_real_hours_when_the_clocks_change(sent_at, local_end):
    user = waiting(sent_at)
    key = keys.make(Purpose.ACTIVATION, user, now=sent_at)
    assert keys.read(key, Purpose.ACTIVATION, now=local_end - timedelta(seconds=1)).user == user
    assert why(key, Purpose.ACTIVATION, now=local_end) is Why.EXPIRED


@pytest.mark.parametrize(
    "key", ["", "x", "a.1.2.3", "a.1.2.3.4", "é" * 500, "'; DROP TABLE--", "..\\..", "🙂.🙂.🙂"]
)
def test_what_is_no_key_is_unknown(key):
    assert why(key, *Purpose, now=make.NOW) is Why.UNKNOWN


def test_a_changed_letter_makes_it_unknown():
    key = keys.make(Purpose.ACTIVATION, waiting(), now=make.NOW)
    for place in range(len(key)):
        other = "b" if key[place] != "b" else "c"
        assert why(key[:place] + other + key[place + 1 :], *Purpose, now=make.NOW) is Why.UNKNOWN


def test_a_key_opens_only_what_it_is_for():
    user = waiting()
    key = keys.make(Purpose.ACTIVATION, user, now=make.NOW)
    assert why(key, Purpose.PASSWORD, Purpose.ADDRESS, now=make.NOW) is Why.UNKNOWN


def test_a_link_sent_later_replaces_the_one_before():
    user = waiting()
    key = keys.make(Purpose.ACTIVATION, user, now=make.NOW)
    user.activation_sent_at = make.NOW + timedelta(minutes=1)
    user.save()
    assert why(key, Purpose.ACTIVATION, now=make.NOW) is Why.REPLACED


def test_used_is_told_apart_from_expired_even_later():
    user = waiting()
    key = keys.make(Purpose.ACTIVATION, user, now=make.NOW)
    user.activated_at = make.NOW
    user.save()
    assert why(key, Purpose.ACTIVATION, now=make.NOW + timedelta(days=3)) is Why.USED


def test_the_link_of_a_removed_account_has_expired():
    user = waiting()
    key = keys.make(Purpose.ACTIVATION, user, now=make.NOW)
    user.delete()
    assert why(key, Purpose.ACTIVATION, now=make.NOW + timedelta(hours=1)) is Why.UNKNOWN
    assert why(key, Purpose.ACTIVATION, now=make.NOW + timedelta(hours=25)) is Why.EXPIRED


def test_a_password_link_serves_once_and_two_hours():
    user = make.UserFactory()
    key = keys.make(Purpose.PASSWORD, user, now=make.NOW)
    assert keys.read(key, Purpose.PASSWORD, now=make.NOW + timedelta(minutes=119)).user == user
    assert why(key, Purpose.PASSWORD, now=make.NOW + timedelta(hours=2)) is Why.EXPIRED
    user.set_password("trois-moutons-bleus")
    user.save()
    assert why(key, Purpose.PASSWORD, now=make.NOW) is Why.USED


def test_no_link_opens_a_disabled_account():
    user = make.UserFactory(is_active=False)
    assert why(keys.make(Purpose.PASSWORD, user, now=make.NOW), Purpose.PASSWORD, now=make.NOW) is Why.UNKNOWN


def test_a_key_says_nothing_of_the_person():
    user = waiting()
    key = keys.make(Purpose.ACTIVATION, user, now=make.NOW)
    assert user.username not in key
    assert user.email not in key
