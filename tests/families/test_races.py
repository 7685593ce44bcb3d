"""Several agents at once on the same families, on real connections.

On SQLite writers follow each other by themselves; on PostgreSQL these were seen red without the lock on the child and
without the lock on the request.
"""

from collections import Counter
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from portail.core.changes import EditedMeanwhile, shown
from portail.core.models import OutboxMail
from portail.families.actions import children, decisions, households, requests
from portail.families.models import Household, Request
from tests import factories as make
from tests.factories import NOW
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
AT_ONCE = 8
LINK = {
    "can_see": True,
    "can_book": True,
    "is_told": True,
    "is_billed": True,
    "since": date(2026, 11, 24),
    "until": None,
}


def kinds(results):
    return Counter(type(result).__name__ for result in results)


def test_numbers_taken_at_the_same_moment_are_all_different(cast):
    def create(number):
        return lambda: households.create_household(
            {"name": f"FAMILLE {number}", "number": ""}, actor=cast.agnes, now=NOW
        )

    results = all_at_once([create(number) for number in range(AT_ONCE)])
    assert kinds(results) == {"Household": AT_ONCE}
    assert len({result.number for result in results}) == AT_ONCE


def test_the_same_family_sent_many_times_is_one_dossier(cast):
    adult = {"first_name": "Maurice", "last_name": "Democivil", "email": ""}

    def create():
        return households.create_family({"name": "DEMOCIVIL", "number": ""}, adult, actor=cast.agnes, now=NOW)

    results = all_at_once([create] * AT_ONCE)
    assert kinds(results) == {"Household": AT_ONCE}
    assert Household.objects.filter(name="DEMOCIVIL").count() == 1


def test_a_child_never_gets_a_third_dossier(cast):
    homes = [make.HouseholdFactory() for _ in range(AT_ONCE)]

    def share(home):
        return lambda: children.share_child(cast.noe, home, LINK, actor=cast.agnes, now=NOW)

    results = all_at_once([share(home) for home in homes])
    assert kinds(results) == {"HouseholdChild": 1, "ValidationError": AT_ONCE - 1}
    assert isinstance(next(r for r in results if isinstance(r, Exception)), ValidationError)
    assert cast.noe.household_links.count() == 2


def test_one_decision_whoever_decides(cast):
    home = cast.alice.household
    asked = requests.ask_change(home, {"city": "Caen"}, household=home, author=cast.alice.user, now=NOW)
    seen = decisions.current_values(asked)
    agents = [make.UserFactory(role="agent") for _ in range(AT_ONCE)]

    def decide(number, agent):
        if number % 2:
            return lambda: decisions.approve(asked, seen=seen, actor=agent, now=NOW)
        return lambda: decisions.refuse(asked, "Non.", actor=agent, now=NOW)

    withdrawn = lambda: requests.withdraw(asked, actor=cast.alice.user, now=NOW)  # noqa: E731
    results = all_at_once([withdrawn, *(decide(n, agent) for n, agent in enumerate(agents))])
    assert kinds(results) == {"Request": 1, "AlreadyDecided": AT_ONCE}
    asked.refresh_from_db()
    home.refresh_from_db()
    assert (home.city == "Caen") == (asked.state == Request.State.APPROVED)
    assert OutboxMail.objects.count() == (asked.state != Request.State.WITHDRAWN)


def test_the_same_question_sent_many_times_is_one(cast):
    def send():
        return requests.send_message(cast.alice.household, "Bonjour", author=cast.alice.user, now=NOW)

    results = all_at_once([send] * AT_ONCE)
    assert len({result.pk for result in results}) == 1


def test_of_those_who_edit_the_same_field_one_writes_and_the_others_are_told(cast):
    adult = cast.alice.adult
    seen = shown(adult, ["last_name"])

    def edit(number):
        values = {"last_name": f"Nom {number}"}
        return lambda: households.edit_adult(adult, values, seen=seen, actor=cast.agnes, now=NOW)

    results = all_at_once([edit(number) for number in range(AT_ONCE)])
    assert kinds(results) == {"Merged": 1, EditedMeanwhile.__name__: AT_ONCE - 1}
