"""The receipt of a payment and the statement of an account, on paper."""

from datetime import date
from decimal import Decimal

import pytest

from portail.activities.queries import site
from portail.billing.documents.payment_receipt import Paid, PaymentReceipt, payment_receipt_paper
from portail.billing.documents.statement import statement_paper
from portail.billing.models import Movement
from portail.billing.queries import accounts
from portail.core import paper
from tests import pdfs
from tests.billing import issued
from tests.factories import NOW

CODE = "7KXD-M2PQ-4RTB"
pytestmark = pytest.mark.django_db


def printed(made) -> str:
    return pdfs.text(paper.render(made, commune=site(), now=NOW))


def receipt(**values):
    values = {
        "number": "P-2026-00012",
        "received_on": date(2026, 12, 10),
        "issued_on": date(2026, 12, 11),
        "amount": Decimal("60.00"),
        "mode": "Chèque",
        "dossier": "7001 MARTIN",
        **values,
    }
    return payment_receipt_paper(PaymentReceipt(**values), code=CODE)


def test_a_payment_is_told_with_what_it_settles_and_what_is_left(db):
    uses = [Paid("Facture 2026000000001 de novembre 2026", Decimal("48.30"))]
    said = printed(receipt(uses=uses, payer="Paul O'Neill", bank="Banque Postale", reference="n° 0012345"))
    for part in (
        "Reçu de paiement", "P-2026-00012", "10 décembre 2026", "11 décembre 2026", "Chèque", "Paul O'Neill",
        "Banque Postale", "n° 0012345", "48,30 €", "Reste à votre avance", "11,70 €", "60,00 €", CODE,
    ):  # fmt: skip
        assert part in said, part


def test_a_payment_that_is_all_used_leaves_nothing(db):
    said = printed(receipt(uses=[Paid("Facture 1", Decimal("60.00"))]))
    assert "avance" not in said
    assert "Banque" not in said


def test_a_payment_of_a_fortune(db):
    assert "99 999,99 €" in printed(receipt(amount=Decimal("99999.99")))


def statement(cast, first=date(2026, 12, 1), last=date(2026, 12, 31)):
    household = cast.alice.household
    return statement_paper(
        household,
        accounts.statement(accounts.account_of(household.pk), first, last),
        number="RC-2026-00001",
        code=CODE,
        issued_on=date(2027, 1, 4),
        recipient=["Alice Martin", "12 rue des Lilas"],
        site=site(),
    )


def test_a_statement_runs_from_the_balance_before_to_the_balance_after(cast):
    invoice = issued.invoice(cast.alice.household, amount="48.30")
    issued.moved(invoice.account, Movement.Kind.OPENING, "10.00", day=date(2026, 9, 1), label="Solde repris")
    issued.paid(invoice.account, "20.00")
    said = printed(statement(cast))
    for part in (
        "Relevé de compte", "RC-2026-00001", "décembre 2026", "Solde précédent", "10,00 €", "Facture 2026000000001",
        "48,30 €", "58,30 €", "Paiement par chèque", "20,00 €", "38,30 €", "Vous devez",
    ):  # fmt: skip
        assert part in said, part


@pytest.mark.parametrize(("moved", "said"), [("0.00", "Vous êtes à jour"), ("-5.00", "Votre avance")])
def test_a_statement_in_words(cast, moved, said):
    account = issued.invoice(cast.alice.household, amount="0.00").account
    issued.moved(account, Movement.Kind.PAYMENT, moved)
    assert said in printed(statement(cast))
