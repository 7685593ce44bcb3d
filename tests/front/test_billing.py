"""The family's account: its balance in words, its invoices, why each price, and who may not see them."""

import csv
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from zipfile import ZipFile

import pytest
import time_machine
from django.urls import reverse

from portail.activities.actions.regulation import default_text
from portail.activities.models import Regulation
from portail.bookings.models import Absence
from portail.families.models import Request
from portail.rules import step
from tests import factories as make
from tests.front.helpers import text_of

OCTOBER = date(2026, 10, 1)
STEP = step(
    "price.band",
    axis=step("axis.quotient"),
    value=Decimal(742),
    band=step("band.all"),
    amount=Decimal("3.45"),
)


@pytest.fixture
def alice(client, cast):
    with time_machine.travel(make.NOW, tick=False):
        client.force_login(cast.alice.user)
        yield client


@pytest.fixture
def account(cast):
    return make.AccountFactory(household=cast.alice.household)


@pytest.fixture
def invoice(cast, account):
    """October of Léa: two days of canteen, one of which she was absent from, unpaid until 15 December."""
    invoice = make.InvoiceFactory(account=account, number=2026000000123)
    make.InvoiceLineFactory(
        invoice=invoice,
        child=cast.lea,
        service=cast.canteen,
        explanation={"sentence": "3,45 € : quotient 742", "steps": [STEP.as_json()]},
    )
    return invoice


def words(client, name="billing", *args, **query) -> str:
    return text_of(client.get(reverse(f"front:{name}", args=args), query)).replace("\xa0", " ")


def pay(invoice, amount, **payment):
    paid = make.PaymentFactory(account=invoice.account, amount=Decimal(amount), **payment)
    make.AllocationFactory(debit=invoice.movement, credit=paid.movement, amount=Decimal(amount))
    return paid


# --- the account


def test_a_family_never_invoiced_is_told_so(alice):
    page = words(alice)
    assert "Vous êtes à jour" in page
    assert "Aucune facture n'a été faite" in page


def test_the_balance_is_told_in_words(alice, invoice):
    page = words(alice)
    assert "Vous devez 48,30 €" in page
    assert "Facture d'octobre" in page
    assert "À payer avant le 15 décembre" in page
    pay(invoice, "48.30")
    page = words(alice)
    assert "Vous êtes à jour" in page
    assert "Payée" in page
    make.MovementFactory(account=invoice.account, amount=Decimal("-12.00"))
    assert "Il vous reste 12,00 € d'avance" in words(alice)


def test_what_is_late_part_paid_or_taken_back_says_so(alice, account):
    late = make.InvoiceFactory(account=account, due_on=date(2026, 11, 15))
    pay(late, "20.00")
    page = words(alice)
    assert "En retard depuis le 15 novembre" in page
    assert "reste 28,30 €" in page
    make.CreditNoteFactory(invoice=late)
    assert "Annulée par avoir" in words(alice)


def test_how_to_pay_names_the_modes_of_the_settings_and_no_online_payment(alice, invoice):
    page = words(alice)
    assert "Pour payer au service : espèces, chèque, carte bancaire au guichet, virement." in page
    assert "02 31 00 00 00" in page
    assert "en ligne" not in page


# --- the month under way

PRICED = """
[[services]]
code = "cantine"
name = "Cantine"

[[tariffs]]
name = "Cantine"
services = ["cantine"]
part = "meal"
price = 3.45
"""


def price_the_canteen():
    text = default_text("Valmont-sur-Orne", "B") + PRICED
    Regulation.objects.create(version=1, text=text, applied_at=make.NOW)


def book(cast, child, day):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=day)
    return make.BookingFactory(child=child, household=cast.alice.household, session=session)


def test_the_month_under_way_is_estimated_by_child_and_service(alice, cast):
    price_the_canteen()
    assert "Estimation" not in words(alice)
    book(cast, cast.lea, date(2026, 11, 3))
    book(cast, cast.lea, date(2026, 11, 27))
    book(cast, cast.noe, date(2026, 11, 26))
    book(cast, cast.noe, date(2026, 12, 3))
    page = words(alice)
    assert "Estimation de novembre Ce mois-ci, environ 10,35 € pour l'instant." in page
    assert "Léa Cantine 2 6,90 € Noé Cantine 1 3,45 €" in page
    assert "n'a pas encore de prix" not in page


def test_what_no_rule_prices_is_said_to_be_unknown(alice, cast):
    book(cast, cast.lea, date(2026, 11, 27))
    assert "Une réservation n'a pas encore de prix : elle n'est pas comptée." in words(alice)


# --- an invoice


def test_an_invoice_shows_the_month_the_lines_and_why(alice, cast, invoice):
    page = words(alice, "invoice", invoice.number)
    assert "N° 2026000000123 du 5 novembre" in page
    assert "Léa, octobre 2026" in page
    assert "2 × 3,45 €" in page
    assert "quotient 742, tranche unique : 3,45 €" in page


