"""All the children on one page: found by its tabs, ticked, checked and saved at once; and the sheet for the fridge."""

import re
from datetime import date
from io import BytesIO

import pytest
from pypdf import PdfReader

from portail.bookings.models import Booking, Receipt
from tests import factories as make

VISITORS = {
    "phone without script": {"width": 360, "script": False},
    "keyboard": {"width": 1280, "keyboard": True},
}


@pytest.fixture
def alice(town):
    children = [
        make.ChildFactory(first_name=name, last_name="Martin", birth_date=date(2016 + rank, 3, 4))
        for rank, name in enumerate(("Léa", "Noé", "Ana"))
    ]
    return town.family("Alice", "Martin", "7001", *children)


@pytest.mark.parametrize("how", VISITORS)
def test_the_week_of_all_the_children_in_one_save(how, visit, town, alice):
    visitor = visit(**VISITORS[how])
    visitor.is_signed_in_as(alice.user)
    visitor.goes("/planning/")
    visitor.follows("Tous", among="Enfant")
    visitor.sees("Planning de tous les enfants", "Légende")
    visitor.follows("Semaine", among="Vue")
    visitor.unfolds("Aller à une date")
    if how == "keyboard":  # typed as the browser's own field asks, and sent by Enter
        visitor.fills({"Date": "12082026"})
        visitor.page.keyboard.press("Enter")
    else:
        visitor.fills({"Date": "2026-12-08"})
        visitor.presses("Voir")
    visitor.sees("Planning de tous les enfants", "semaine du 7 décembre", "Modifiable jusqu'au dimanche 6")
    for name in ("Léa · Soir mar 8 décembre", "Noé · Cantine jeu 10 décembre"):
        box = visitor.page.get_by_role("checkbox", name=name, exact=True)
        visitor._toggle(box, wanted=True)
    visitor.presses("Vérifier")
    visitor.sees(
        "Vérifiez vos changements", "Léa · mardi 8 décembre", "Noé · jeudi 10 décembre", "Ajouté (2)"
    )
    visitor.presses("Valider")
    visitor.sees("C'est enregistré", re.compile(r"R-2026-\d+"))
    assert (Receipt.objects.count(), Booking.objects.active().count()) == (1, 2)


def test_a_month_of_all_the_children_is_printed_on_one_sheet(visit, town, alice):
    for service in ("matin", "cantine", "soir"):
        farm = town.session(service, date(2026, 12, 8))
        farm.programme = "Sortie à la ferme"
        farm.save()
    visitor = visit()
    visitor.is_signed_in_as(alice.user)
    visitor.goes("/planning/tous/2026-12/")
    visitor.follows("Imprimer")
    visitor.sees(
        "Planning de tous les enfants, décembre 2026", "Imprimé par Alice Martin", "Sortie à la ferme"
    )
    printed = PdfReader(BytesIO(visitor.page.pdf(format="A4", prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    assert "Retour au planning" not in printed.pages[0].extract_text()
    assert "Sortie à la ferme" in printed.pages[0].extract_text()
