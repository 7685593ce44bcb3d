"""Invoicing at the desk: a month drafted, read, its anomalies accepted, published; invoices, credit notes."""

import html
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from portail.billing.actions import runs
from portail.billing.models import Anomaly, Charge, CreditNote, Invoice, InvoiceRun
from portail.core.models import Job
from portail.desk.invoicing_tasks import invoicing_tasks
from tests import factories as make
from tests.billing.town import OCTOBER, book, drafted, family, published, regulate, sessions, work
from tests.desk.screens import said
from tests.factories import NOW

pytestmark = pytest.mark.django_db
URL = "/guichet/facturation/"
FORM = {"first": "2026-10-01", "last": "2026-10-31", "due_on": "2026-12-31"}


@pytest.fixture
def town(cast):
    regulate()
    return cast


@pytest.fixture
def renee(client, town, today):
    client.force_login(town.renee)
    return client


def booked(name="MARTIN", days=2, **more):
    household, child = family(name, **more)
    place = make.PlaceFactory(name=f"Lieu {household.number}")
    book(household, child, sessions(OCTOBER[0], days, place=place))
    return household, child


def test_the_month_to_invoice_is_proposed_and_a_draft_is_prepared(renee):
    booked()
    page = renee.get(f"{URL}nouvelle/")
    assert page.context["form"].initial == {
        "first": date(2026, 10, 1),
        "last": date(2026, 10, 31),
        "due_on": date(2026, 12, 24),
    }
    answer = renee.post(f"{URL}nouvelle/", FORM)
    run = InvoiceRun.objects.get()
    assert answer.url == f"{URL}{run.pk}/"
    assert "Dossiers calculés" in renee.get(answer.url).content.decode()
    work()
    page = renee.get(answer.url).content.decode()
    assert "Brouillon préparé" in page
    assert "7,00" in page


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"last": "2026-09-30"}, "last", "La date de fin doit suivre la date de début : vérifiez les deux."),
        ({"last": "2028-09-30"}, "last", "Choisissez une période d'un an au plus."),
        (
            {"first": "pas une date"},
            "first",
            "Écrivez la date avec le jour, le mois et l'année, comme 03/12/2026.",
        ),
        (
            {"due_on": "2026-11-24"},
            "due_on",
            "Choisissez une date après aujourd'hui, mardi 24 novembre : les familles doivent avoir le temps de payer.",
        ),
        (
            {"services": "nulle-part"},
            "services",
            "Choisissez dans la liste : la valeur reçue n'y est pas ou n'y est plus.",
        ),
    ],
)
def test_what_is_mistyped_is_kept_and_told(renee, more, field, words):
    page = renee.post(f"{URL}nouvelle/", FORM | more)
    assert page.status_code == 422
    assert page.context["form"].errors[field] == [words]
    assert not InvoiceRun.objects.exists()


def test_a_second_run_leads_to_the_first(renee):
    run = drafted(*OCTOBER)
    assert renee.post(f"{URL}nouvelle/", FORM).url == f"{URL}{run.pk}/"
    assert InvoiceRun.objects.count() == 1


def test_an_empty_draft_says_so_and_is_not_published(renee):
    run = drafted(*OCTOBER)
    assert "Rien à facturer sur ces jours" in renee.get(f"{URL}{run.pk}/").content.decode()
    page = renee.post(
        f"{URL}{run.pk}/publier/", {"confirmed": "1", "due_on": "2026-12-31", "count": 0, "total": "0.00"}
    )
    assert page["Location"] == f"{URL}{run.pk}/"
    assert said(page) == ["Ce brouillon ne contient aucune facture : il n'y a rien à publier."]
    assert renee.get(f"{URL}{run.pk}/publier/")["Location"] == f"{URL}{run.pk}/"
    run.refresh_from_db()
    assert run.state == InvoiceRun.State.DRAFT


def test_a_run_is_published_after_its_count_and_total_are_confirmed(renee):
    booked()
    run = drafted(*OCTOBER)
    page = renee.get(f"{URL}{run.pk}/publier/").content.decode()
    assert "1 facture" in page
    asked = {"confirmed": "1", "due_on": "2027-01-10", "count": 1, "total": "7.00"}
    assert renee.post(f"{URL}{run.pk}/publier/", asked).status_code == 302
    work()
    run.refresh_from_db()
    assert (run.state, run.due_on) == (InvoiceRun.State.PUBLISHED, date(2027, 1, 10))
    assert "n° 2026000000001" in renee.get(f"{URL}{run.pk}/").content.decode()
    assert renee.post(f"{URL}{run.pk}/publier/", asked).url == f"{URL}{run.pk}/"
    assert Invoice.objects.count() == 1


