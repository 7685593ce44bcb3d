"""Taking a payment at the desk, finding it again, undoing it."""

import csv
import re
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO, StringIO
from uuid import uuid4
from zipfile import ZipFile

import pytest
from django.urls import reverse

from portail.activities.actions.regulation import apply_regulation, default_text
from portail.billing.models import ChargeComponent, Movement
from portail.payments.actions import corrections, deposits
from portail.payments.models import Payment
from tests import factories as make
from tests import pdfs
from tests.desk.screens import errors, post, said
from tests.factories import NOW
from tests.payments.desk import TODAY, invoiced, left, owes, paid

pytestmark = pytest.mark.django_db
YESTERDAY = TODAY - timedelta(days=1)


@pytest.fixture
def cash(client, cast, today):
    """Renée signed in, at that moment."""
    client.force_login(cast.renee)
    return client


@pytest.fixture
def home(cast):
    return cast.alice.household


def taking(client, home, **typed):
    """Open the page, type, send: as a browser does, what it proposed kept."""
    page = reverse("desk:payment_new", args=[home.pk])
    form = client.get(page).context["form"]
    shown = {name: form[name].value() for name in ("token", "seen", "amount", "received_on")}
    sent = {"mode": "cash", **{name: value for name, value in shown.items() if value is not None}, **typed}
    return client.post(page, {name: str(value) for name, value in sent.items()})


# --- taken


def test_what_is_due_is_proposed_and_paid(cash, home):
    debt = invoiced(home, "48.30", 2026000000001)
    page = cash.get(reverse("desk:payment_new", args=[home.pk])).content.decode()
    assert "Facture 2026000000001" in page
    assert 'value="48,30"' in page
    done = taking(cash, home, given="50")
    payment = Payment.objects.get()
    assert done.url == f"{reverse('desk:payment', args=[payment.pk])}?nouveau"
    assert left(debt) == ["0.00"]
    told = cash.get(done.url).content.decode()
    assert "Paiement enregistré" in told
    assert "rendez 1,70\xa0€" in told
    assert "Reçu envoyé à alice@exemple.fr" in told
    assert "Le compte est à jour." in told


def test_no_change_is_to_be_given_back_on_a_cancelled_payment(cash, home):
    invoiced(home, "48.30", 2026000000001)
    taking(cash, home, given="50")
    payment = Payment.objects.get()
    cash.post(reverse("desk:payment_cancel", args=[payment.pk]), {"reason": "Saisi deux fois"})
    told = cash.get(reverse("desk:payment", args=[payment.pk])).content.decode()
    assert "Annulé." in told
    assert "rendez" not in told


def test_the_receipt_is_a_document_of_the_family_that_says_what_was_paid(cash, home):
    invoiced(home, "48.30", 2026000000001)
    taking(cash, home, amount="60", mode="cheque", bank="La Banque Postale", reference="0001234")
    document = Payment.objects.get().document
    assert (document.kind, document.amount) == ("payment_receipt", Decimal("60.00"))
    with document.file as file:
        words = pdfs.text(file.read())
    for part in (
        "Reçu de paiement", "P-2026-", "7001 MARTIN", "24 novembre 2026", "chèque", "La Banque Postale", "0001234",
        "60,00 €", "Facture 2026000000001", "48,30 €", "Reste à votre avance", "11,70 €", document.code,
    ):  # fmt: skip
        assert part in words


def test_an_invoice_chosen_by_its_link_is_ticked_and_proposed(cash, home):
    owes(home, "30.00", date(2026, 9, 1))
    debt = invoiced(home, "48.30", 2026000000001)
    page = cash.get(f"{reverse('desk:payment_new', args=[home.pk])}?facture={debt.pk}")
    assert page.context["form"]["amount"].value() == Decimal("48.30")
    assert page.context["form"][f"pay_{debt.pk}"].value() is True


def test_chosen_invoices_are_paid_with_their_amounts(cash, home):
    older, newer = owes(home, "30.00", date(2026, 9, 1)), invoiced(home, "48.30", 2026000000001)
    taking(cash, home, amount="40,00", **{f"pay_{newer.pk}": "on", f"part_{newer.pk}": "35,5"})
    assert left(older, newer) == ["25.50", "12.80"]


def test_sending_twice_takes_once(cash, home):
    invoiced(home, "48.30", 2026000000001)
    sent = {"token": uuid4(), "seen": "48.30", "mode": "card", "amount": "48,30", "received_on": TODAY}
    first = post(cash, "payment_new", home.pk, **sent)
    second = post(cash, "payment_new", home.pk, **sent)
    assert first.url.removesuffix("?nouveau") == second.url
    assert Payment.objects.count() == 1
    assert "déjà enregistré" in said(second)[0]


