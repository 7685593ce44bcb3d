"""Agnès at the desk, the telephone ringing: find anyone, enter a family once, decide, book late with a reason."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from portail.bookings.models import Booking
from portail.families.models import Adult, Household, Request
from tests import factories as make
from tests.e2e import mailbox as mails
from tests.e2e.town import PDF

NOUR = "nour@poste.example"


@pytest.fixture
def agnes(visit, town):
    visitor = visit()
    visitor.is_signed_in_as(town.agnes)
    return visitor


def searches(visitor, words: str) -> None:
    visitor.goes("/guichet/")
    visitor.page.keyboard.press("/")
    visitor.page.keyboard.type(words)
    with visitor.page.expect_navigation():
        visitor.page.keyboard.press("Enter")


@pytest.mark.parametrize(
    "words", ["6354", "démocivill", "Emma Democivil", "06 12 34 56 78", "maurice@poste.example"]
)
def test_finding_anyone(agnes, town, words):
    agnes.goes("/guichet/")
    agnes.sees("Bonjour Agnès")
    searches(agnes, words)
    agnes.page.wait_for_load_state()
    assert words not in agnes.page.url
    agnes.sees(re.compile("DEMOCIVIL|Recherche"), "6354")


def test_a_new_family_is_entered_once(agnes, town):
    agnes.goes("/guichet/")
    agnes.follows("Familles", among="Guichet")
    agnes.sees("Familles")
    agnes.follows("Nouveau dossier")
    agnes.sees("Nouveau dossier")
    agnes.fills(
        {
            "Nom du dossier": "LEROY", "Adresse": "5 rue Haute", "Code postal": "14220", "Commune": "Valmont-sur-Orne",
            "Prénom": "Nour", "Nom": "Leroy", "Adresse e-mail": NOUR, "Téléphone mobile": "06 11 22 33 44",
        }
    )  # fmt: skip
    agnes.presses("Créer le dossier")
    agnes.sees("LEROY", "Nour Leroy", "06 11 22 33 44")
    adds_a_child(agnes)
    number = Household.objects.get(name="LEROY").number
    agnes.reads(number)
    agnes.reads("Journal")
    link = agnes.page.get_by_role("link", name="Courrier d'accueil").get_attribute("href")
    letter = agnes.page.request.get(link).body()  # a browser shows it in a window of its own
    assert letter.startswith(b"%PDF-")
    assert all(mark in letter for mark in (b"/StructTreeRoot", b"/MarkInfo", b"/Lang"))


def adds_a_child(agnes) -> None:
    """In the block of the children, which is edited in its place."""
    block = agnes.page.locator("#enfants")

    def opens(name: str, title: str) -> None:
        agnes.touches(name)
        expect(block.get_by_role("heading", name=title)).to_be_visible()
        assert agnes.problems() == []

    def sends(name: str, *texts: str) -> None:
        agnes.touches(name, within="#enfants")
        expect(block.get_by_role("heading", name="Enfants", exact=True)).to_be_visible()
        for text in texts:
            expect(block).to_contain_text(text)

    opens("Ajouter un enfant", "Ajouter un enfant")
    agnes.fills({"Prénom": "Lina", "Nom": "Leroy", "Date de naissance": "2019-04-02"})
    sends("Ajouter", "Lina Leroy", "7 ans")
    opens("Modifier l'école de Lina", "École de Lina en 2026-2027")
    agnes.chooses("École", "École Jules-Verne")
    sends("Enregistrer", "École Jules-Verne")
    opens("Inscrire Lina", "Inscrire Lina")
    agnes.field("Activité et lieu").select_option(index=1)
    sends("Inscrire", "Restauration scolaire")
    agnes.sees("LEROY")


def test_a_change_of_address_and_a_certificate(agnes, visit, town, mailbox):
    alice = town.family("Alice", "Martin", "7001", make.ChildFactory(first_name="Léa"))
    parent = visit(width=360)
    parent.is_signed_in_as(alice.user)
    parent.goes("/demarches/nouvelle/adresse/")
    parent.fills({"Adresse": "3 impasse du Moulin"})
    parent.presses("Envoyer ma demande")
    parent.goes("/demarches/nouvelle/attestation/")
    parent.presses("Envoyer ma demande")

    agnes.goes("/guichet/")
    agnes.follows("Démarches", among="Guichet")
    agnes.sees("Démarches", "2 démarches")
    change, certificate = Request.objects.order_by("pk")
    agnes.follows(change.number)
    agnes.sees(
        "Changement de nom, d'adresse ou d'école", change.number, "12 rue des Lilas", "3 impasse du Moulin"
    )
    agnes.presses("Accepter et appliquer")
    alice.household.refresh_from_db()
    assert alice.household.street == "3 impasse du Moulin"

    agnes.goes(f"/guichet/demarches/{certificate.pk}/")
    agnes.fills({"Réponse": "La voici.", "Titre du fichier": "Attestation fiscale 2025"})
    agnes.field("Fichier").set_input_files({"name": "a.pdf", "mimeType": "application/pdf", "buffer": PDF})
    agnes.presses("Envoyer la réponse")
    agnes.sees("Démarches")
    agnes.goes(f"/guichet/demarches/{certificate.pk}/")
    agnes.sees("Attestation fiscale", certificate.number, "Répondue")

    parent.goes("/documents/")
    parent.sees("Mes documents", "Attestation fiscale 2025")
    parent.goes(f"/demarches/{change.pk}/")
    parent.reads("Acceptée")
    assert len(mailbox.of("alice@exemple.fr")) == 2


def test_a_refusal_is_read_by_the_family(agnes, visit, town):
    alice = town.family("Alice", "Martin", "7001")
    asked = make.RequestFactory(author=alice.user, household=alice.household)
    agnes.goes(f"/guichet/demarches/{asked.pk}/")
    agnes.presses("Refuser")
    agnes.reads("Écrivez pourquoi : la famille lira cette phrase.")
    agnes.fills({"Raison": "Le règlement ne le permet pas ; appelez-nous."})
    agnes.presses("Refuser")
    parent = visit(width=360)
    parent.is_signed_in_as(alice.user)
    parent.goes(f"/demarches/{asked.pk}/")
    parent.reads("Le règlement ne le permet pas ; appelez-nous.")


def test_booking_after_the_deadline_needs_a_reason_that_the_family_reads(agnes, visit, town, mailbox):
    lea = make.ChildFactory(first_name="Léa")
    alice = town.family("Alice", "Martin", "7001", lea)
    agnes.goes(f"/guichet/familles/{alice.household.pk}/")
    agnes.sees("MARTIN")
    agnes.follows("Planning de Léa")
    agnes.sees("Planning de Léa", "novembre 2026")
    agnes.ticks("Cantine, jeudi 26 novembre")  # its deadline was last Sunday
    agnes.presses("Vérifier")
    agnes.sees("Vérifiez les changements", "Après la date limite")
    agnes.presses("Valider")
    agnes.reads("Écrivez pourquoi")
    assert not Booking.objects.exists()
    agnes.fills({"Raison": "Hospitalisation d'un parent"})
    agnes.presses("Valider")
    agnes.sees(re.compile(r"Reçu R-2026-\d+"), "Hospitalisation d'un parent")
    booking = Booking.objects.active().get()
    assert (booking.child, booking.session.date) == (lea, date(2026, 11, 26))
    assert "Hospitalisation" in mails.text(mailbox.last("alice@exemple.fr"))
    parent = visit(width=360)
    parent.is_signed_in_as(alice.user)
    parent.goes("/planning/recus/")
    parent.sees("Mes reçus", "le service")


def test_an_account_without_reference_gets_a_dossier_made_for_it(agnes, visit, town, mailbox):
    nour = make.UserFactory(username="nour", first_name="Nour", last_name="Leroy", email=NOUR)
    asked = make.RequestFactory(kind=Request.Kind.LINK, author=nour, household=None, message="", data={})
    parent = visit(width=360)
    parent.is_signed_in_as(nour)
    parent.goes("/accueil/")
    parent.sees("Bonjour Nour", "Votre compte attend son dossier")

    agnes.goes("/guichet/")
    agnes.sees("Bonjour Agnès")
    agnes.follows("Démarches", among="Guichet")
    agnes.follows(asked.number)
    agnes.sees("Rattachement à un dossier", asked.number, "aucune : la personne n'a pas son courrier")
    agnes.page.get_by_label("Nour Leroy, dans un nouveau dossier").check()
    agnes.presses("Rattacher le compte")

    parent.goes("/accueil/")
    parent.sees("Bonjour Nour", "MON DOSSIER")
    parent.follows("Consulter mon dossier et mes démarches")
    parent.sees("Mon dossier", Adult.objects.get(user=nour).household.number)
    assert mailbox.about(NOUR, "Votre compte est rattaché à votre dossier")
