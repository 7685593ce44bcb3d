"""« Accéder à mes documents » : by kind and year, and nobody else's."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse

from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument
from portail.families.queries import KIND_ORDER
from portail.front.views.documents import TITLES
from tests.factories import NOW

Kind = FamilyDocument.Kind
URL = "/documents/"


@pytest.fixture
def alice(client, cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    client.force_login(cast.alice.user)
    return client


def put(household, kind=Kind.INVOICE, number="1", title="Facture de novembre 2026", days=0, **values):
    return issue(
        household,
        kind,
        number,
        title,
        b"%PDF" + b"x" * 41_000,
        "f.pdf",
        now=NOW - timedelta(days=days),
        **values,
    )


def page(client, **asked) -> str:
    return client.get(URL, asked).content.decode().replace("\xa0", " ")


def test_documents_are_grouped_by_kind_in_the_order_families_look_for_them(alice, cast):
    home = cast.alice.household
    put(home, Kind.BOOKING_RECEIPT, "R-2026-00001", "Reçu de réservation R-2026-00001")
    put(home, Kind.TAX_CERTIFICATE, "AF-2025-000001-1", "Attestation fiscale 2025")
    put(home, amount=Decimal("1048.30"))
    put(home, number="2", title="Facture de novembre 2025", days=365)
    put(cast.bob.household, number="3", title="Facture de Bob")
    said = page(alice)
    order = ["<h2>Factures", ">2026</h3>", "novembre 2026", ">2025</h3>", "novembre 2025", "<h2>Attestations fiscales",
             "<h2>Reçus de réservation"]  # fmt: skip
    found = [said.index(part) for part in order]
    assert found == sorted(found)
    assert "1 048,30 €" in said
    assert "41 ko" in said
    assert "Kio" not in said
    assert "Bob" not in said


def test_filters_keep_one_kind_and_one_year(alice, cast):
    put(cast.alice.household)
    put(cast.alice.household, number="2", title="Facture ancienne", days=365)
    put(cast.alice.household, Kind.TAX_CERTIFICATE, "AF", "Attestation fiscale 2025")
    said = page(alice, nature="invoice", annee="2025")
    assert "Facture ancienne" in said
    assert "Facture de novembre" not in said
    assert "Attestation fiscale 2025" not in said
    assert '<option value="invoice" selected>' in said
    assert "Aucun document de cette nature" in page(alice, nature="tax_certificate", annee="2025")


@pytest.mark.parametrize("asked", [{"nature": "x", "annee": "abc"}, {"annee": "9" * 400}, {"page": "-1"}])
def test_filters_that_mean_nothing_filter_nothing(alice, cast, asked):
    put(cast.alice.household)
    assert "Facture de novembre" in page(alice, **asked)


def test_an_empty_page_says_what_will_come_and_how_to_ask(alice):
    said = page(alice)
    assert "Aucun document pour l&#x27;instant" in said or "Aucun document pour l'instant" in said
    assert reverse("front:ask_certificate") in said


def test_many_documents_are_paged(alice, cast):
    for number in range(31):
        put(cast.alice.household, number=str(number), title=f"Facture {number:02d}", days=number)
    assert "Facture 30" not in page(alice)
    assert "Facture 30" in page(alice, page=2)


@pytest.mark.parametrize("count", [1, 5])
def test_it_costs_the_same_whatever_the_number(alice, cast, count, django_assert_num_queries):
    for number in range(count):
        put(cast.alice.household, number=str(number))
    with django_assert_num_queries(7):
        alice.get(URL)


def test_another_familys_is_not_found_and_a_lost_file_neither(alice, cast, client):
    own, other = put(cast.alice.household), put(cast.charlie.household, number="2")
    response = client.get(reverse("front:family_document", args=[own.pk]))
    assert b"".join(response.streaming_content).startswith(b"%PDF")
    assert response["Cache-Control"] == "private, no-store"
    assert client.get(reverse("front:family_document", args=[other.pk])).status_code == 404
    own.file.storage.delete(own.file.name)
    assert client.get(reverse("front:family_document", args=[own.pk])).status_code == 404


def test_a_deposited_file_is_among_the_others(alice, cast):
    row = FamilyDocument(
        household=cast.alice.household,
        title="Règlement signé",
        file_name="r.pdf",
        size=1_234_567,
        added_at=NOW,
    )
    row.file.save("r.pdf", ContentFile(b"%PDF"), save=True)
    said = page(alice)
    assert "Déposés par le service" in said
    assert "1,2 Mo" in said


def test_every_kind_has_its_place_and_its_title():
    assert set(KIND_ORDER) == set(TITLES) == set(Kind) - {Kind.COURT}