def test_the_calendar_says_booked_and_absent(alice, cast, invoice):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 10, 2))
    booking = make.BookingFactory(child=cast.lea, household=cast.alice.household, session=session)
    Absence.objects.create(booking=booking, told_at=make.NOW)
    page = words(alice, "invoice", invoice.number)
    assert " 1 Cantine 2 Cantine : absent " in page
    Absence.objects.update(withdrawn_at=make.NOW)
    assert ": absent" not in words(alice, "invoice", invoice.number)


def test_an_absence_that_the_other_parent_booked_is_not_told(alice, cast, invoice):
    session = make.SessionFactory(service=cast.canteen, place=cast.offer.place, date=date(2026, 10, 2))
    booking = make.BookingFactory(child=cast.lea, household=cast.bob.household, session=session)
    Absence.objects.create(booking=booking, told_at=make.NOW)
    assert "absent" not in words(alice, "invoice", invoice.number)


def test_an_invoice_of_two_months_shows_one_at_a_time(alice, cast, account):
    invoice = make.InvoiceFactory(account=account, first=date(2026, 9, 1), last=date(2026, 10, 31))
    make.InvoiceLineFactory(invoice=invoice, child=cast.lea, days=["2026-09-03", "2026-10-02"])
    assert "Léa, septembre 2026" in words(alice, "invoice", invoice.number)
    assert "Léa, octobre 2026" in words(alice, "invoice", invoice.number, mois="2026-10")
    assert "Léa, septembre 2026" in words(alice, "invoice", invoice.number, mois="n'importe quoi")
    assert "Facture de septembre à octobre" in words(alice, "invoice", invoice.number)


def test_payments_and_credit_notes_are_told_and_linked_both_ways(alice, invoice):
    pay(invoice, "20.00", mode="cash")
    note = make.CreditNoteFactory(invoice=invoice, amount=Decimal("6.90"), lines=[invoice.lines.get()])
    response = alice.get(reverse("front:invoice", args=[invoice.number]))
    assert "Paiement : espèces" in text_of(response)
    assert "annulée par un avoir" in text_of(response)
    url = reverse("front:credit_note", args=[note.number])
    assert f'href="{url}"' in response.content.decode()
    response = alice.get(url)
    assert "Facturée par méprise" in text_of(response)
    assert f'href="{reverse("front:invoice", args=[invoice.number])}"' in response.content.decode()


def test_the_pdf_is_reached_when_there_is_one(alice, cast, invoice):
    assert "PDF" not in words(alice, "invoice", invoice.number)
    invoice.document = make.FamilyDocumentFactory(household=cast.alice.household)
    invoice.save()
    url = reverse("front:family_document", args=[invoice.document.pk])
    for page in ("billing", "invoice"):
        response = alice.get(reverse(f"front:{page}", args=[invoice.number] if page == "invoice" else []))
        assert f'href="{url}"' in response.content.decode()
    assert b"".join(alice.get(url).streaming_content).startswith(b"%PDF")


# --- contesting a line


def test_a_line_is_contested_in_a_request_that_names_it(alice, cast, invoice):
    line = invoice.lines.get()
    url = reverse("front:dispute", args=[invoice.number, line.pk])
    assert "Cantine · Léa · 6,90 €" in text_of(alice.get(url)).replace("\xa0", " ")
    response = alice.post(url, {"message": "Léa était malade."})
    item = Request.objects.get(kind=Request.Kind.DISPUTE)
    assert response["Location"] == reverse("front:request", args=[item.pk])
    assert (item.child, item.household, item.message) == (cast.lea, cast.alice.household, "Léa était malade.")
    assert (item.data["invoice"], item.data["line"], item.data["amount"]) == (invoice.number, line.pk, "6.90")
    assert "Facture n° 2026000000123 · Cantine · Léa · 6,90 €" in words(alice, "request", item.pk)
    assert "Votre contestation : en attente" in words(alice, "invoice", invoice.number)


def test_a_line_that_waits_is_not_contested_twice(alice, invoice):
    url = reverse("front:dispute", args=[invoice.number, invoice.lines.get().pk])
    for message in ("Une fois.", "Deux fois."):
        alice.post(url, {"message": message})
    assert [item.message for item in Request.objects.filter(kind="dispute")] == ["Une fois."]
    Request.objects.update(state="answered")
    alice.post(url, {"message": "Encore."})
    assert Request.objects.filter(kind="dispute").count() == 2


def test_contesting_without_a_word_asks_for_one(alice, invoice):
    response = alice.post(
        reverse("front:dispute", args=[invoice.number, invoice.lines.get().pk]), {"message": " "}
    )
    assert response.status_code == 422
    assert "Remplissez « Ce qui ne va pas »." in text_of(response)
    assert not Request.objects.filter(kind="dispute").exists()


# --- movements of a year


