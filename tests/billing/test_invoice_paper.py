"""The invoice on paper, read back from its PDF."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.files.base import ContentFile

from portail.activities.queries import site
from portail.billing.documents import invoice as documents
from portail.billing.documents import words
from portail.billing.models import ChargeComponent, Movement
from portail.core import paper
from tests import pdfs
from tests.billing import issued
from tests.factories import NOW

CODE = "7KXD-M2PQ-4RTB"


def printed(invoice, code=CODE) -> bytes:
    [made] = documents.papers([invoice], {invoice.pk: code}, site=site())
    return paper.render(made, commune=site(), now=NOW)


@pytest.fixture
def november(cast):
    made = issued.invoice(cast.alice.household, amount="68.30")
    issued.line(made, cast.lea, "48.30", parts={"care": "18.30", "meal": "30.00"}, unit_price="24.15")
    issued.line(
        made, cast.noe, "20.00", position=1, label="Mercredi", days=["2026-11-04"], parts={"care": "20.00"}
    )
    return made


def test_it_says_who_what_why_how_much_and_until_when(cast, november):
    cast.commune.email, cast.commune.service_name = "enfance@valmont.fr", "Service enfance"
    cast.commune.save()
    said = pdfs.text(printed(november))
    for part in (
        "Facture de novembre 2026", "2026000000001", "Valmont-sur-Orne, le 5 décembre 2026", "Alice Martin",
        "12 rue des Lilas", "14220 Valmont-sur-Orne", "7001 MARTIN", "Léa Martin", "Noé Martin", "Cantine",
        "2 et 5 novembre", "Tarif de la tranche 3 : 4,20 € le repas.", "24,15 €", "48,30 €", "20,00 €",
        "Dont accueil 38,30 € ; repas 30,00 €.", "À payer", "68,30 €", "Avant le 4 janvier 2027",
        "espèces, chèque, carte bancaire au guichet ou virement", "02 31 00 00 00", "enfance@valmont.fr",
        CODE, "/verifier/", "Page 1 sur 1",
    ):  # fmt: skip
        assert part in said, part
    assert "Votre compte" not in said
    assert "en ligne" not in said


def test_a_screen_reader_finds_its_title_its_tables_and_its_language(november):
    made = printed(november)
    assert {"H1", "H2", "Table", "TH", "TD", "TR", "Figure"} <= pdfs.tags(made)
    root = pdfs.reader(made).trailer["/Root"]
    assert root["/Lang"].startswith("fr")
    assert pdfs.reader(made).metadata.title == "Facture de novembre 2026"
    assert b"pdfuaid:part>1<" in made


def test_the_account_goes_from_the_last_invoice_to_what_is_due(cast):
    account = issued.invoice(cast.alice.household, 2026000000001, "50.00").account
    issued.moved(
        account, Movement.Kind.PAYMENT, "-30.00", label="Paiement par chèque", day=date(2026, 11, 12)
    )
    latest = issued.invoice(cast.alice.household, 2026000000002, "48.30")
    issued.line(latest, cast.lea)
    issued.moved(account, Movement.Kind.PAYMENT, "-5.00", label="Paiement venu après")
    said = pdfs.text(printed(latest))
    for part in (
        "Solde après votre facture précédente", "50,00 €", "Paiement par chèque, le 12 novembre 2026", "− 30,00 €",
        "Cette facture", "48,30 €", "Solde de votre compte", "68,30 €",
    ):  # fmt: skip
        assert part in said, part
    assert "venu après" not in said


@pytest.mark.parametrize(
    ("previous", "amount", "said"),
    [
        ("0.00", "0.00", "Rien à payer"),
        ("-60.00", "48.30", "votre avance"),
        ("-48.30", "48.30", "Rien à payer"),
        ("51699.99", "48300.00", "99 999,99 €"),
    ],
)
def test_what_is_due_from_nothing_to_a_fortune(cast, previous, amount, said):
    made = issued.invoice(cast.alice.household, amount=amount, first=date(2026, 11, 1))
    made.previous = Decimal(previous)
    issued.line(made, cast.lea, amount)
    assert said in pdfs.text(printed(made))
    made.refresh_from_db()


@pytest.mark.parametrize("name", ["O'Neill", "Ñúñez-Žižek", "Zoé 🌻", "名前", "#pagebreak() ]", "x" * 80])
def test_strange_names_are_printed_or_left_out_but_never_break_it(cast, name):
    cast.lea.first_name = cast.lea.last_name = name
    made = issued.invoice(cast.alice.household, recipient=[name, "", "14220 Ville"])
    issued.line(made, cast.lea, label=name, explanation={"sentence": {"text": name}})
    content = printed(made)
    assert pdfs.pages(content) == 1
    if name.isascii() and len(name) < 20:
        assert name in pdfs.text(content)


def test_two_hundred_lines_fill_several_pages_with_their_headings(cast):
    made = issued.invoice(cast.alice.household, amount="400.00")
    for position in range(200):
        issued.line(made, cast.lea, "2.00", position=position, label=f"Service {position}")
    content = printed(made)
    said = [page.extract_text() for page in pdfs.reader(content).pages]
    assert 5 <= len(said) <= 15
    assert all("Prix unitaire" in page for page in said[:-1])
    assert f"Page {len(said)} sur {len(said)}" in said[-1].replace("\xa0", " ")
    assert "Service 199" in pdfs.text(content)


def test_a_draft_says_not_to_pay_it_and_bears_no_code(cast, november):
    november.number = november.issued_on = None
    said = pdfs.text(printed(november, code=""))
    assert "Brouillon, à ne pas payer" in said
    assert "authentique" not in said


def test_the_logo_is_on_it_and_a_lost_one_keeps_nothing_from_being_printed(cast, november):
    pixel = (
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
        b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\xa7\xa3\xfb?\x00\x00\x00\x00IEND\xaeB`\x82"
    )
    without = printed(november)
    cast.commune.logo.save("logo.png", ContentFile(pixel))
    assert printed(november).count(b"/Figure") == without.count(b"/Figure") + 1
    cast.commune.logo.name = "perdu.png"
    cast.commune.save()
    assert printed(november).count(b"/Figure") == without.count(b"/Figure")


@pytest.mark.parametrize("others", [0, 4])
def test_many_invoices_cost_as_many_queries_as_one(cast, november, others, django_assert_num_queries):
    from tests import factories as make

    invoices = [november]
    for number in range(others):
        made = issued.invoice(make.HouseholdFactory(), 2026000000100 + number)
        issued.line(made, cast.lea)
        invoices.append(made)
    commune = site()
    with django_assert_num_queries(4):
        assert len(documents.papers(invoices, {}, site=commune)) == 1 + others


def test_the_parts_of_a_price_are_summed_to_the_cent(cast):
    made = issued.invoice(cast.alice.household, amount="0.30")
    for position in range(3):
        issued.line(made, cast.lea, "0.10", position=position, parts={"care": "0.07", "meal": "0.03"})
    assert documents.facts([made])[made.pk].parts == {"care": Decimal("0.21"), "meal": Decimal("0.09")}
    assert ChargeComponent.objects.count() == 6


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ([], ""),
        (["2026-11-02"], "2 novembre"),
        (["2026-11-05", "2026-11-01", "2026-11-03"], "1er, 3 et 5 novembre"),
        (["2026-12-01", "2026-11-30"], "30 novembre, 1er décembre"),
    ],
)
def test_days_are_told_by_month(days, said):
    assert words.days(days) == said


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 11, 1), date(2026, 11, 30), "Facture de novembre 2026"),
        (date(2026, 4, 1), date(2026, 4, 30), "Facture d'avril 2026"),
        (date(2026, 10, 1), date(2026, 10, 31), "Facture d'octobre 2026"),
        (date(2026, 9, 1), date(2026, 12, 31), "Facture du 1er septembre au 31 décembre 2026"),
        (date(2026, 12, 1), date(2027, 2, 28), "Facture du 1er décembre 2026 au 28 février 2027"),
        (date(2026, 11, 2), date(2026, 11, 30), "Facture du 2 novembre au 30 novembre 2026"),
    ],
)
def test_the_title_says_the_period(first, last, said):
    assert words.title_of("Facture", first, last).replace("\xa0", " ") == said