def test_an_account_that_moved_is_shown_again_and_what_was_typed_stays(cash, home):
    invoiced(home, "48.30", 2026000000001)
    paid(home, "20.00")
    sent = {"token": uuid4(), "seen": "48.30", "mode": "card", "amount": "48,30", "received_on": TODAY}
    refused = post(cash, "payment_new", home.pk, **sent)
    assert "il doit 28,30" in errors(refused)["__all__"][0]
    assert Payment.objects.count() == 1
    assert 'value="48,30"' in refused.content.decode()
    again = refused.context["form"]["seen"].value()
    assert post(cash, "payment_new", home.pk, **{**sent, "seen": again}).status_code == 302


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "douze"}, "amount"),
        ({"amount": "100 000"}, "amount"),
        ({"amount": ""}, "amount"),
        ({"mode": ""}, "mode"),
        ({"mode": "bitcoin"}, "mode"),
        ({"received_on": "2026-11-25"}, "received_on"),
        ({"received_on": "2026-02-30"}, "received_on"),
        ({"given": "10"}, "given"),
        ({"mode": "cheque", "reference": "123"}, "bank"),
        ({"mode": "transfer"}, "reference"),
        ({"token": "x"}, "token"),
        ({"seen": "beaucoup"}, "seen"),
    ],
)
def test_what_is_badly_typed_is_told_beside_its_field(cash, home, typed, field):
    owes(home, "48.30")
    assert list(errors(taking(cash, home, **typed))) == [field]
    assert not Payment.objects.exists()


def test_amounts_with_spaces_and_commas_are_read(cash, home):
    taking(cash, home, amount="1 234,50")
    assert Payment.objects.get().amount == Decimal("1234.50")


def test_only_what_the_regulation_accepts_is_offered(cash, home, cast):
    def offered():
        page = cash.get(reverse("desk:payment_new", args=[home.pk]))
        return [value for value, _ in page.context["form"].fields["mode"].choices]

    accepting(cast, '"card", "cheque", "debit"')
    assert offered() == ["cheque", "card"]
    assert list(errors(taking(cash, home, amount="10"))) == ["mode"]


def accepting(cast, modes: str) -> None:
    """A regulation that accepts these modes, whatever the default one says."""
    text = re.sub(r"(?m)^payment_modes = .*\n", "", default_text(cast.commune.name, "B"))
    text = text if "\n[billing]\n" in text else f"{text}\n[billing]\n"
    text = text.replace("\n[billing]\n", f"\n[billing]\npayment_modes = [{modes}]\n")
    apply_regulation(text, "", actor=cast.alix, now=NOW)


def test_cesu_pays_care_unless_the_agent_has_checked(cash, home, cast):
    accepting(cast, '"cesu", "vouchers"')
    debt = invoiced(home, "48.30", 2026000000001)
    line = make.InvoiceLineFactory(invoice=debt.invoice, amount=Decimal("48.30"))
    charge = make.ChargeFactory(account=debt.account, line=line, amount=Decimal("48.30"))
    for part, amount in (("care", "18.30"), ("meal", "30.00")):
        ChargeComponent.objects.create(charge=charge, part=part, amount=Decimal(amount))
    refused = taking(cash, home, mode="cesu")
    assert "que 18,30" in errors(refused)["cesu_seen"][0]
    assert "J&#x27;ai vérifié" in refused.content.decode()
    assert taking(cash, home, mode="cesu", amount="18,30").status_code == 302
    assert taking(cash, home, mode="cesu", cesu_seen="on").status_code == 302
    assert taking(cash, home, mode="vouchers", amount="5").status_code == 302


# --- who pays


def test_a_family_is_found_by_its_number_or_its_name(cash, home, cast):
    assert post(cash, "payment_find", q="7001").url == reverse("desk:payment_new", args=[home.pk])
    make.HouseholdFactory(name="MARTINEZ")
    owes(home, "12.00")
    found = cash.get(post(cash, "payment_find", q="mart").url)
    assert "mart" not in found.request["QUERY_STRING"]
    assert "12,00\xa0€" in found.content.decode()
    assert "MARTINEZ" in found.content.decode()
    nobody = cash.get(post(cash, "payment_find", q="zzzzzz").url).content.decode()
    assert "Aucun dossier trouvé" in nobody
    assert list(errors(post(cash, "payment_find", q="a"))) == ["q"]


def test_the_household_s_page_leads_to_it(cash, desk, home, cast):
    link = reverse("desk:payment_new", args=[home.pk])
    assert link in desk.get(reverse("desk:household", args=[home.pk])).content.decode()
    desk.force_login(cast.remi)
    assert link not in desk.get(reverse("desk:household", args=[home.pk])).content.decode()


# --- found again


