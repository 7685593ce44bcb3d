"""Two clicks, two tabs, two parents at once: what is written is what the screen says."""

import re
from datetime import UTC, date, datetime

import pytest
from playwright.sync_api import expect

from portail.bookings.models import Booking, Receipt
from tests import factories as make

BOX = "Cantine, jeudi 3 décembre"


@pytest.fixture
def parents(town):
    """Alice and Bob look after Léa; Charlie is somebody else's father."""
    lea = make.ChildFactory(first_name="Léa", last_name="Martin")
    zoe = make.ChildFactory(first_name="Zoé", last_name="Petit")
    town.alice = town.family("Alice", "Martin", "7001", lea)
    town.bob = town.family("Bob", "Durand", "7002", lea)
    town.charlie = town.family("Charlie", "Petit", "7003", zoe)
    town.lea, town.zoe = lea, zoe
    return town


def opens_december(visitor, user, child) -> None:
    visitor.is_signed_in_as(user)
    visitor.goes(f"/planning/{child.pk}/2026-12/")
    visitor.sees(f"Planning de {child.first_name}")


def test_two_families_at_the_last_place(visit, parents):
    lunch = parents.session("cantine", date(2026, 12, 3))
    lunch.capacity = 1
    lunch.save()
    alice, charlie = visit(width=360), visit()
    for visitor, user, child in (
        (alice, parents.alice.user, parents.lea),
        (charlie, parents.charlie.user, parents.zoe),
    ):
        opens_december(visitor, user, child)
        visitor.ticks(f"{BOX}, plus qu'une place")
        visitor.ticks("Soir, jeudi 3 décembre")
        visitor.presses("Vérifier")
        visitor.sees("Vérifiez vos changements", "Ajouté (2)")
    alice.presses("Valider")
    alice.sees("C'est enregistré")
    charlie.presses("Valider")
    charlie.sees(
        "Vérifiez vos changements",
        "La situation a changé entre-temps",
        "Rien n'a été enregistré",
        "Ajouté (1)",
        "Impossible (1)",
        re.compile("plus de place|complet", re.IGNORECASE),
    )
    assert Booking.objects.active().filter(child=parents.zoe).count() == 0
    charlie.presses("Modifier")  # his ticks are kept: the evening is still asked for
    charlie.sees("Planning de Zoé")
    expect(charlie.field("Soir, jeudi 3 décembre")).to_be_checked()
    charlie.presses("Vérifier")
    charlie.presses("Valider")
    charlie.sees("C'est enregistré", "Garderie du soir")
    assert Booking.objects.active().filter(session=lunch).get().child == parents.lea


def test_both_parents_of_a_child_book_it_once(visit, parents):
    alice, bob = visit(), visit(width=360)
    for visitor, parent in ((alice, parents.alice), (bob, parents.bob)):
        opens_december(visitor, parent.user, parents.lea)
        visitor.ticks(BOX)
        visitor.presses("Vérifier")
    alice.presses("Valider")
    alice.sees("C'est enregistré")
    bob.presses("Valider")
    bob.sees("Vérifiez vos changements", "Impossible (1)", "l'autre parent")
    assert Booking.objects.active().count() == 1


def test_a_double_click_gives_one_receipt(visit, parents):
    alice = visit()
    opens_december(alice, parents.alice.user, parents.lea)
    alice.ticks(BOX)
    alice.presses("Vérifier")
    alice.button("Valider").dblclick()
    alice.sees("C'est enregistré")
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize("script", [True, False])
def test_back_then_save_again_gives_the_same_receipt(visit, parents, script):
    alice = visit(script=script)
    opens_december(alice, parents.alice.user, parents.lea)
    alice.ticks(BOX)
    alice.presses("Vérifier")
    alice.presses("Valider")
    alice.sees("C'est enregistré")
    number = alice.page.inner_text(".receipt-number")
    alice.page.go_back()
    alice.sees("Vérifiez vos changements")
    alice.presses("Valider")
    alice.sees("C'est enregistré", number)
    assert Receipt.objects.count() == 1


def test_two_tabs_of_one_parent_do_not_undo_each_other(visit, parents):
    alice = visit()
    opens_december(alice, parents.alice.user, parents.lea)
    other = alice.opens_a_tab()
    other.goes(f"/planning/{parents.lea.pk}/2026-12/")
    other.ticks("Soir, vendredi 4 décembre")
    other.presses("Vérifier")
    other.presses("Valider")
    other.sees("C'est enregistré")
    alice.ticks(BOX)  # this tab does not know of the evening: it must not cancel it
    alice.presses("Vérifier")
    alice.sees("Vérifiez vos changements", "Ajouté (1)")
    alice.presses("Valider")
    alice.sees("C'est enregistré")
    codes = Booking.objects.active().values_list("session__service__code", flat=True)
    assert sorted(codes) == ["cantine", "soir"]


def test_what_was_changed_can_be_undone(visit, parents, mailbox):
    make.AdultFactory(household=parents.alice.household, first_name="Paul", position=1)
    alice = visit(width=360)
    opens_december(alice, parents.alice.user, parents.lea)
    alice.ticks(BOX)
    alice.presses("Vérifier")
    alice.presses("Valider")
    alice.presses("Annuler ce changement")
    alice.sees("Vérifiez vos changements", "Retiré (1)")
    alice.presses("Valider")
    alice.sees("C'est enregistré", "Retiré")
    assert not Booking.objects.active().exists()
    assert [len(mailbox.of(who)) for who in ("alice@exemple.fr", "paul@exemple.fr")] == [2, 2]  # both adults
    told = mailbox.of("bob@exemple.fr")  # the other parent knows, of the child that they share
    assert {mail["Subject"] for mail in told} == {"Réservations modifiées par l'autre parent"}
    alice.follows("Tous mes reçus")
    alice.sees("Mes reçus", *(receipt.number for receipt in Receipt.objects.all()))


def test_sunday_at_nine_in_the_evening(visit, parents, clock):
    clock.move_to(datetime(2026, 11, 29, 19, 58, tzinfo=UTC))  # 20:58 in Paris
    alice = visit(width=360)
    opens_december(alice, parents.alice.user, parents.lea)
    alice.reads("Modifiable jusqu'au dimanche 29 novembre à 21 h")
    alice.ticks(BOX)
    alice.presses("Vérifier")
    clock.move_to(datetime(2026, 11, 29, 20, 0, 1, tzinfo=UTC))
    alice.presses("Valider")
    alice.sees("Vérifiez vos changements", "Impossible (1)", "21 h", "02 31 00 00 00")
    assert not Booking.objects.exists()
    alice.presses("Modifier")
    alice.sees("Planning de Léa")
    expect(alice.field(BOX)).to_have_count(0)
