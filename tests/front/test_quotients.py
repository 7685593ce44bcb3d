"""A parent's quotient: what the pages say of it, and its proof sent from a telephone."""

from datetime import date
from io import BytesIO
from uuid import uuid4

import pillow_heif
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from portail.families.models import FamilyDocument, Request
from tests import factories as make

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
ASK = "front:ask_quotient"


@pytest.fixture
def alice(client, cast):
    with time_machine.travel(make.NOW, tick=False):
        client.force_login(cast.alice.user)
        yield client


def picture(kind="JPEG") -> bytes:
    pillow_heif.register_heif_opener()
    content = BytesIO()
    Image.new("RGB", (300, 400), "white").save(content, kind)
    return content.getvalue()


def sent(name="IMG_0042.jpg", content=None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, picture() if content is None else content)


def post(client, token=None, **values):
    return client.post(reverse(ASK), {"kind": "CAF", "token": token or uuid4(), **values})


def text(response) -> str:
    return response.content.decode().replace("&#x27;", "'").replace("\xa0", " ")


@pytest.mark.parametrize(
    ("received", "day", "told"),
    [
        ([], "2026-11-24", ["Il manque votre justificatif", "le tarif le plus fort s'applique"]),
        ([(742, date(2026, 2, 10))], "2026-11-24", ["du dimanche 1er mars 2026 au dimanche 28 février 2027"]),
        ([(742, date(2026, 2, 10))], "2027-01-30", ["À renouveler", "jusqu'au dimanche 28 février 2027"]),
        ([(742, date(2026, 2, 10))], "2027-03-01", ["Il manque votre justificatif"]),
        (
            [(742, date(2026, 2, 10)), (810, date(2027, 3, 4))],
            "2027-03-05",
            [
                "Il manque votre justificatif",
                "Votre quotient de 810 est enregistré : il compte à partir du jeudi 1er avril",
            ],
        ),
    ],
)
def test_the_dossier_says_what_counts_and_what_is_missing(client, cast, received, day, told):
    for value, on in received:
        make.QuotientFactory(
            household=cast.alice.household, value=value, kind="CAF", proved_on=on, received_on=on
        )
    with time_machine.travel(f"{day}T10:00Z", tick=False):
        client.force_login(cast.alice.user)
        page = text(client.get(reverse("front:household")))
    for words in told:
        assert words in page
    assert ("Ma carte de quotient" in page) is ("Valable" in page)


def test_the_home_page_asks_until_something_waits_at_the_service(alice, cast):
    home = reverse("front:dashboard")
    assert "Envoyez votre justificatif de quotient" in text(alice.get(home))
    post(alice, photo=sent())
    assert "Envoyez votre justificatif de quotient" not in text(alice.get(home))


def test_before_the_renewal_the_home_page_names_the_day(client, cast):
    make.QuotientFactory(household=cast.alice.household, kind="CAF")
    with time_machine.travel("2027-02-20T10:00Z", tick=False):
        client.force_login(cast.alice.user)
        page = text(client.get(reverse("front:dashboard")))
    assert "Renouvelez votre quotient avant le 1er mars" in page


def test_a_photo_and_files_leave_together_and_are_followed(alice, cast):
    assert "il comptera à partir du mardi 1er décembre 2026" in text(alice.get(reverse(ASK)))
    response = post(
        alice,
        photo=sent("image.jpg"),
        chosen=[sent("IMG_2.HEIC", picture("HEIF")), sent("attestation.pdf", PDF)],
        message="Deux pages",
    )
    item = Request.objects.get()
    assert response["Location"] == reverse("front:request", args=[item.pk])
    kept = list(item.documents.order_by("pk").values_list("file_name", "content_type"))
    assert kept == [
        ("image.jpg", "image/jpeg"),
        ("IMG_2.jpg", "image/jpeg"),
        ("attestation.pdf", "application/pdf"),
    ]
    page = text(alice.get(response["Location"]))
    for words in ("Page 3", "attestation.pdf", "Deux pages", "Ajouter une page", "Chez le service"):
        assert words in page


def test_a_double_click_sends_once_and_another_page_joins(alice):
    token = uuid4()
    for _ in range(2):
        post(alice, token=token, photo=sent())
    assert "s'y ajoute" in text(alice.get(reverse(ASK)))
    post(alice, photo=sent())
    assert (Request.objects.count(), FamilyDocument.objects.count()) == (1, 2)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("avis.pdf", picture(), "n'est pas celui qu'annonce « .pdf »"),
        ("photo.jpg", PDF, "n'est pas celui qu'annonce « .jpg »"),
        ("photo.heic", picture(), "n'est pas celui qu'annonce « .heic »"),
        ("photo.jpg", picture()[:400], "ne peut pas être lue"),
        ("avis.docx", b"PK\x03\x04", "Envoyez l'un de ces formats : pdf, jpg, png, webp, heic."),
        ("vide.pdf", b"", "Ce fichier est vide"),
        ("sans-extension", PDF, "Envoyez l'un de ces formats"),
        ("grand.pdf", PDF + b" " * (20 * 1024 * 1024), "dépasse 10 Mo"),
    ],
)
def test_what_is_not_what_its_name_says_is_refused_in_words_and_nothing_is_kept(alice, name, content, told):
    response = post(alice, chosen=[sent("bon.jpg"), sent(name, content)], message="Mon mot")
    assert response.status_code == 422
    page = text(response)
    assert told in page
    assert "Mon mot" in page
    assert not Request.objects.exists()
    assert not FamilyDocument.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("<script>.jpg", "script.jpg"),
        ("é" * 300 + ".JPEG", "é" * 108 + ".jpg"),
        ("\u202egpj.exe.jpg", "gpj.exe.jpg"),
    ],
)
def test_strange_names_are_cleaned(alice, name, kept):
    post(alice, photo=sent(name))
    document = FamilyDocument.objects.get()
    assert document.file_name == kept
    assert kept not in document.file.name


@pytest.mark.parametrize("values", [{}, {"kind": "autre", "photo": "x"}, {"token": "x"}])
def test_nothing_or_nonsense_is_asked_again(alice, values):
    response = alice.post(reverse(ASK), {"kind": "CAF", "token": uuid4(), **values})
    assert response.status_code == 422
    assert not Request.objects.exists()


def test_another_familys_proof_does_not_exist(alice, client, cast):
    post(alice, photo=sent())
    document = FamilyDocument.objects.get()
    own = alice.get(reverse("front:family_document", args=[document.pk]))
    assert b"".join(own.streaming_content).startswith(b"\xff\xd8\xff")
    client.force_login(cast.charlie.user)
    assert client.get(reverse("front:family_document", args=[document.pk])).status_code == 404
    assert client.get(reverse("front:request", args=[document.request_id])).status_code == 404


def test_the_card_is_made_once_and_asked_for_again(alice, cast):
    card = reverse("front:quotient_card")
    assert alice.post(card)["Location"] == reverse(ASK)
    make.QuotientFactory(household=cast.alice.household, kind="CAF")
    first, second = alice.post(card)["Location"], alice.post(card)["Location"]
    assert first == second
    assert b"".join(alice.get(first).streaming_content).startswith(b"%PDF-")
    assert alice.get(card).status_code == 405
