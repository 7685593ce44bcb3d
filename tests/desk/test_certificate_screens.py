"""The tax certificate at the desk: looked at, approved, refused with its reason; and all of a year."""

from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from portail.core.models import Job
from portail.families.models import FamilyDocument, Request
from tests import factories as make
from tests import pdfs
from tests.billing import issued

IN_JANUARY = datetime(2027, 1, 10, 9, 0, tzinfo=ZoneInfo("Europe/Paris"))


@pytest.fixture
def asked(client, cast, time_machine):
    time_machine.move_to(IN_JANUARY, tick=False)
    cast.lea.birth_date = date(2022, 5, 12)
    cast.lea.save()
    invoice = issued.invoice(cast.alice.household, amount="60.00")
    issued.line(invoice, cast.lea, "60.00", parts={"care": "40.00", "meal": "20.00"})
    issued.paid(invoice.account, "60.00")
    client.force_login(cast.agnes)
    return make.RequestFactory(
        kind=Request.Kind.TAX_CERTIFICATE,
        data={"year": 2026},
        household=cast.alice.household,
        author=cast.alice.user,
        created_at=IN_JANUARY,
    )


def url(name, *args):
    return reverse(f"desk:{name}", args=args)


def test_the_agent_sees_what_it_will_say_before_approving(client, cast, asked):
    page = client.get(url("request", asked.pk)).content.decode()
    assert "Attestation 2026 à émettre" in page
    assert "40,00\xa0€" in page
    assert "60,00\xa0€" in page
    preview = client.get(url("certificate_preview", asked.pk))
    assert preview["Content-Type"] == "application/pdf"
    assert "sans valeur" in pdfs.text(preview.content)
    assert not FamilyDocument.objects.exists()


def test_approving_issues_it_and_the_family_reads_it(client, cast, asked):
    response = client.post(url("certificate_approve", asked.pk), {"grant-answer": "Bonne année"})
    assert response.url == url("requests")
    document = FamilyDocument.objects.get()
    assert (document.amount, document.request) == (Decimal("40.00"), asked)
    page = client.get(url("request", asked.pk)).content.decode()
    assert "Attestation fiscale 2026" in page
    assert "Approuver" not in page
    client.force_login(cast.alice.user)
    read = client.get(reverse("front:family_document", args=[document.pk]))
    assert b"".join(read.streaming_content).startswith(b"%PDF")
    client.force_login(cast.bob.user)
    assert client.get(reverse("front:family_document", args=[document.pk])).status_code == 404


def test_with_nothing_the_reason_is_said_and_ready_to_be_sent(client, asked):
    Request.objects.update(data={"year": 2025})
    page = client.get(url("request", asked.pk)).content.decode()
    assert "Rien à attester" in page
    assert page.count("Aucun paiement n&#x27;a été reçu en 2025") == 2
    assert client.get(url("certificate_preview", asked.pk)).url == url("request", asked.pk)
    assert client.post(url("certificate_approve", asked.pk)).status_code == 422
    assert not FamilyDocument.objects.exists()


def test_a_word_too_long_stays_on_the_page(client, asked):
    response = client.post(url("certificate_approve", asked.pk), {"grant-answer": "x" * 5000})
    assert response.status_code == 422
    assert "x" * 5000 in response.content.decode()


def test_a_colleague_who_comes_second_is_told(client, cast, asked):
    client.post(url("certificate_approve", asked.pk))
    client.force_login(cast.alix)
    response = client.post(url("certificate_approve", asked.pk), follow=True)
    assert "Agnès Mairie a déjà traité cette demande" in response.content.decode()
    assert FamilyDocument.objects.count() == 1


def test_only_requests_for_a_certificate_have_one(client, cast, asked):
    message = make.RequestFactory(household=cast.alice.household, author=cast.alice.user)
    assert client.get(url("certificate_preview", message.pk)).status_code == 404
    assert client.post(url("certificate_approve", message.pk)).status_code == 404


# --- all of a year


def test_all_of_a_year_are_started_once_with_their_progress(client, asked):
    page = client.get(url("certificates")).content.decode()
    assert "Éditer toutes les attestations 2026" in page
    for _ in range(2):
        assert client.post(url("certificates"), {"year": "2026"}).url == url("certificates") + "?year=2026"
    job = Job.objects.get()
    assert (job.kind, job.data) == ("tax-certificates", {"year": 2026})
    page = client.get(url("certificates") + "?year=2026").content.decode()
    assert "Édition des attestations" in page
    assert "Éditer toutes" not in page


def test_a_year_without_payments_offers_no_button(client, asked):
    assert "il n'y a rien à éditer" in client.get(url("certificates") + "?year=2024").content.decode()


@pytest.mark.parametrize("year", ["", "2031", "abc"])
def test_a_year_that_is_not_offered_is_asked_again(client, asked, year):
    assert client.post(url("certificates"), {"year": year}).status_code == 422
    assert client.get(url("certificates"), {"year": year}).status_code == 200
    assert not Job.objects.exists()


def test_a_reader_may_not_start_it(client, cast, asked):
    client.force_login(cast.remi)
    assert client.get(url("certificates")).status_code == 403
    client.force_login(cast.alice.user)
    assert client.get(url("certificates")).status_code == 404
