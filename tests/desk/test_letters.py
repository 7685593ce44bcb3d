"""The welcome letter, on paper."""

import re

from portail.activities.queries import site
from portail.desk.letters import welcome as letters
from portail.families.models import Household
from tests import factories as make
from tests.factories import NOW


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def test_one_page_a_household_with_its_number_and_name(cast):
    households = Household.objects.filter(pk__in=[cast.alice.household.pk, cast.bob.household.pk])
    households = households.order_by("number")
    assert pages(letters.welcome(households, commune=site(), now=NOW)) == 2
    said = letters.words(households, commune=site(), now=NOW)
    assert said["letters"] == [
        {
            "to": ["Alice Martin", "12 rue des Lilas", "14220 Valmont-sur-Orne"],
            "number": "7001",
            "name": "MARTIN",
        },
        {
            "to": ["Bob Durand", "12 rue des Lilas", "14220 Valmont-sur-Orne"],
            "number": "7002",
            "name": "DURAND",
        },
    ]
    assert said["place_and_date"] == "Valmont-sur-Orne, le 24 novembre 2026"


def test_strange_names_and_empty_addresses_stay_one_page(cast):
    household = make.HouseholdFactory(
        name="#pagebreak() ]; " + "Ñ" * 100, street="x" * 200, street_more="y " * 99, postcode="", city=""
    )
    for first_name in ("O'Neill", "Zoé 🌻", "名前", "= Titre\n\n= Titre"):
        make.AdultFactory(household=household, first_name=first_name, last_name="L" * 80)
    assert pages(letters.welcome([household], commune=site(), now=NOW)) == 1


def test_a_dossier_without_adults_is_addressed_by_its_name(cast):
    household = make.HouseholdFactory(name="DEMOCIVIL", street="")
    said = letters.words([household], commune=site(), now=NOW)
    assert said["letters"][0]["to"] == ["DEMOCIVIL", "14220 Valmont-sur-Orne"]
