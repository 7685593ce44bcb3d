"""The cash desk on paper: the receipt of a payment, the slip of a deposit."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime

from django.utils import timezone

from portail.accounts.models import User
from portail.activities.queries import site
from portail.billing.documents.payment_receipt import Paid, PaymentReceipt, payment_receipt_paper
from portail.core import codes, paper
from portail.core.paper import Block, Column, Paper
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument, Household
from portail.payments.models import Deposit, Mode, Payment, Refund

MODES = {
    Mode.CASH: "espèces",
    Mode.CHEQUE: "chèque",
    Mode.CARD: "carte bancaire",
    Mode.TRANSFER: "virement",
    Mode.CESU: "CESU",
    Mode.HOLIDAY_VOUCHERS: "chèques-vacances",
}


def issue_receipt(
    household: Household, payment: Payment, *, files: ExitStack, actor: User | None, now: datetime
) -> FamilyDocument:
    """Keep the receipt of a payment among the household's documents. `files`: see families' `issue`."""
    code = codes.new()
    made = payment_receipt_paper(receipt(household, payment), code=code)
    content = paper.render(made, commune=site(), now=now)
    return issue(
        household,
        FamilyDocument.Kind.PAYMENT_RECEIPT,
        payment.number,
        f"Reçu de paiement {payment.number}",
        content,
        f"recu-{payment.number}.pdf",
        code=code,
        amount=payment.amount,
        actor=actor,
        now=now,
        files=files,
    )


def receipt(household: Household, payment: Payment) -> PaymentReceipt:
    """What the receipt of a payment says: how it was paid, and for what."""
    uses = payment.movement.pays.select_related("debit").order_by("debit__day", "debit")
    return PaymentReceipt(
        number=payment.number,
        received_on=payment.received_on,
        issued_on=timezone.localdate(payment.created_at),
        amount=payment.amount,
        mode=MODES[Mode(payment.mode)],
        dossier=f"{household.number} {household.name}",
        recipient=_address(household),
        payer=payment.payer,
        bank=payment.bank,
        reference=payment.reference,
        uses=[Paid(use.debit.label, use.amount) for use in uses],
    )


def slip(deposit: Deposit, payments: Sequence[Payment], refunds: Sequence[Refund]) -> Paper:
    """The slip that goes with the money: each payment, what was given back, the total. Nothing is posted."""
    cancelled = [f"Remise annulée : {deposit.cancelled_because}"] if deposit.cancelled_at else []
    rows = [_slip_row(payment) for payment in payments] + [
        paper.row(paper.day(refund.paid_on, year=False), "Rendu en espèces", "", paper.money(-refund.amount))
        for refund in refunds
    ]
    columns = (Column("Date"), Column("Dossier", wide=True), Column("Référence"), Column("Montant", "right"))
    return Paper(
        title=f"Bordereau de remise : {MODES[Mode(deposit.mode)]}",
        blocks=[
            paper.facts(
                [
                    ("Bordereau n°", deposit.number),
                    ("Date de la remise", paper.day(deposit.day)),
                    ("Nombre de paiements", str(len(payments))),
                    ("Préparé par", str(deposit.created_by or "")),
                    ("Remarque", deposit.note),
                ]
            ),
            *(paper.text(line) for line in cancelled),
            paper.table(columns, [*rows, paper.total("Total", "", "", paper.money(deposit.total))]),
            paper.text("Date et signature du régisseur :"),
        ],
        issued_on=deposit.day,
        footer=f"Bordereau {deposit.number}",
    )


def _slip_row(payment: Payment) -> Block:
    household = payment.account.household
    bank = " · ".join(part for part in (payment.bank, payment.reference) if part)
    return paper.row(
        paper.day(payment.received_on, year=False),
        paper.cell(f"{household.number} {household.name}", payment.number, payment.payer),
        bank,
        paper.money(payment.amount),
    )


def _address(household: Household) -> list[str]:
    """The adults, then the address; the dossier's name when it has no adult yet."""
    adults = [str(adult) for adult in household.adults.all()] or [household.name]
    town = f"{household.postcode} {household.city}".strip()
    return [line for line in [*adults[:3], household.street, household.street_more, town] if line]