def test_a_draft_that_changed_meanwhile_is_not_published(renee):
    booked()
    run = drafted(*OCTOBER)
    asked = {"confirmed": "1", "due_on": "2026-12-31", "count": 1, "total": "3.50"}
    page = renee.post(f"{URL}{run.pk}/publier/", asked)
    assert page.status_code == 422
    assert page.context["form"].data["total"] == Decimal("7.00")
    run.refresh_from_db()
    assert run.state == InvoiceRun.State.DRAFT


def test_blocking_anomalies_are_told_then_accepted_with_a_reason(renee, town):
    household, child = booked()
    care = make.ServiceFactory(code="soir", name="Garderie du soir")
    book(household, child, sessions(OCTOBER[0], 1, service=care))
    run = drafted(*OCTOBER)
    asked = {"confirmed": "1", "due_on": "2026-12-31", "count": 1, "total": "7.00"}
    page = renee.post(f"{URL}{run.pk}/publier/", asked)
    assert page.context["form"].non_field_errors() == ["1 anomalie à corriger ou à accepter d'abord."]
    anomaly = run.anomalies.get()
    refused = renee.post(f"{URL}{run.pk}/anomalies/", {"ticked": anomaly.pk, "reason": ""})
    assert (refused.status_code, refused.context["form"].errors["reason"]) == (
        422,
        ["Écrivez pourquoi ces anomalies peuvent rester ainsi."],
    )
    renee.post(f"{URL}{run.pk}/anomalies/", {"ticked": anomaly.pk, "reason": "Garderie offerte"})
    anomaly.refresh_from_db()
    assert (anomaly.accepted_because, anomaly.accepted_by) == ("Garderie offerte", town.renee)
    assert renee.post(f"{URL}{run.pk}/publier/", asked).status_code == 302


def test_anomalies_are_filtered_the_worst_first(renee):
    booked(quotient=None)
    run = drafted(*OCTOBER)
    account = Invoice.objects.get().account
    Anomaly.objects.create(run=run, account=account, code="no_rule", severity="blocking", message="x")
    page = renee.get(f"{URL}{run.pk}/anomalies/")
    assert [row.label for row in page.context["rows"]] == ["Prix inconnu", "Sans quotient"]
    page = renee.get(f"{URL}{run.pk}/anomalies/?nature=no_quotient")
    assert [row.label for row in page.context["rows"]] == ["Sans quotient"]
    assert renee.get(f"{URL}{run.pk}/anomalies/?etat=acceptees").context["rows"] == []


def test_a_draft_is_discarded_after_confirmation(renee):
    booked()
    run = drafted(*OCTOBER)
    page = renee.get(f"{URL}{run.pk}/abandonner/")
    assert "1 facture préparée" in page.content.decode()
    renee.post(f"{URL}{run.pk}/abandonner/", {"confirmed": "1"})
    run.refresh_from_db()
    assert (run.state, Invoice.objects.count()) == (InvoiceRun.State.DISCARDED, 0)
    assert renee.get(f"{URL}{run.pk}/").status_code == 200


def test_work_that_stopped_is_taken_up_again(renee):
    booked()
    run = runs.start(*OCTOBER, due_on=date(2026, 12, 31), actor=None, now=NOW)
    Job.objects.update(state=Job.State.FAILED)
    assert "Relancer" in renee.get(f"{URL}{run.pk}/").content.decode()
    renee.post(f"{URL}{run.pk}/reprendre/")
    work()
    run.refresh_from_db()
    assert run.state == InvoiceRun.State.DRAFT


def test_the_invoices_of_a_run_are_searched_without_a_name_in_the_address(renee):
    for name in ("BERNARD", "PETIT"):
        booked(name)
    run = drafted(*OCTOBER)
    answer = renee.post(f"{URL}{run.pk}/factures/", {"q": "bern"})
    assert "bern" not in answer.url
    found = renee.get(answer.url).context["page"].object_list
    assert [i.account.household.name for i in found] == ["BERNARD"]


