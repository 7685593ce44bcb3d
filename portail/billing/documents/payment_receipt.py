"""The receipt of a payment on paper, from plain values: whoever takes payments fills them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portail.core import paper
from portail.core.money import ZERO
from portail.core.paper import Column, Paper


@dataclass(frozen=True)
class Paid:
    """So much of a payment, in euros, for one thing (« Facture 2026000000123 de novembre 2026 »)."""

    label: str
    amount: Decimal


@dataclass(frozen=True)
class PaymentReceipt:
    """What the receipt of a payment says. Amounts in euros; texts that are empty are left out.

    `recipient`: the lines of the address. `uses`: what it paid; what is left of it is told as an advance.
    """

    number: str
    received_on: date
    issued_on: date
    amount: Decimal
    mode: str
    dossier: str
    recipient: Sequence[str] = ()
    payer: str = ""
    bank: str = ""
    reference: str = ""
    uses: Sequence[Paid] = ()

    @property
    def advance(self) -> Decimal:
        return self.amount - sum((use.amount for use in self.uses), ZERO)


def payment_receipt_paper(receipt: PaymentReceipt, *, code: str) -> Paper:
    rows = [paper.row(use.label, paper.money(use.amount)) for use in receipt.uses]
    if receipt.advance > 0:
        rows.append(paper.row("Reste à votre avance", paper.money(receipt.advance)))
    rows.append(paper.total("Total reçu", paper.money(receipt.amount)))
    return Paper(
        title="Reçu de paiement",
        blocks=[
            paper.facts(
                [
                    ("Reçu n°", receipt.number),
                    ("Dossier", receipt.dossier),
                    ("Reçu le", paper.day(receipt.received_on)),
                    ("Moyen de paiement", receipt.mode),
                    ("Payé par", receipt.payer),
                    ("Banque", receipt.bank),
                    ("Numéro ou référence", receipt.reference),
                ]
            ),
            paper.framed("Somme reçue", paper.money(receipt.amount)),
            paper.heading("Ce que ce paiement règle"),
            paper.table([Column("Objet", wide=True), Column("Montant", "right")], rows),
        ],
        issued_on=receipt.issued_on,
        to=receipt.recipient,
        code=code,
        footer=f"Reçu {receipt.number} · dossier {receipt.dossier}",
    )
