"""Files put there for a family, from the desk."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.core.models import OutboxMail
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


@pytest.fixture
def agent(client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.agnes)
    return client


def put(agent, household, *, title="Carte", name="carte.pdf", content=PDF):
    file = SimpleUploadedFile(name, content, "application/pdf")
    address = reverse("desk:family_document_new", args=[household.pk])
    return agent.post(address, {"title": title, "file": file})


def test_a_file_is_put_read_and_taken_back(agent, cast):
    household = cast.alice.household
    assert put(agent, household).status_code == 302
    document = FamilyDocument.objects.get()
    assert OutboxMail.objects.get().to == "alice@exemple.fr"
    rows = [household.pk, document.pk]
    response = agent.get(reverse("desk:family_document", args=rows))
    assert b"".join(response.streaming_content) == PDF
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("attachment")
    address = reverse("desk:family_document_remove", args=rows)
    assert "Retirer « Carte »" in agent.get(address).content.decode()
    assert agent.post(address).status_code == 302
    assert not FamilyDocument.objects.exists()
    assert agent.post(address).status_code == 404


@pytest.mark.parametrize(
    ("posted", "told"),
    [
        ({"title": ""}, "Remplissez « Titre »"),
        ({"title": "x" * 151}, "150"),
        ({"content": b""}, "Ce fichier est vide"),
        ({"name": "photo.exe", "content": b"MZ" * 50}, "Envoyez l&#x27;un de ces formats"),
        ({"name": "carte.pdf", "content": b"MZ" * 50}, "n&#x27;est pas celui"),
    ],
)
def test_what_is_refused_is_told_and_the_title_stays(agent, cast, posted, told):
    response = put(agent, cast.alice.household, **posted)
    assert response.status_code == 422
    assert told in response.content.decode()
    assert not FamilyDocument.objects.exists()


def test_a_file_too_large_is_told_the_limit(agent, cast, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    response = put(agent, cast.alice.household, content=PDF + b" " * settings.UPLOAD_MAX_BYTES)
    assert response.status_code == 422
    assert "dépasse 1 Mo" in response.content.decode()


def test_no_file_at_all(agent, cast):
    address = reverse("desk:family_document_new", args=[cast.alice.household.pk])
    response = agent.post(address, {"title": "Carte"})
    assert response.status_code == 422
    assert "Choisissez un fichier" in response.content.decode()


def test_issued_documents_say_their_number_and_code_and_are_never_removed(client, cast):
    issued = issue(
        cast.alice.household,
        FamilyDocument.Kind.INVOICE,
        "2026000000001",
        "Facture de novembre 2026",
        b"%PDF",
        "facture.pdf",
        amount=Decimal("48.30"),
        now=NOW,
    )
    client.force_login(cast.agnes)
    url = reverse("desk:family_documents", args=[cast.alice.household.pk])
    page = client.get(url, {"nature": "invoice", "annee": "2026"}).content.decode()
    for part in ("n° 2026000000001", "48,30\xa0€", f"code {issued.code}"):
        assert part in page
    remove = reverse("desk:family_document_remove", args=[cast.alice.household.pk, issued.pk])
    assert remove not in page
    assert client.get(remove).status_code == client.post(remove).status_code == 404
    assert FamilyDocument.objects.filter(pk=issued.pk).exists()
