"""Families that validate the same week at the same moment: who comes too late sees which place went, and loses nothing
of the rest."""

import html
import re
from types import SimpleNamespace

import pytest
from django.urls import reverse

from portail.bookings.models import Booking, Receipt
from tests import factories as make
from tests.bookings.sayings import IN_TIME, week
from tests.front.test_gestures import HIDDEN
from tests.front.test_planning import hidden, text_of
from tests.guard import GuardingClient
from tests.threads import all_at_once

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
FAMILIES, PLACES = 5, 2


@pytest.fixture(autouse=True)
def _on_that_day(monkeypatch):
    """The same moment in every thread."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: IN_TIME)


@pytest.fixture
def families(cast):
    found = []
    for number in range(FAMILIES):
        household = make.HouseholdFactory(number=str(8100 + number))
        user = make.UserFactory(username=f"famille{number}")
        make.AdultFactory(household=household, user=user)
        child = make.ChildFactory(first_name=f"Enfant{number}")
        make.HouseholdChildFactory(household=household, child=child)
        make.EnrolmentFactory(child=child, activity=cast.canteen.activity, place=cast.offer.place)
        client = GuardingClient()
        client.force_login(user)
        found.append(SimpleNamespace(client=client, child=child))
    return found


def preview(family, canteen):
    data = {
        "children": family.child.pk,
        "days": [f"{canteen.pk}-{day}" for day in (0, 1, 3, 4)],
        "when": "dates",
        "first": "2026-12-07",
        "last": "2026-12-13",
        "mode": "add",
    }
    return family.client.post(reverse("front:typical_week"), data)


def validate(family, recap):
    posted = {name: html.unescape(hidden(recap, name)) for name in HIDDEN}
    return family.client.post(reverse("front:planning_save"), posted | {"step": "save"})


def test_who_comes_too_late_keeps_the_rest(cast, families):
    monday, *others = week(cast)
    monday.capacity = PLACES
    monday.save()
    recaps = [preview(family, cast.canteen) for family in families]
    assert all("Ajouté (4)" in text_of(recap) for recap in recaps)
    answers = all_at_once([lambda f=f, r=r: validate(f, r) for f, r in zip(families, recaps, strict=True)])
    late = [(f, a) for f, a in zip(families, answers, strict=True) if a.status_code == 422]
    assert (len(late), Receipt.objects.count()) == (FAMILIES - PLACES, PLACES)
    for family, again in late:
        words = text_of(again)
        told = rf"ceci est devenu impossible : {family.child.first_name} · Cantine · 7 décembre"
        assert re.search(told, words)
        assert "Ajouté (3)" in words
        assert not Booking.objects.filter(child=family.child).exists()
        assert validate(family, again).status_code == 302
    taken = Booking.objects.taking_a_place()
    assert taken.filter(session=monday).count() == PLACES
    assert [taken.filter(session=lunch).count() for lunch in others] == [FAMILIES] * 3
    assert Receipt.objects.count() == FAMILIES