@pytest.fixture
def month(home, cast):
    """Three payments of November, one of them cancelled, one of another family, one of October."""
    other = cast.charlie.household
    kept = paid(home, "10.00", "cheque", reference="777")
    wrong = paid(home, "20.00", "card", YESTERDAY)
    corrections.cancel(wrong.movement, "Saisi deux fois", actor=cast.renee, now=NOW)
    theirs = paid(other, "5.50", "card")
    old = paid(home, "99.00", "cash", date(2026, 10, 30))
    return {"kept": kept, "wrong": wrong, "theirs": theirs, "old": old}


def shown(response) -> set[Payment]:
    assert response.status_code == 200
    return set(response.context["page"])


def listed(client, **asked):
    return client.get(post(client, "payments", **asked).url)


def test_this_month_is_shown_with_its_totals(cash, month):
    page = cash.get(reverse("desk:payments"))
    assert shown(page) == {month["kept"], month["wrong"], month["theirs"]}
    assert page.context["found_total"] == Decimal("35.50")
    assert {total.mode: total.net for total in page.context["totals"]} == {
        "cheque": Decimal("10.00"),
        "card": Decimal("5.50"),
    }
    assert page.context["net"] == Decimal("15.50")


@pytest.mark.parametrize(
    ("asked", "names"),
    [
        ({"mode": "card"}, {"wrong", "theirs"}),
        ({"etat": "cancelled"}, {"wrong"}),
        ({"etat": "kept"}, {"kept", "theirs"}),
        ({"etat": "waiting"}, {"kept", "theirs"}),
        ({"q": "7003"}, {"theirs"}),
        ({"q": "petit"}, {"theirs"}),
        ({"q": "777"}, {"kept"}),
        ({"du": "2026-10-01", "au": "2026-10-31"}, {"old"}),
        ({"du": "2026-11-23", "au": "2026-11-23"}, {"wrong"}),
    ],
)
def test_filters_narrow_the_list(cash, month, asked, names):
    assert shown(listed(cash, **asked)) == {month[name] for name in names}


def test_a_payment_is_found_by_its_number(cash, month):
    assert shown(listed(cash, q=month["kept"].number.lower())) == {month["kept"]}
    assert shown(listed(cash, q="P-2026-999999999")) == set()


def test_dates_that_are_reversed_are_told(cash, month):
    page = listed(cash, du="2026-11-24", au="2026-11-01")
    assert page.status_code == 422
    assert "doit suivre" in page.content.decode()


def test_taking_asks_as_much_for_five_debts_as_for_one(cash, home, django_assert_num_queries):
    page = reverse("desk:payment_new", args=[home.pk])
    for numbers in (range(1, 2), range(2, 6)):
        for number in numbers:
            invoiced(home, "10.00", 2026000000000 + number)
        with django_assert_num_queries(12):
            assert cash.get(page).status_code == 200


def test_the_list_asks_as_much_for_five_payments_as_for_one(cash, home, django_assert_num_queries):
    for count in (1, 4):
        for _ in range(count):
            paid(home, "10.00", "cheque")
        with django_assert_num_queries(7):
            cash.get(reverse("desk:payments"))


def test_a_month_without_payment_says_what_to_do(cash):
    assert "Aucun paiement sur cette période" in cash.get(reverse("desk:payments")).content.decode()
    assert "Aucun paiement ne répond" in listed(cash, q="zzz", du=TODAY, au=TODAY).content.decode()


# --- for a spreadsheet


def sheet(client, kind="csv", **asked):
    return client.get(reverse("desk:payments_sheet", args=[kind]), asked)


def test_the_spreadsheet_adds_up_to_the_closing(cash, month, home, cast):
    paid(home, "12.00", "card")
    corrections.refund(
        home, "transfer", Decimal("2.00"), "Trop versé", token=uuid4(), actor=cast.renee, now=NOW
    )
    days = {"du": "2026-10-01", "au": "2026-11-30"}
    text = sheet(cash, **days).content.decode("utf-8-sig")
    rows = list(csv.DictReader(StringIO(text), delimiter=";"))
    assert [row["Nature"] for row in rows].count("Annulation de paiement") == 1
    total = sum(Decimal(row["Montant"].replace(",", ".")) for row in rows)
    page = cash.get(reverse("desk:payments"), days)
    assert total == page.context["net"] == Decimal("124.50")
    assert {row["Mode"] for row in list(csv.DictReader(StringIO(text), delimiter=";"))} >= {
        "Chèque",
        "Espèces",
    }


def test_the_workbook_opens(cash, month):
    made = sheet(cash, "xlsx", mode="card")
    assert "encaissements-2026-11-01-2026-11-24.xlsx" in made["Content-Disposition"]
    assert "xl/workbook.xml" in ZipFile(BytesIO(made.content)).namelist()


