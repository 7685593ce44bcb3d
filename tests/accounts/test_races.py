"""Two people, or two clicks, at the same moment, on real connections.

SQLite writes one transaction at a time: these races mean something on PostgreSQL.
"""

from datetime import timedelta

import pytest

from portail.accounts import actions
from portail.accounts.models import Role, User
from portail.core import throttle
from portail.core.models import OutboxMail, Tries
from portail.core.throttle import Counter, Pace, TooSoon
from portail.families.actions import links
from portail.families.models import Adult, Request
from tests import factories as make
from tests.accounts.helpers import key_of, mails, wanted
from tests.bookings.test_races import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_ONCE = 6
GIVEN = {"number": "6354", "name": "democivil", "email": ""}


def unexpected(results):
    return [result for result in results if isinstance(result, BaseException)]


def test_several_accounts_claim_one_adult_and_one_gets_it():
    maurice = make.AdultFactory(
        household=make.HouseholdFactory(number="6354", name="DEMOCIVIL"), first_name="Maurice"
    )
    for number in range(AT_ONCE):
        links.sign_up(
            wanted(username=f"m{number}", email=f"m{number}@exemple.fr", references=GIVEN), now=make.NOW
        )
    keys = [key_of(mail) for mail in mails()]
    results = all_at_once([lambda key=key: links.activate(key, now=make.NOW) for key in keys])
    assert unexpected(results) == []
    assert sorted(results, key=bool) == [None] * (AT_ONCE - 1) + [maurice]
    assert Adult.objects.get().user is not None
    states = Request.objects.values_list("state", flat=True)
    assert sorted(states) == ["approved"] + ["waiting"] * (AT_ONCE - 1)


def test_one_link_pressed_several_times_makes_one_request():
    links.sign_up(wanted(), now=make.NOW)
    key = key_of(mails()[0])
    results = all_at_once([lambda: links.activate(key, now=make.NOW)] * AT_ONCE)
    assert len(unexpected(results)) == AT_ONCE - 1
    assert Request.objects.count() == 1


def test_one_form_sent_several_times_is_one_account_and_one_mail():
    form = wanted()
    results = all_at_once([lambda: actions.open_account(form, now=make.NOW)] * AT_ONCE)
    assert unexpected(results) == []
    assert User.objects.count() == 1
    assert OutboxMail.objects.count() == 1


def test_several_people_want_one_user_name():
    forms = [wanted(email=f"m{number}@exemple.fr") for number in range(AT_ONCE)]
    results = all_at_once([lambda form=form: actions.open_account(form, now=make.NOW) for form in forms])
    assert sorted(type(result).__name__ for result in results) == ["User"] + ["UsernameTaken"] * (AT_ONCE - 1)
    assert User.objects.count() == 1


def test_administrators_who_disable_each_other_leave_one():
    one, other = (make.UserFactory(username=name, role=Role.ADMINISTRATOR) for name in ("un", "deux"))
    results = all_at_once(
        [
            lambda: actions.disable(one, actor=other, now=make.NOW),
            lambda: actions.disable(other, actor=one, now=make.NOW),
        ]
    )
    assert [type(result) for result in unexpected(results)] == [actions.LastAdministrator]
    assert User.objects.filter(is_active=True).count() == 1


def test_a_link_pressed_while_the_account_is_removed_is_one_or_the_other():
    links.sign_up(wanted(), now=make.NOW)
    key = key_of(mails()[0])
    limit = make.NOW + timedelta(hours=24)
    results = all_at_once(
        [
            lambda: links.activate(key, now=limit - timedelta(seconds=1)),
            lambda: actions.purge_unactivated(now=limit),
        ]
    )
    activated = User.objects.filter(activated_at__isnull=False).count()
    assert User.objects.count() == activated == Request.objects.count()
    assert len(unexpected(results)) == 1 - activated


def test_tries_made_together_are_all_counted():
    second = timedelta(seconds=1)
    pace = Pace(free=3, first=10 * second, most=60 * second, memory=timedelta(hours=1))
    counters = [Counter("try", who, pace) for who in ("alice", "here")]
    results = all_at_once([lambda: throttle.take(counters, now=make.NOW)] * 8)
    assert [type(result) for result in unexpected(results)] == [TooSoon] * 5
    assert set(Tries.objects.values_list("count", flat=True)) == {3}