def test_invoices_are_found_by_number_state_and_month(renee):
    late = make.InvoiceFactory(due_on=date(2026, 11, 20))
    paid = make.InvoiceFactory(first=date(2026, 9, 1), last=date(2026, 9, 30))
    make.AllocationFactory(
        debit=paid.movement,
        credit=make.MovementFactory(account=paid.account, amount=-paid.amount),
        amount=paid.amount,
    )

    def found(**asked):
        page = renee.get(renee.post(f"{URL}factures/", asked).url)
        return [bill.invoice for bill in page.context["bills"]]

    assert found() == [paid, late]
    assert found(q=str(late.number)) == [late]
    assert found(etat="payees") == [paid]
    assert found(etat="en-retard") == [late]
    assert found(etat="a-payer") == found(etat="avoirs") == []
    assert found(mois="2026-09") == [paid]
    assert renee.get(renee.post(f"{URL}factures/", {"mois": "2026-13"}).url).status_code == 422


def test_an_invoice_tells_why_each_price_and_can_be_credited(renee):
    booked()
    invoice = published(*OCTOBER).invoices.get()
    page = renee.get(f"{URL}factures/{invoice.pk}/").content.decode()
    assert "tranche de 600 à moins de 1" in page
    line, token = invoice.lines.get(), str(uuid4())
    asked = {"lines": line.pk, "reason": "Absente", "bills_again": "non", "token": token}
    page = renee.post(f"{URL}factures/{invoice.pk}/avoir/", asked)
    assert (page.status_code, page.context["amount"]) == (200, Decimal("7.00"))
    assert not CreditNote.objects.exists()
    renee.post(f"{URL}factures/{invoice.pk}/avoir/", asked | {"confirmed": "1"})
    again = renee.post(f"{URL}factures/{invoice.pk}/avoir/", asked | {"confirmed": "1"}, follow=True)
    assert (again.status_code, len(again.redirect_chain)) == (200, 1)
    assert "était déjà émis : il ne l'est qu'une fois" in html.unescape(again.content.decode())
    note = CreditNote.objects.get()
    assert str(note.number) in renee.get(f"{URL}factures/{invoice.pk}/").content.decode()


def test_a_fine_is_added_seen_and_removed(renee):
    household, child = booked()
    url = f"/guichet/familles/{household.pk}/prochaine-facture/"
    asked = {"label": "Retard", "direction": "add", "amount": "10", "part": "penalty", "day": "2026-11-20"}
    asked |= {"token": str(uuid4()), "child": child.pk, "reason": ""}
    for amount, status in (("0", 422), ("100000", 422), ("1,001", 422), ("10", 302), ("10", 302)):
        assert renee.post(f"{url}ajouter/", asked | {"amount": amount}).status_code == status
    charge = Charge.objects.get()
    assert (charge.amount, charge.kind) == (Decimal("10.00"), "other")
    assert "Retard" in renee.get(url).content.decode()
    renee.post(f"{url}{charge.pk}/retirer/", {"confirmed": "1"})
    assert not Charge.objects.exists()


def test_a_sum_taken_off_needs_a_reason(renee):
    household, _ = booked()
    asked = {"label": "Geste", "direction": "give", "amount": "5", "part": "aid", "day": "2026-11-20"}
    asked |= {"token": str(uuid4()), "reason": " "}
    page = renee.post(f"/guichet/familles/{household.pk}/prochaine-facture/ajouter/", asked)
    assert page.context["form"].errors["reason"] == [
        "Écrivez pourquoi cette somme est déduite : la famille le lit sur sa facture."
    ]


def test_the_home_says_what_is_to_be_done(town):
    def told():
        return [task.title for task in invoicing_tasks(NOW)]

    assert told() == []
    booked()
    assert told() == ["Octobre 2026 n'est pas facturé"]
    run = runs.start(*OCTOBER, due_on=date(2026, 12, 31), actor=None, now=NOW)
    assert told() == ["Facturation en cours : Octobre 2026"]
    Job.objects.update(state=Job.State.FAILED)
    assert told() == ["Facturation arrêtée : Octobre 2026"]
    runs.redo(run, actor=None, now=NOW)
    work()
    assert told() == ["Brouillon à relire : Octobre 2026"]
    runs.publish(run, actor=None, now=NOW)
    work()
    assert told() == []


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize(
    ("path", "queries"),
    [("", 6), ("{run}/", 9), ("{run}/factures/", 6), ("{run}/anomalies/", 6), ("factures/", 8)],
)
def test_pages_cost_the_same_whatever_they_hold(renee, django_assert_num_queries, count, path, queries):
    for number in range(count):
        booked(f"FAMILLE{number}", quotient=None)
        make.InvoiceFactory()
    run = drafted(*OCTOBER)
    renee.get(URL)
    with django_assert_num_queries(queries):
        renee.get(URL + path.format(run=run.pk))
