"""The fixed cast of every test: who they are and what ties them.

Alice and Bob are the parents of Léa, each with a household; Noé is Alice's alone. Charlie is a stranger with a child
of his own. Agnès is an agent, Renée the cash officer, Alix the administrator, Lou a leader, Rémi a reader.
Léa and Noé are enrolled in the canteen of their school for 2026-2027.
"""

from types import SimpleNamespace

import pytest

from portail.accounts.models import Role
from tests import factories as make


def family(first_name: str, last_name: str, number: str) -> SimpleNamespace:
    """An adult with an account, in a household of its own."""
    household = make.HouseholdFactory(number=number, name=last_name.upper())
    user = make.UserFactory(username=first_name.lower(), first_name=first_name, last_name=last_name)
    adult = make.AdultFactory(household=household, user=user, first_name=first_name, last_name=last_name)
    return SimpleNamespace(household=household, user=user, adult=adult)


def staff(username: str, first_name: str, role: str):
    return make.UserFactory(username=username, first_name=first_name, last_name="Mairie", role=role)


@pytest.fixture
def cast(db) -> SimpleNamespace:
    commune = make.CommuneFactory()
    alice = family("Alice", "Martin", "7001")
    bob = family("Bob", "Durand", "7002")
    charlie = family("Charlie", "Petit", "7003")
    lea = make.ChildFactory(first_name="Léa", last_name="Martin")
    noe = make.ChildFactory(first_name="Noé", last_name="Martin")
    zoe = make.ChildFactory(first_name="Zoé", last_name="Petit")
    for household, child in [
        (alice.household, lea),
        (bob.household, lea),
        (alice.household, noe),
        (charlie.household, zoe),
    ]:
        make.HouseholdChildFactory(household=household, child=child)
    for child in (lea, noe, zoe):
        make.SchoolingFactory(child=child)
    offer = make.ServicePlaceFactory()
    for child in (lea, noe):
        make.EnrolmentFactory(child=child, activity=offer.service.activity, place=offer.place)
    return SimpleNamespace(
        commune=commune,
        alice=alice,
        bob=bob,
        charlie=charlie,
        lea=lea,
        noe=noe,
        zoe=zoe,
        offer=offer,
        canteen=offer.service,
        agnes=staff("agnes", "Agnès", Role.AGENT),
        renee=staff("renee", "Renée", Role.CASH_OFFICER),
        alix=staff("alix", "Alix", Role.ADMINISTRATOR),
        lou=staff("lou", "Lou", Role.LEADER),
        remi=staff("remi", "Rémi", Role.READER),
    )
