"""A receipt of bookings, on paper: made when asked, once."""

from uuid import uuid4

import pytest
from django.urls import reverse

from portail.bookings import queries
from portail.bookings.actions import Wish, change_bookings
from portail.bookings.actions.receipt_papers import issue_receipt
from portail.families.models import FamilyDocument
from tests import factories as make
from tests import pdfs
from tests.factories import NOW


@pytest.fixture
def receipt(cast, time_machine):
    time_machine.move_to(NOW, tick=False)
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place)
    wish = Wish(cast.lea.pk, session.pk, True)
    made = change_bookings(cast.alice.household, [wish], token=uuid4(), actor=cast.alice.user, now=NOW)
    return queries.receipt(cast.alice.household, made.number)


def test_it_says_what_changed_by_whom_and_when(cast, receipt):
    document = issue_receipt(receipt, actor=cast.alice.user, now=NOW)
    assert issue_receipt(receipt, actor=cast.agnes, now=NOW) == document
    assert (document.kind, document.number) == (FamilyDocument.Kind.BOOKING_RECEIPT, receipt.number)
    with document.file.open() as kept:
        said = pdfs.text(kept.read())
    for part in (
        "Reçu de réservation", receipt.number, "7001 MARTIN", "24 novembre 2026 à 10 h 00", "Alice Martin",
        "Ajouté", "3 décembre 2026", "Léa", "Cantine · Restaurant Jules-Verne", document.code,
    ):  # fmt: skip
        assert part in said, part
    assert "Retiré" not in said


def test_the_family_gets_it_by_a_button_and_nobody_elses(client, cast, receipt):
    url = reverse("front:receipt_paper", args=[receipt.number])
    client.force_login(cast.alice.user)
    page = client.get(reverse("front:receipt", args=[receipt.number])).content.decode()
    assert url in page
    first = client.post(url)
    assert first.url == client.post(url).url
    assert b"".join(client.get(first.url).streaming_content).startswith(b"%PDF-1.7")
    client.force_login(cast.charlie.user)
    assert client.post(url).status_code == 404
    assert client.get(first.url).status_code == 404


def test_the_service_gets_the_same_one(client, cast, receipt):
    client.force_login(cast.agnes)
    url = reverse("desk:receipt_paper", args=[cast.alice.household.pk, receipt.number])
    assert (
        url
        in client.get(
            reverse("desk:receipt", args=[cast.alice.household.pk, receipt.number])
        ).content.decode()
    )
    assert client.post(url).status_code == 302
    assert FamilyDocument.objects.filter(kind=FamilyDocument.Kind.BOOKING_RECEIPT).count() == 1