def test_the_movements_of_a_year_run_with_their_balance(alice, invoice):
    pay(invoice, "20.00", mode="cheque")
    page = words(alice, "movements")
    assert page.index("Paiement : chèque 12 novembre − 20,00 € 28,30 €") < page.index(
        "Facture d'octobre 5 novembre + 48,30 € 48,30 €"
    )


def test_a_year_without_movement_says_so(alice):
    assert "Aucun mouvement cette année-là" in words(alice, "movements")


def test_a_year_is_of_school_or_civil(alice, invoice):
    make.MovementFactory(account=invoice.account, day=date(2026, 3, 1), amount=Decimal("-5.00"))
    assert "Solde avant le 1er septembre − " not in words(alice, "movements")
    school, civil = (words(alice, "movements", annee=year) for year in ("2026-2027", "2026"))
    assert "5,00 € d'avance" in school
    assert "1er mars" not in school
    assert "1er mars" in civil
    assert words(alice, "movements", annee="<b>") == school


def test_a_year_leaves_in_one_file(alice, cast, invoice):
    for number in (1, 2):  # two papers of the same name
        paid = make.MovementFactory(account=invoice.account, amount=Decimal("-1.00"))
        make.PaymentFactory(
            account=invoice.account,
            movement=paid,
            amount=Decimal("1.00"),
            document=make.FamilyDocumentFactory(household=cast.alice.household, file_name="recu.pdf"),
            reference=str(number),
        )
    invoice.document = make.FamilyDocumentFactory(household=cast.alice.household, file_name="facture.pdf")
    invoice.save()
    response = alice.get(reverse("front:year_archive", args=["2026"]))
    assert response["Content-Disposition"] == 'attachment; filename="compte-2026.zip"'
    archive = ZipFile(BytesIO(b"".join(response.streaming_content)))
    assert archive.testzip() is None
    assert archive.namelist() == ["mouvements.csv", "facture.pdf", "recu.pdf", "recu (2).pdf"]
    assert archive.read("facture.pdf") == b"%PDF-1.7"
    rows = list(csv.reader(StringIO(archive.read("mouvements.csv").decode("utf-8-sig")), delimiter=";"))
    assert rows[:3] == [
        ["Date", "Mouvement", "Montant", "Solde"],
        ["05/11/2026", "Facture d'octobre", "48,30", "48,30"],
        ["12/11/2026", "Paiement : chèque", "-1,00", "47,30"],
    ]


@pytest.mark.parametrize("year", ["1999", "2026-2028", "x"])
def test_a_year_that_the_account_does_not_have_is_not_there(alice, invoice, year):
    assert alice.get(reverse("front:year_archive", args=[year])).status_code == 404


# --- who may not


def addresses(invoice):
    note = make.CreditNoteFactory(invoice=invoice)
    invoice.document = make.FamilyDocumentFactory(household=invoice.account.household)
    invoice.save()
    return [
        reverse("front:invoice", args=[invoice.number]),
        reverse("front:dispute", args=[invoice.number, invoice.lines.get().pk]),
        reverse("front:credit_note", args=[note.number]),
        reverse("front:family_document", args=[invoice.document.pk]),
    ]


def test_nothing_of_another_household_is_there_not_even_for_the_other_parent(client, cast, invoice):
    with time_machine.travel(make.NOW, tick=False):
        for user in (cast.bob.user, cast.charlie.user, cast.agnes):
            client.force_login(user)
            assert [client.get(url).status_code for url in addresses(invoice)] == [404] * 4
            assert client.post(addresses(invoice)[1], {"message": "Non."}).status_code == 404
        client.force_login(cast.bob.user)
        assert "Facture d'octobre" not in words(client)
    assert not Request.objects.filter(kind="dispute").exists()


def test_a_line_is_of_its_own_invoice(alice, account, invoice):
    other = make.InvoiceFactory(account=account)
    url = reverse("front:dispute", args=[other.number, invoice.lines.get().pk])
    assert alice.get(url).status_code == 404


def test_a_draft_is_not_there_yet(alice, account):
    make.InvoiceFactory(account=account, number=None, issued_on=None)
    assert "Aucune facture n'a été faite" in words(alice)


def test_pages_that_are_only_read(alice, invoice):
    for name, args in [
        ("billing", []),
        ("movements", []),
        ("year_archive", ["2026"]),
        ("invoice", [invoice.number]),
    ]:
        assert alice.post(reverse(f"front:{name}", args=args)).status_code == 405


# --- weight


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(("page", "queries"), [("billing", 18), ("movements", 8), ("invoice", 13)])
def test_pages_cost_the_same_whatever_their_rows(
    alice, cast, account, count, page, queries, django_assert_num_queries
):
    for _ in range(count):
        invoice = make.InvoiceFactory(account=account)
        for _ in range(count):
            make.InvoiceLineFactory(invoice=invoice, child=cast.lea, service=cast.canteen)
            pay(invoice, "1.00")
    args = [invoice.number] if page == "invoice" else []
    with django_assert_num_queries(queries):
        alice.get(reverse(f"front:{page}", args=args))
