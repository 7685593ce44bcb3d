"""The public page that says whether a paper is the commune's."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portail.billing.actions import editions
from portail.families import cards
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument
from tests import factories as make
from tests.billing import issued
from tests.factories import NOW

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
UNKNOWN = "7KXD-M2PQ-4RTB"


@pytest.fixture
def paper(cast):
    return issue(
        cast.alice.household,
        FamilyDocument.Kind.TAX_CERTIFICATE,
        "2025000000007",
        "Attestation fiscale 2025 de la famille MARTIN",
        PDF,
        "attestation-martin.pdf",
        amount=Decimal("1234.50"),
        now=NOW,
    )


def page(client, paper, **posted):
    url = reverse("front:verified", args=[paper.code])
    return client.post(url, posted) if posted else client.get(url)


def test_the_code_leads_to_what_the_paper_is_and_to_nothing_personal(client, paper):
    typed = paper.code.replace("-", " ").lower()
    response = client.post(reverse("front:verify"), {"code": typed})
    assert response.url == reverse("front:verified", args=[paper.code])
    said = client.get(response.url).content.decode()
    for part in (
        "Attestation fiscale",
        "2025000000007",
        "24 novembre 2026",
        "1\xa0234,50\xa0€",
        "Authentique",
    ):
        assert part in said
    for secret in ("MARTIN", "Martin", "martin", "7001", "Lilas"):
        assert secret not in said


def test_a_paper_without_amount_shows_none(client, paper):
    FamilyDocument.objects.update(amount=None)
    assert "Montant" not in page(client, paper).content.decode()


def test_an_unknown_code_is_said_kindly(client, paper):
    response = client.get(reverse("front:verified", args=[UNKNOWN]))
    assert response.status_code == 404
    assert "Aucun document ne porte ce code" in response.content.decode()
    assert f'value="{UNKNOWN}"' in response.content.decode()


def test_a_deposited_file_has_no_code(client, cast):
    FamilyDocument.objects.create(
        household=cast.alice.household, title="x", file="x", file_name="x", size=1, added_at=NOW
    )
    assert client.get(reverse("front:verified", args=["None"])).status_code == 404


@pytest.mark.parametrize("typed", ["", "7KXD", "7KXD-M2PQ-4RT0", "x" * 100])
def test_what_is_not_a_code_is_to_be_copied_again(client, cast, typed):
    response = client.post(reverse("front:verify"), {"code": typed})
    assert response.status_code == 422
    assert typed[:40] in response.content.decode()


@pytest.mark.parametrize(
    ("sent", "said"), [(PDF, "Fichier identique"), (PDF + b" ", "Fichier différent")], ids=["same", "other"]
)
def test_the_file_is_compared_to_the_one_that_was_issued(client, paper, sent, said):
    response = page(client, paper, file=SimpleUploadedFile("recu.pdf", sent))
    assert response.status_code == 200
    assert said in response.content.decode()


def test_a_file_that_is_no_pdf_is_refused_in_words(client, paper):
    response = page(client, paper, file=SimpleUploadedFile("recu.pdf", b"bonjour"))
    assert response.status_code == 422
    assert "Envoyez l&#x27;un de ces formats" in response.content.decode()


def test_wrong_codes_slow_down_and_good_ones_do_not(client, paper, time_machine):
    time_machine.move_to(NOW, tick=False)
    for _ in range(45):
        assert page(client, paper).status_code == 200
    wrong = reverse("front:verified", args=[UNKNOWN])
    statuses = [client.get(wrong).status_code for _ in range(42)]
    assert statuses == [404] * 40 + [429] * 2
    response = page(client, paper)
    assert response.status_code == 429
    assert "Patientez" in response.content.decode()


def test_an_invoice_that_was_corrected_says_so(client, cast):
    invoice = issued.invoice(cast.alice.household)
    issued.line(invoice, cast.lea)
    document = editions.edit(invoice, now=NOW)
    assert "corrigée" not in page(client, document).content.decode()
    issued.credit(invoice, list(invoice.lines.all()))
    said = page(client, document).content.decode()
    assert "Facture corrigée" in said
    assert "48,30\xa0€ sur cette facture" in said
    assert "Sortie annulée" not in said


def test_a_quotient_card_whose_value_was_corrected_says_so(client, cast):
    row = make.QuotientFactory(household=cast.alice.household, kind="CAF")
    card = cards.issue(row, actor=cast.agnes, now=NOW)
    assert "Carte remplacée" not in page(client, card).content.decode()
    make.QuotientFactory(household=cast.alice.household, kind="CAF", value=810, replaces=row)
    said = page(client, card).content.decode()
    assert "Carte remplacée" in said
    assert "742" not in said
