"""The keys that searches read follow the names, however they are saved."""

import pytest

from tests import factories as make

pytestmark = pytest.mark.django_db


def test_the_key_of_a_name_follows_a_partial_save():
    household = make.HouseholdFactory(name="D'Ávila-Núñez")
    assert household.name_key == "davilanunez"
    household.name = "LE GOFF"
    household.save(update_fields=["name"])
    household.refresh_from_db()
    assert household.name_key == "legoff"
    adult = make.AdultFactory(household=household)
    adult.last_name = "L'Œillet"
    adult.save(update_fields=["last_name"])
    adult.refresh_from_db()
    assert adult.search_key == "alice l oeillet"


def test_a_name_whose_letters_unfold_still_fits():
    household = make.HouseholdFactory(name="œ" * 120)
    child = make.ChildFactory(first_name="ﷺ" * 80, last_name="ß" * 80)
    contact = make.ChildContactFactory(household=household, child=child, name="ﷺ" * 120)
    assert (len(household.name_key), len(child.search_key), len(contact.search_key)) == (120, 170, 130)
