"""Alice sends the photo of her proof from her telephone, Agnès reads it beside the form, Alice sees what it changes."""

import re
from io import BytesIO

from PIL import Image

from portail.families.models import FamilyDocument, Quotient
from tests import factories as make


def photo() -> dict[str, object]:
    content = BytesIO()
    Image.new("RGB", (1500, 2000), "#fdfcf8").save(content, "JPEG")
    return {"name": "IMG_2041.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def test_a_proof_goes_from_a_telephone_to_the_desk_and_back(visit, town, mailbox):
    family = town.family("Alice", "Martin", "7001", make.ChildFactory())
    alice = visit(width=360)
    alice.is_signed_in_as(family.user)
    alice.goes("/accueil/")
    alice.sees("Bonjour Alice", "Envoyez votre justificatif de quotient")
    alice.page.get_by_role("link", name=re.compile("Envoyez votre justificatif")).click()
    alice.sees("Envoyer mon justificatif de quotient", "il comptera à partir du mardi 1er décembre 2026")
    alice.field("Prendre une photo").set_input_files(photo())
    alice.presses("Envoyer")
    alice.sees("Justificatif de quotient familial", "Chez le service", "IMG_2041.jpg", "Ajouter une page")

    agnes = visit()
    agnes.is_signed_in_as(town.agnes)
    agnes.goes("/guichet/demarches/")
    agnes.follows(FamilyDocument.objects.get().request.number)
    agnes.sees("Justificatif de quotient familial", "Pièces envoyées", "Enregistrer et accepter")
    shown = agnes.page.locator("#pieces img")
    assert shown.evaluate("image => image.complete && image.naturalWidth") == 1500
    agnes.fills({"Quotient familial": "1 214,50", "Date du justificatif": "2026-11-02"})
    agnes.presses("Enregistrer et accepter")
    agnes.sees("Démarches", "La famille est prévenue")
    assert Quotient.objects.get().proof.file_name == "IMG_2041.jpg"

    subject = f"Démarche {FamilyDocument.objects.get(kind='proof').request.number} : acceptée"
    assert mailbox.about("alice@exemple.fr", subject)
    alice.goes("/dossier/")
    alice.sees(
        "Mon dossier", "Votre quotient de 1 214,50 est enregistré : il compte à partir du mardi 1er décembre"
    )
    alice.goes("/documents/")
    alice.sees("Mes documents", "Carte de quotient familial")
