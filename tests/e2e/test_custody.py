"""Bob, separated, every other week: he sees his own days and the other's without detail, books, and has his receipt."""

from datetime import date
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from portail.bookings.actions import Wish, change_bookings
from portail.bookings.actions.custody import decide_calendar
from portail.bookings.models import Booking
from portail.families.actions.custody import homes_of
from portail.rules.custody import Calendar, Home, Weeks
from tests import factories as make


@pytest.fixture
def parents(town):
    """Léa is with Bob in odd weeks, with Alice in even ones; Alice has booked its week of 7 December."""
    lea = make.ChildFactory(first_name="Léa", last_name="Martin")
    town.alice = town.family("Alice", "Martin", "7001", lea)
    town.bob = town.family("Bob", "Durand", "7002", lea)
    homes = homes_of(lea, date(2026, 11, 24))
    even = Home.A if homes[0] == town.alice.household.pk else Home.B
    calendar = Calendar(Weeks(even), date(2026, 9, 1))
    decide_calendar(lea, homes, calendar, token=uuid4(), actor=town.agnes, now=make.NOW)
    lunch = town.session("cantine", date(2026, 12, 7))
    wish = Wish(lea.pk, lunch.pk, True)
    change_bookings(town.alice.household, [wish], token=uuid4(), actor=town.alice.user, now=make.NOW)
    town.lea = lea
    return town


def test_the_week_of_bob(visit, parents, mailbox):
    bob = visit(width=360)
    bob.goes("/")
    bob.fills({"Nom d'utilisateur": "bob", "Mot de passe": make.PASSWORD})
    bob.presses("Se connecter")
    bob.presses("J'accepte ces conditions")
    bob.sees("Bonjour Bob")
    bob.goes(f"/planning/{parents.lea.pk}/2026-12/")
    bob.sees(
        "Planning de Léa",
        "Pris par l'autre foyer (semaine 50, paire) : pour réserver ce jour, proposez un échange",
    )
    expect(bob.field("Cantine, lundi 7 décembre")).to_have_count(0)
    bob.ticks("Cantine, lundi 14 décembre")
    bob.ticks("Soir, mardi 15 décembre")
    bob.presses("Vérifier")
    bob.sees("Vérifiez vos changements", "Ajouté (2)")
    bob.presses("Valider")
    bob.sees("C'est enregistré", "lundi 14 décembre", "Garderie du soir")
    own = Booking.objects.active().filter(child=parents.lea, household=parents.bob.household)
    assert {b.session.date.day for b in own} == {14, 15}
    bob.goes(f"/planning/{parents.lea.pk}/2026-12/")
    bob.follows("Garde")
    bob.sees("Garde partagée de Léa", "Semaines paires : dans l'autre foyer. Semaines impaires : chez vous.")
