"""The account of a family at the desk: its block, its pages, its statement; and what all have not paid."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.urls import reverse

from portail.billing.models import Reminder
from portail.core import jobs
from portail.core.models import Job, OutboxMail
from portail.families.models import FamilyDocument, Request
from tests import factories as make
from tests.desk.screens import errors, post, said
from tests.factories import NOW
from tests.front.helpers import text_of

TODAY = date(2026, 11, 24)
SUNDAYS = {"du": "2026-09-01", "au": "2026-11-30"}


@pytest.fixture
def cash(client, cast, today):
    """Renée, the cash officer."""
    client.force_login(cast.renee)
    return client


@pytest.fixture
def account(cast):
    return make.AccountFactory(household=cast.alice.household)


@pytest.fixture
def invoice(cast, account):
    invoice = make.InvoiceFactory(account=account, number=2026000000123)
    make.InvoiceLineFactory(invoice=invoice, child=cast.lea, service=cast.canteen)
    return invoice


def words(client, name, *args, **query) -> str:
    response = client.get(reverse(f"desk:{name}", args=args), query)
    assert response.status_code == 200, response.status_code
    return text_of(response).replace("\xa0", " ")


def late(account, days=10, **values):
    return make.InvoiceFactory(account=account, due_on=TODAY - timedelta(days=days), **values)


# --- on the page of the household


def test_the_page_of_a_household_tells_its_account(cash, cast, invoice):
    make.PaymentFactory(account=invoice.account)
    page = words(cash, "household", cast.alice.household.pk)
    assert "Doit 28,30 €" in page
    assert "2026000000123 octobre 48,30 € 48,30 € À payer avant le 15 décembre" in page
    assert "Chèque 20,00 € Reçu" in page


def test_who_may_not_read_billing_does_not_see_the_account(client, cast, today, invoice):
    client.force_login(cast.remi)
    page = words(client, "household", cast.alice.household.pk)
    assert "Tout le compte" not in page
    assert "48,30" not in page


# --- the pages of the account


def test_an_account_that_was_never_used_says_so(cash, cast):
    page = words(cash, "account", cast.charlie.household.pk)
    assert "À jour" in page
    assert "Aucune facture" in page


def test_an_advance_may_be_given_back_by_who_has_the_right(client, cast, today, account):
    make.MovementFactory(account=account)
    for who, offered in ((cast.renee, True), (cast.agnes, False)):
        client.force_login(who)
        page = words(client, "account", cast.alice.household.pk)
        assert "20,00 € d'avance" in page
        assert ("Rembourser" in page) is offered


def test_movements_and_charges_are_those_of_a_year(cash, cast, invoice):
    make.ChargeFactory(
        account=invoice.account, child=cast.lea, line=invoice.lines.get(), service=cast.canteen
    )
    make.ChargeFactory(account=invoice.account, child=cast.noe, day=date(2025, 3, 1), label="Garderie")
    make.MovementFactory(
        account=invoice.account, day=date(2025, 3, 2), amount=Decimal("-5.00"), reason="Chèque retrouvé"
    )
    home = cast.alice.household.pk
    assert "Facture d'octobre 5 novembre + 48,30 € 43,30 €" in words(cash, "account_movements", home)
    assert "Chèque retrouvé" in words(cash, "account_movements", home, annee="2025")
    page = words(cash, "account_charges", home)
    assert "Cantine 1er octobre Léa Prestation 3,45 € 2026000000123" in page
    assert "Garderie" not in page
    assert "Garderie 1er mars 2025 Noé Prestation 3,45 € Pas encore" in words(
        cash, "account_charges", home, annee="2024-2025"
    )


def test_an_invoice_at_the_desk_tells_lines_payments_and_reminders(cash, cast, invoice):
    Reminder.objects.create(
        invoice=invoice, rank=1, left=invoice.amount, batch=uuid4(), at=NOW, by=cast.renee
    )
    page = words(cash, "household_invoice", cast.alice.household.pk, invoice.number)
    assert "Cantine 2 3,45 € 6,90 € 3,45 € : tarif de 3,45 €" in page
    assert "Léa, octobre 2026" in page
    assert "par Renée Mairie : 48,30 € restaient à payer" in page


def test_an_invoice_of_another_household_is_not_there(cash, cast, invoice):
    address = reverse("desk:household_invoice", args=[cast.bob.household.pk, invoice.number])
    assert cash.get(address).status_code == 404


def test_a_contested_line_leads_the_agent_to_the_invoice_and_is_answered(desk, cast, invoice):
    line = invoice.lines.get()
    data = {"invoice": invoice.number, "line": line.pk, "label": "Cantine", "child": "Léa", "amount": "6.90"}
    asked = make.RequestFactory(
        kind=Request.Kind.DISPUTE,
        household=cast.alice.household,
        author=cast.alice.user,
        child=cast.lea,
        data=data,
    )
    response = desk.get(reverse("desk:request", args=[asked.pk]))
    assert "Cantine, Léa : 6,90 €, facture n° 2026000000123" in text_of(response).replace("\xa0", " ")
    address = reverse("desk:household_invoice", args=[cast.alice.household.pk, invoice.number])
    assert f'href="{address}"' in response.content.decode()
    post(desk, "request_answer", asked.pk, answer="Nous avons fait un avoir.")
    asked.refresh_from_db()
    assert (asked.state, asked.answer) == (Request.State.ANSWERED, "Nous avons fait un avoir.")


# --- the statement


def test_a_statement_between_two_dates(cash, cast, invoice):
    page = words(cash, "account_statement", cast.alice.household.pk, **SUNDAYS)
    assert "Facture d'octobre" in page
    assert "Solde au 30 novembre 48,30 €" in page
    page = words(cash, "account_statement", cast.alice.household.pk, du="2026-01-01", au="2026-01-31")
    assert "Aucun mouvement entre ces dates." in page


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ({"du": "2026-11-30", "au": "2026-11-01"}, "La date de fin vient avant celle de début"),
        ({"du": "hier", "au": "2026-11-01"}, "Écrivez la date avec le jour"),
        ({"du": "2026-11-01"}, "Remplissez « Au (inclus) »."),
    ],
)
def test_days_that_mean_nothing_are_told_and_kept(cash, cast, days, told):
    home = cast.alice.household.pk
    response = cash.get(reverse("desk:account_statement", args=[home]), days)
    assert response.status_code == 422
    assert told in text_of(response)
    assert f'value="{days["du"]}"' in response.content.decode()
    response = post(cash, "account_statement", home, **days)
    assert response.status_code == 422
    assert not FamilyDocument.objects.exists()
    assert cash.get(reverse("desk:account_statement_pdf", args=[home]), days).status_code == 302


def test_a_statement_is_looked_at_then_given(cash, cast, invoice):
    home = cast.alice.household.pk
    response = cash.get(reverse("desk:account_statement_pdf", args=[home]), SUNDAYS)
    assert response.content.startswith(b"%PDF")
    assert not FamilyDocument.objects.exists()
    response = post(cash, "account_statement", home, **SUNDAYS)
    assert response.status_code == 302
    document = FamilyDocument.objects.get()
    assert document.household == cast.alice.household
    assert said(response) == [
        f"Le relevé {document.number} est dans les documents de la famille, prévenue par courriel."
    ]
    assert OutboxMail.objects.count() == 1


# --- what is unpaid


def test_what_is_late_is_listed_by_age_with_its_total(cash, cast, account):
    late(account, 5)
    late(account, 45, amount=Decimal("10.00"))
    make.InvoiceFactory(account=account)
    page = words(cash, "unpaid")
    assert "2 factures en retard, 58,30 € à recevoir" in page
    assert "0 à 30 jours 1 48,30 € 31 à 60 jours 1 10,00 € 61 à 90 jours 0 0,00 €" in page
    assert "1 facture en retard, 10,00 €" in words(cash, "unpaid", age="31-60")
    assert "1 facture en retard, 48,30 €" in words(cash, "unpaid", minimum="20")
    assert "Aucune facture en retard ne répond" in words(cash, "unpaid", relance="deja")
    assert "2 factures en retard" in words(cash, "unpaid", age="hier", relance="x", minimum="beaucoup")


def test_nothing_late_says_so(cash, cast):
    assert "Aucun impayé" in words(cash, "unpaid")


def test_the_list_leaves_for_a_spreadsheet(cash, cast, account):
    invoice = late(account, 5)
    response = cash.get(reverse("desk:unpaid_sheet", args=["csv"]))
    rows = list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert rows[1][:4] == ["7001", "MARTIN", "06 12 34 56 78", str(invoice.number)]
    assert rows[1][4:] == ["05/11/2026", "19/11/2026", "5", "48,30", "48,30", "0", ""]
    response = cash.get(reverse("desk:unpaid_sheet", args=["xlsx"]), {"age": "91"})
    assert b"MARTIN" not in ZipFile(BytesIO(response.content)).read("xl/worksheets/sheet1.xml")
    assert cash.get(reverse("desk:unpaid_sheet", args=["pdf"])).status_code == 404


def test_reminders_are_looked_at_then_written_by_the_worker(cash, cast, account):
    invoice = late(account, 5)
    response = post(cash, "remind", invoice=[invoice.pk])
    assert "1 famille prévenue par courriel, 1 facture, 48,30 €" in text_of(response).replace("\xa0", " ")
    assert not Job.objects.exists()
    typed = {"invoices": str(invoice.pk), "token": str(uuid4()), "days": 15}
    for _ in range(2):
        response = post(cash, "remind_send", **typed)
    job = Job.objects.get()
    assert response["Location"] == reverse("desk:reminders", args=[job.pk])
    assert "Écriture des relances" in words(cash, "reminders", job.pk)
    jobs.finish(job, lambda: NOW)
    page = words(cash, "reminders", job.pk)
    assert "1 facture relancée" in page
    assert "7001 MARTIN" in page
    assert OutboxMail.objects.count() == 1
    assert "1, la dernière le 24 novembre" in words(cash, "unpaid")
    response = post(cash, "remind", what="all")
    assert "relancée il y a trop peu de temps" in text_of(response)
    assert "Envoyer les relances" not in text_of(response)


def test_other_days_are_looked_at_again_and_nonsense_is_told(cash, cast, account):
    invoice = late(account, 5)
    Reminder.objects.create(invoice=invoice, rank=1, left=1, batch=uuid4(), at=NOW - timedelta(days=10))
    typed = {"invoices": str(invoice.pk), "token": str(uuid4())}
    page = text_of(post(cash, "remind_send", **typed, days=5, look=1))
    assert "1 famille prévenue" in page
    response = post(cash, "remind_send", **typed, days=0)
    assert list(errors(response)) == ["days"]
    assert not Job.objects.exists()


def test_reminding_nothing_leads_back_to_the_list(cash, cast):
    for name in ("remind", "remind_send"):
        response = post(cash, name, invoice=["x", "-1"], invoices="x")
        assert response["Location"] == reverse("desk:unpaid")
        assert said(response)[-1] == "Cochez les factures à relancer, puis recommencez."


# --- weight


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(
    ("page", "queries"),
    [
        ("household", 37),
        ("account", 19),
        ("account_movements", 8),
        ("account_charges", 8),
        ("account_statement", 7),
        ("household_invoice", 12),
        ("unpaid", 6),
        ("unpaid_sheet", 4),
    ],
)
def test_pages_cost_the_same_whatever_their_rows(
    cash, cast, account, count, page, queries, django_assert_num_queries
):
    for _ in range(count):
        invoice = late(account)
        for _ in range(count):
            line = make.InvoiceLineFactory(invoice=invoice, child=cast.lea, service=cast.canteen)
            make.ChargeFactory(account=account, child=cast.lea, service=cast.canteen, line=line)
            paid = make.PaymentFactory(account=account)
            make.AllocationFactory(debit=invoice.movement, credit=paid.movement, amount=Decimal("1.00"))
            Reminder.objects.create(
                invoice=invoice,
                rank=invoice.reminders.count() + 1,
                left=1,
                batch=uuid4(),
                at=NOW,
                by=cast.renee,
            )
    home = cast.alice.household.pk
    args = {"household_invoice": [home, invoice.number], "unpaid": [], "unpaid_sheet": ["csv"]}.get(
        page, [home]
    )
    with django_assert_num_queries(queries):
        cash.get(reverse(f"desk:{page}", args=args))
