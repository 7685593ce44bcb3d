"""A waiting family: a full day, a rank, a place given back, a mail, one touch to accept without signing in."""

from datetime import date

import pytest

from portail.activities.models import Regulation
from portail.bookings.models import Booking
from tests import factories as make
from tests.e2e.mailbox import link

BOX = "Cantine, jeudi 3 décembre"
WAIT = f"Liste d'attente : {BOX}"
LIST = '\n[[waiting]]\nname = "Cantine"\nservices = ["cantine"]\nvalid_hours = 24\n'
OFFER = "Une place se libère : votre réponse est attendue"


@pytest.fixture
def parents(town):
    lea = make.ChildFactory(first_name="Léa", last_name="Martin")
    zoe = make.ChildFactory(first_name="Zoé", last_name="Petit")
    town.alice = town.family("Alice", "Martin", "7001", lea)
    town.charlie = town.family("Charlie", "Petit", "7003", zoe)
    town.lea, town.zoe = lea, zoe
    in_force = Regulation.objects.order_by("version").last()
    text = in_force.text if in_force else 'format = 1\n[commune]\nname = "Valmont"\nzone = "B"\n'
    version = (in_force.version if in_force else 0) + 1
    Regulation.objects.create(version=version, text=text + LIST, applied_at=make.NOW)
    lunch = town.session("cantine", date(2026, 12, 3))
    lunch.capacity = 1
    lunch.save()
    return town


def books(visitor, who, child, box):
    visitor.is_signed_in_as(who.user)
    visitor.goes(f"/planning/{child.pk}/2026-12/")
    visitor.sees(f"Planning de {child.first_name}")
    visitor.ticks(box)
    visitor.presses("Vérifier")


def test_from_a_full_day_to_a_place(visit, parents, mailbox):
    charlie = visit()
    books(charlie, parents.charlie, parents.zoe, f"{BOX}, plus qu'une place")
    charlie.presses("Valider")
    charlie.sees("C'est enregistré")

    alice = visit(width=360)
    books(alice, parents.alice, parents.lea, WAIT)
    alice.sees("Vérifiez vos changements", "En liste d'attente (1)", "1er sur la liste d'attente")
    alice.presses("Valider")
    alice.sees("C'est enregistré", "En liste d'attente")
    alice.follows("Voir mon rang")
    alice.sees("Listes d'attente", "1er sur la liste d'attente", "Quitter la liste")

    charlie.follows("Retour au planning")
    charlie.sees("Planning de Zoé")
    charlie.field(BOX).uncheck(force=True)
    charlie.presses("Vérifier")
    charlie.presses("Valider")
    charlie.sees("C'est enregistré", "Retiré")

    mail = mailbox.about("alice@exemple.fr", OFFER)
    stranger = visit(width=360, script=False)  # the telephone that reads the mail is not signed in
    stranger.goes(link(mail, "/places/"))
    stranger.sees("Une place vous est proposée", "Léa", "Accepter la place", "Refuser")
    stranger.presses("Accepter la place")
    stranger.sees("La place est à vous")
    booking = Booking.objects.active().get()
    assert (booking.child, booking.state) == (parents.lea, "booked")
    alice.goes(f"/planning/{parents.lea.pk}/2026-12/")
    alice.sees("Planning de Léa", "Réservé")
