"""The credit note on paper: what is taken back of an invoice, and why."""

from portail.billing.documents import words
from portail.billing.models import CreditNote, InvoiceLine
from portail.core import paper
from portail.core.paper import Column, Paper
from portail.core.site import Site

COLUMNS = (
    Column("Prestation", wide=True),
    Column("Quantité", "right"),
    Column("Prix unitaire", "right"),
    Column("Montant", "right"),
)


def title(note: CreditNote) -> str:
    """« Avoir sur la facture 2026000000123 »."""
    return f"Avoir sur la facture {note.invoice.number}"


def credit_note_paper(note: CreditNote, *, code: str, site: Site) -> Paper:
    """The paper of a credit note; its invoice, account and household should have been read with it. One query."""
    invoice, household = note.invoice, note.invoice.account.household
    lines = InvoiceLine.objects.filter(credited_by__note=note)
    rows = [_row(line) for line in lines]
    blocks = [
        paper.facts(
            [
                ("Avoir n°", str(note.number)),
                (
                    "Facture corrigée",
                    f"n° {invoice.number} du {paper.day(invoice.issued_on or note.issued_on)}",
                ),
                ("Période", words.period(invoice.first, invoice.last)),
                ("Dossier", f"{household.number} {household.name}"),
                ("Motif", note.reason),
            ]
        ),
        paper.table(COLUMNS, [*rows, paper.total("Total", "", "", paper.money(-note.amount))]),
        paper.framed(
            "Porté à votre compte",
            paper.money(note.amount),
            ["Cette somme vient en déduction de ce que vous devez, ou reste à votre avance."],
        ),
        *words.whom_to_call(site),
    ]
    return Paper(
        title=title(note),
        blocks=blocks,
        issued_on=note.issued_on,
        to=invoice.recipient,
        code=code,
        footer=f"Avoir n° {note.number} · facture n° {invoice.number} · dossier {household.number}",
    )


def _row(line: InvoiceLine) -> paper.Block:
    label = f"{line.child_label} · {line.label}" if line.child_label else line.label
    return paper.row(
        paper.cell(label, words.days(line.days)),
        paper.quantity(line.quantity),
        paper.money(line.unit_price),
        paper.money(-line.amount),
    )
