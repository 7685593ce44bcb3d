"""Two people edit the same row: each keeps what it changed, and nothing is lost silently."""

import pytest

from portail.core import changes
from tests import factories as make

pytestmark = pytest.mark.django_db
SHOWN = {"name": "MARTIN", "city": "Valmont-sur-Orne", "street": "12 rue des Lilas"}


@pytest.fixture
def household():
    row = make.HouseholdFactory(**SHOWN)
    assert changes.shown(row, SHOWN) == SHOWN
    return row


def test_only_what_was_changed_is_written(household):
    merged = changes.merge(household, {**SHOWN, "city": "Caen"}, seen=SHOWN)
    assert merged == changes.Merged(mine={"city": ("Valmont-sur-Orne", "Caen")}, theirs={})


def test_what_somebody_else_changed_beside_stays_and_is_told(household):
    type(household).objects.update(street="3 place du Marché")
    household.refresh_from_db()
    merged = changes.merge(household, {**SHOWN, "city": "Caen"}, seen=SHOWN)
    household.refresh_from_db()
    assert (household.city, household.street) == ("Caen", "3 place du Marché")
    assert merged.theirs == {"street": "3 place du Marché"}


def test_the_same_field_changed_by_two_is_told_and_nothing_is_written(household):
    type(household).objects.update(city="Bayeux")
    household.refresh_from_db()
    with pytest.raises(changes.EditedMeanwhile) as told:
        changes.merge(household, {**SHOWN, "city": "Caen", "name": "LE GOFF"}, seen=SHOWN)
    assert told.value.theirs == {"city": "Bayeux"}
    household.refresh_from_db()
    assert (household.name, household.city) == ("MARTIN", "Bayeux")


def test_two_who_wrote_the_same_agree(household):
    type(household).objects.update(city="Caen")
    household.refresh_from_db()
    assert changes.merge(household, {**SHOWN, "city": "Caen"}, seen=SHOWN).mine == {}


def test_who_saw_nothing_replaces_nothing(household):
    with pytest.raises(changes.EditedMeanwhile):
        changes.merge(household, {"city": "Caen"}, seen={})
    assert changes.merge(household, {"city": "Valmont-sur-Orne"}, seen={}).mine == {}
