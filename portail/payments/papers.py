"""The cash desk on paper: the receipt of a payment, the slip of a deposit."""

from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime

from django.utils import timezone

from portail.accounts.models import User
from portail.activities.queries import site
from portail.billing.documents import words
from portail.billing.models import Allocation
from portail.core import codes, paper
from portail.core.money import ZERO
from portail.core.paper import Block, Column, Paper
from portail.core.site import Site
from portail.families.actions.documents import issue
from portail.families.models import FamilyDocument, Household
from portail.payments.models import Deposit, Mode, Payment, Refund
from portail.payments.queries.dues import standing

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
    code, commune = codes.new(), site()
    content = paper.render(receipt(household, payment, code=code, site=commune), commune=commune, now=now)
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


def receipt(household: Household, payment: Payment, *, code: str, site: Site) -> Paper:
    """What was received, how, what it paid, and where the account stood just after."""
    uses = payment.movement.pays.select_related("debit__invoice").order_by("debit__day", "debit")
    blocks = [
        paper.facts(
            [
                ("Reçu n°", payment.number),
                ("Dossier", f"{household.number} {household.name}"),
                ("Reçu le", paper.day(payment.received_on)),
                ("Mode de paiement", MODES[Mode(payment.mode)]),
                ("Banque", payment.bank),
                ("Numéro ou référence", payment.reference),
                ("Payé par", payment.payer),
            ]
        ),
        paper.framed("Montant reçu", paper.money(payment.amount), [_stands(payment)]),
        *_paid(list(uses)),
        *words.whom_to_call(site),
    ]
    return Paper(
        title="Reçu de paiement",
        blocks=blocks,
        issued_on=timezone.localdate(payment.created_at),
        to=_address(household),
        code=code,
        footer=f"Reçu n° {payment.number} · dossier {household.number}",
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


def _paid(uses: Sequence[Allocation]) -> list[Block]:
    """What it paid, a line each, and what stays as an advance."""
    if not uses:
        return []
    rows = [paper.row(use.debit.label, paper.money(use.amount)) for use in uses]
    total = sum((use.amount for use in uses), ZERO)
    columns = (Column("Ce que ce paiement règle", wide=True), Column("Somme", "right"))
    return [paper.table(columns, [*rows, paper.total("Total", paper.money(total))])]


def _stands(payment: Payment) -> str:
    balance = standing(payment.account).balance
    if balance > 0:
        return f"Reste à payer sur le compte : {paper.money(balance)}."
    if balance < 0:
        return f"Avance du compte : {paper.money(-balance)}, utilisée toute seule à la prochaine facture."
    return "Le compte est à jour."


def _address(household: Household) -> list[str]:
    """The adults, then the address; the dossier's name when it has no adult yet."""
    adults = [str(adult) for adult in household.adults.all()] or [household.name]
    town = f"{household.postcode} {household.city}".strip()
    return [line for line in [*adults[:3], household.street, household.street_more, town] if line]