def test_a_spreadsheet_badly_asked_leads_back_to_the_page_that_says_why(cash):
    assert sheet(cash, "pdf").status_code == 404
    asked = sheet(cash, du="2026-11-24", au="2026-11-01")
    assert asked.url.startswith(reverse("desk:payments"))
    assert cash.get(asked.url).status_code == 422


# --- undone, given back, given up, brought in


def test_a_payment_is_cancelled_with_a_reason(cash, home):
    payment = paid(home, "10.00", "cheque")
    page = cash.get(reverse("desk:payment_cancel", args=[payment.pk])).content.decode()
    assert "Rien n&#x27;est effacé" in page
    assert list(errors(post(cash, "payment_cancel", payment.pk, reason=""))) == ["reason"]
    done = post(cash, "payment_cancel", payment.pk, reason="Sans provision")
    told = cash.get(done.url).content.decode()
    assert "Sans provision" in told
    assert reverse("desk:payment_cancel", args=[payment.pk]) not in told
    post(cash, "payment_cancel", payment.pk, reason="Encore")
    assert Movement.objects.filter(kind="reversal").count() == 1


def test_a_payment_already_handed_over_says_so(cash, home, cast):
    payment = paid(home, "10.00", "cheque")
    slip = deposits.hand_over("cheque", [payment.pk], day=TODAY, token=uuid4(), actor=cast.renee, now=NOW)
    assert (
        f"déjà remis (bordereau {slip})"
        in cash.get(reverse("desk:payment_cancel", args=[payment.pk])).content.decode()
    )
    post(cash, "payment_cancel", payment.pk, reason="Impayé")
    told = cash.get(reverse("desk:payment", args=[payment.pk])).content.decode()
    assert f"Il était déjà dans la remise {slip}" in told


def test_an_advance_is_given_back(cash, home):
    paid(home, "50.00")
    typed = {"token": uuid4(), "mode": "transfer", "amount": "20", "reason": "Déménagement"}
    assert list(errors(post(cash, "refund", home.pk, **{**typed, "amount": "50,01"}))) == ["amount"]
    assert list(errors(post(cash, "refund", home.pk, **{**typed, "reason": " "}))) == ["reason"]
    assert post(cash, "refund", home.pk, **typed).status_code == 302
    assert post(cash, "refund", home.pk, **typed).status_code == 302
    given = Movement.objects.get(kind="refund")
    assert given.amount == Decimal("20.00")
    page = cash.get(reverse("desk:payment_new", args=[home.pk])).content.decode()
    assert reverse("desk:entry_cancel", args=[home.pk, given.pk]) in page
    assert post(cash, "entry_cancel", home.pk, given.pk, reason="Rejeté").status_code == 302
    assert given.reversed_by.amount == Decimal("-20.00")


def test_a_debt_is_given_up(cash, home):
    debt = invoiced(home, "48.30", 2026000000001)
    typed = {"token": uuid4(), "amount": "48,31", "reason": "Décision du maire"}
    assert list(errors(post(cash, "write_off", home.pk, debt.pk, **typed))) == ["amount"]
    assert post(cash, "write_off", home.pk, debt.pk, **{**typed, "amount": "48,30"}).status_code == 302
    assert left(debt) == ["0.00"]


@pytest.mark.parametrize(("side", "amount"), [("owed", Decimal("12.40")), ("advance", Decimal("-12.40"))])
def test_a_balance_is_brought_in(desk, home, side, amount):
    typed = {
        "token": uuid4(),
        "side": side,
        "amount": "12,40",
        "day": "2026-08-31",
        "reason": "Ancien logiciel",
    }
    assert post(desk, "opening", home.pk, **typed).status_code == 302
    assert Movement.objects.get(kind="opening").amount == amount
    again = post(desk, "opening", home.pk, **{**typed, "token": uuid4()})
    assert "déjà repris" in errors(again)["__all__"][0]


def test_an_entry_of_another_family_is_not_found(cash, cast, home):
    debt = invoiced(cast.bob.household, "48.30", 2026000000001)
    for page in ("write_off", "entry_cancel"):
        assert cash.get(reverse(f"desk:{page}", args=[home.pk, debt.pk])).status_code == 404


def test_an_agent_gives_nothing_back(desk, home):
    payment = paid(home, "50.00")
    given = corrections.refund(home, "transfer", Decimal(5), "Trop versé", token=uuid4(), actor=None, now=NOW)
    assert desk.get(reverse("desk:entry_cancel", args=[home.pk, given.movement_id])).status_code == 403
    assert desk.get(reverse("desk:entry_cancel", args=[home.pk, payment.movement_id])).status_code == 200
