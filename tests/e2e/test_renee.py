"""Renée at the cash desk: cash, a cheque and a card taken, the till counted, a slip handed over, a spreadsheet kept."""

import csv
from decimal import Decimal
from io import StringIO

import pytest
from playwright.sync_api import expect

from portail.payments.models import CashCount, Deposit, Payment
from tests import pdfs
from tests.e2e import mailbox as mails
from tests.payments.desk import invoiced, left


@pytest.fixture
def renee(visit, town):
    visitor = visit()
    visitor.is_signed_in_as(town.renee)
    return visitor


@pytest.fixture
def owed(town):
    """What the two dossiers of the guide were asked: two invoices for one, one for the other."""
    maurice, marie = town.maurice.household, town.marie.household
    return {
        "october": invoiced(maurice, "48.30", 2026000000001),
        "november": invoiced(maurice, "61.20", 2026000000002),
        "marie": invoiced(marie, "35.00", 2026000000003),
    }


def takes(renee, who: str, mode: str, amount: str = "", **more: str) -> None:
    renee.goes("/guichet/encaissements/nouveau/")
    renee.sees("Encaisser")
    renee.fills({"Nom, numéro de dossier, adresse e-mail ou téléphone": who})
    renee.presses("Chercher")
    renee.sees("Encaisser", "Ce qui est dû")
    renee.ticks(mode)
    renee.fills(({"Montant encaissé": amount} if amount else {}) | more)
    renee.presses("Encaisser")


def test_her_whole_day(renee, owed, mailbox):
    takes(renee, "6354", "Espèces", "48,30", **{"Somme tendue": "50"})
    renee.sees("Paiement enregistré", "rendez 1,70", "Facture 2026000000001", "Il reste 61,20")
    assert left(owed["october"], owed["november"]) == ["0.00", "61.20"]
    assert "48,30" in mails.text(mailbox.last("maurice@poste.example"))

    takes(renee, "6354", "Chèque", **{"Banque": "La Banque Postale", "Numéro ou référence": "0001234"})
    renee.sees("Paiement enregistré", "61,20", "Le compte est à jour.")
    takes(renee, "1901", "Carte bancaire", "40")
    renee.sees("Paiement enregistré", "5,00", "d'avance")
    prints_the_receipt(renee)

    renee.goes("/guichet/encaissements/journee/")
    renee.sees("Mardi 24 novembre", "149,50", "La caisse n'est pas comptée")
    counts_her_till(renee)
    hands_the_cheque_over(renee)
    keeps_a_spreadsheet(renee)


def prints_the_receipt(renee) -> None:
    link = renee.page.get_by_role("link", name="Imprimer le reçu").get_attribute("href")
    words = pdfs.text(renee.page.request.get(link).body())
    assert "Reçu de paiement" in words
    assert "40,00 €" in words


def counts_her_till(renee) -> None:
    renee.follows("Compter la caisse")
    renee.sees("Compter la caisse", "48,30")
    renee.fills({"Fonds de caisse": "50", "Billets de 50 €": "1", "Billets de 20 €": "2"})
    renee.presses("Enregistrer le comptage")
    renee.sees("Compter la caisse", "8,30", "Compté : 90,00")
    renee.fills(
        {"Billets de 5 €": "1", "Pièces de 2 €": "1", "Pièces de 1 €": "1", "Pièces de 10 centimes": "3"}
    )
    renee.presses("Enregistrer le comptage")
    renee.sees("Mardi 24 novembre", "Juste", "98,30")
    assert CashCount.objects.get().counted == Decimal("98.30")


def hands_the_cheque_over(renee) -> None:
    renee.goes("/guichet/encaissements/remises/")
    renee.sees("Remises", "61,20")
    renee.page.get_by_role("link", name="Faire la remise : Chèque").click()
    renee.sees("Nouvelle remise : chèque", "La Banque Postale · 0001234")
    renee.presses("Faire la remise")
    slip = Deposit.objects.get()
    renee.sees(f"Remise {slip.number}", "61,20")
    link = renee.page.get_by_role("link", name="Imprimer le bordereau").get_attribute("href")
    assert slip.number in pdfs.text(renee.page.request.get(link).body())


def keeps_a_spreadsheet(renee) -> None:
    renee.goes("/guichet/encaissements/")
    renee.sees("Encaissements", "3 paiements", "149,50")
    with renee.page.expect_download() as saved:
        renee.page.get_by_role("link", name="Tableur CSV").click()
    rows = list(csv.DictReader(StringIO(saved.value.path().read_text(encoding="utf-8-sig")), delimiter=";"))
    assert sum(Decimal(row["Montant"].replace(",", ".")) for row in rows) == Decimal("149.50")
    assert {row["Mode"] for row in rows} == {"Espèces", "Chèque", "Carte bancaire"}


def test_a_cheque_that_comes_back_unpaid(renee, owed):
    takes(renee, "1901", "Chèque", **{"Banque": "Crédit Mutuel", "Numéro ou référence": "77"})
    payment = Payment.objects.get()
    renee.follows("Annuler ce paiement")
    renee.sees(f"Annuler le paiement {payment.number}", "Rien n'est effacé")
    renee.presses("Annuler par une écriture contraire")
    renee.reads("Écrivez pourquoi")
    renee.fills({"Motif": "Sans provision"})
    renee.presses("Annuler par une écriture contraire")
    renee.sees(f"Paiement {payment.number}", "Sans provision", "Il reste 35,00")
    assert left(owed["marie"]) == ["35.00"]


def test_on_a_telephone_and_without_script(visit, town, owed):
    for kind in ({"width": 360}, {"script": False}):
        visitor = visit(**kind)
        visitor.is_signed_in_as(town.renee)
        takes(visitor, "1901", "Espèces", "10")
        visitor.sees("Paiement enregistré", "10,00")
    assert left(owed["marie"]) == ["15.00"]
    expect(visitor.page.get_by_role("link", name="Encaisser un autre paiement")).to_be_visible()
