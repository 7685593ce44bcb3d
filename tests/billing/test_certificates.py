"""Tax certificates: what was paid for the care of the young, approved by the service or edited for all."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portail.billing.actions import certificates, ledger
from portail.billing.models import Movement
from portail.billing.queries.certificates import certificate
from portail.billing.queries.certificates import certificates as of_many
from portail.core import jobs
from portail.core.models import OutboxMail
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import FamilyDocument, Request
from tests import factories as make
from tests import pdfs
from tests.billing import issued
from tests.factories import NOW

YOUNG, OLD = date(2022, 5, 12), date(2018, 5, 12)


@pytest.fixture
def family(cast):
    """Léa is four, Noé eight; an invoice of 100 €: her care 40, her meals 20, his care 40."""
    cast.lea.birth_date = YOUNG
    cast.lea.save()
    cast.invoice = issued.invoice(cast.alice.household, amount="100.00")
    issued.line(cast.invoice, cast.lea, "60.00", parts={"care": "40.00", "meal": "20.00"})
    issued.line(cast.invoice, cast.noe, "40.00", position=1, parts={"care": "40.00"})
    cast.account = cast.invoice.account
    return cast


def told(account, year=2026) -> dict[str, Decimal]:
    return {row.child.first_name: row.amount for row in certificate(account, year).rows}


def test_only_the_paid_care_of_the_young_counts(family):
    assert told(family.account) == {}
    issued.paid(family.account, "50.00")
    assert told(family.account) == {"Léa": Decimal("20.00")}
    issued.paid(family.account, "50.00")
    assert told(family.account) == {"Léa": Decimal("40.00")}


def test_a_payment_counts_in_the_year_it_was_received(family):
    issued.paid(family.account, "50.00", day=date(2026, 12, 31))
    issued.paid(family.account, "50.00", day=date(2027, 1, 1))
    assert told(family.account) == told(family.account, 2027) == {"Léa": Decimal("20.00")}


def test_an_aid_takes_from_the_care_that_it_helps_and_never_below_nothing(family):
    more = issued.invoice(family.alice.household, 2026000000002, "15.00")
    issued.line(more, family.lea, "6.00", parts={"care": "10.00", "aid": "-4.00"})
    issued.line(more, family.lea, "9.00", position=1, parts={"care": "3.00", "meal": "10.00", "aid": "-4.00"})
    issued.paid(family.account, "115.00")
    assert told(family.account) == {"Léa": Decimal("46.00")}


def test_supplements_penalties_and_memberships_do_not_count(family):
    more = issued.invoice(family.alice.household, 2026000000002, "30.00")
    parts = {"supplement": "10.00", "penalty": "10.00", "membership": "10.00"}
    issued.line(more, family.lea, "30.00", parts=parts)
    issued.paid(family.account, "130.00")
    assert told(family.account) == {"Léa": Decimal("40.00")}


def test_what_a_credit_note_took_back_does_not_count(family):
    issued.paid(family.account, "100.00")
    issued.credit(family.invoice, [family.invoice.lines.first()])
    ledger.settle(family.account, now=NOW)
    assert told(family.account) == {}


def test_a_credit_note_is_no_payment(family):
    issued.credit(family.invoice, [family.invoice.lines.last()])
    ledger.settle(family.account, now=NOW)
    assert certificate(family.account, 2026).paid == 0
    assert told(family.account) == {}


def test_a_cancelled_payment_counts_no_more(family):
    payment = issued.paid(family.account, "100.00")
    ledger.release(payment)
    issued.moved(family.account, Movement.Kind.REVERSAL, "100.00", reverses=payment)
    found = certificate(family.account, 2026)
    assert (found.rows, found.paid) == ((), Decimal("0.00"))
    assert "Aucun paiement" in found.why_nothing


def test_the_reason_for_nothing_is_told(family):
    family.lea.birth_date = OLD
    family.lea.save()
    issued.paid(family.account, "100.00")
    assert "moins de six ans au 1er janvier 2026" in certificate(family.account, 2026).why_nothing
    assert "Aucun paiement n'a été reçu en 2025" in certificate(family.account, 2025).why_nothing


def test_many_payers_cost_as_many_queries_as_one(family):
    issued.paid(family.account, "100.00")
    counts = []
    for extra in (0, 4):
        accounts = [family.account]
        for number in range(extra):
            child = make.ChildFactory(birth_date=YOUNG)
            more = issued.invoice(make.HouseholdFactory(), 2026000000100 + number, "10.00")
            issued.line(more, child, "10.00", parts={"care": "10.00"})
            issued.paid(more.account, "10.00")
            accounts.append(more.account)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            found = of_many(accounts, 2026)
        assert all(one.rows for one in found.values())
        counts.append(len(queries))
    assert counts == [4, 4]


# --- on request


@pytest.fixture
def asked(family):
    issued.paid(family.account, "100.00")
    return make.RequestFactory(
        kind=Request.Kind.TAX_CERTIFICATE,
        data={"year": 2026},
        household=family.alice.household,
        author=family.alice.user,
    )


def test_approving_issues_the_certificate_and_tells_the_family_once(family, asked):
    for _ in range(2):
        done = certificates.approve(asked, answer="Bonne année", actor=family.agnes, now=NOW)
    assert (done.state, done.decided_by) == (Request.State.APPROVED, family.agnes)
    document = FamilyDocument.objects.get()
    assert (document.kind, document.amount, document.request) == (
        FamilyDocument.Kind.TAX_CERTIFICATE,
        Decimal("40.00"),
        asked,
    )
    assert document.title == "Attestation fiscale 2026"
    with document.file.open() as kept:
        said = pdfs.text(kept.read())
    for part in ("Léa Martin", "12 mai 2022", "40,00 €", "200 quater B", document.number, document.code):
        assert part in said, part
    assert "Noé" not in said
    mail = OutboxMail.objects.get()
    assert mail.subject_line == f"Démarche {asked.number} : acceptée"


def test_a_colleague_who_comes_second_is_told(family, asked):
    certificates.approve(asked, actor=family.agnes, now=NOW)
    with pytest.raises(AlreadyDecided):
        certificates.approve(asked, actor=family.alix, now=NOW)


def test_with_nothing_to_certify_nothing_is_issued(family, asked):
    asked.data = {"year": 2025}
    asked.save()
    with pytest.raises(certificates.NothingToCertify, match="Aucun paiement"):
        certificates.approve(asked, actor=family.agnes, now=NOW)
    asked.refresh_from_db()
    assert asked.is_waiting
    assert not FamilyDocument.objects.exists()


def test_a_household_without_account_has_nothing(cast):
    with pytest.raises(certificates.NothingToCertify):
        certificates.preview(cast.charlie.household, 2026, now=NOW)


def test_the_preview_says_it_is_worth_nothing(family, asked):
    said = pdfs.text(certificates.preview(family.alice.household, 2026, now=NOW))
    assert "aperçu, sans valeur" in said
    assert "40,00 €" in said
    assert "authentique" not in said


# --- for all


def test_all_the_families_get_theirs_and_running_it_again_changes_nothing(family):
    issued.paid(family.account, "100.00")
    nothing = issued.invoice(family.charlie.household, 2026000000009, "10.00")
    issued.line(nothing, family.zoe, "10.00", parts={"meal": "10.00"})
    issued.paid(nothing.account, "10.00")
    for _ in range(2):
        job = certificates.start_for_all(2026, actor=family.alix, now=NOW)
        jobs.finish(job, lambda: NOW)
        job.refresh_from_db()
        assert (job.state, job.done, job.total) == ("done", 2, 2)
    document = FamilyDocument.objects.get()
    assert document.household == family.alice.household
    mail = OutboxMail.objects.get()
    assert (mail.to, mail.subject_line) == ("alice@exemple.fr", "Votre attestation fiscale 2026 est arrivée")


def test_another_amount_is_another_certificate(family):
    issued.paid(family.account, "50.00")
    jobs.finish(certificates.start_for_all(2026, actor=family.alix, now=NOW), lambda: NOW)
    issued.paid(family.account, "50.00")
    jobs.finish(certificates.start_for_all(2026, actor=family.alix, now=NOW), lambda: NOW)
    found = FamilyDocument.objects.order_by("pk").values_list("number", "amount")
    assert [amount for _, amount in found] == [Decimal("20.00"), Decimal("40.00")]
    assert [number[-1] for number, _ in found] == ["1", "2"]
