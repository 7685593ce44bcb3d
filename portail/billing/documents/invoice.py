"""The invoice on paper: each child's services, why each price, the account before and after, how to pay."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from django.db.models import Sum

from portail.activities import queries as commune
from portail.billing.documents import words
from portail.billing.models import ChargeComponent, Invoice, InvoiceLine, Movement
from portail.core import paper
from portail.core.money import ZERO, to_cents
from portail.core.paper import Block, Column, Paper
from portail.core.site import Site
from portail.rules import BillingCycle

COLUMNS = (
    Column("Prestation", wide=True),
    Column("Quantité", "right"),
    Column("Prix unitaire", "right"),
    Column("Montant", "right"),
)


@dataclass(frozen=True)
class Facts:
    """What an invoice says besides its own row. `since`: movements between the invoice before and this one."""

    lines: Sequence[InvoiceLine]
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    since: Sequence[Movement] = ()
    has_before: bool = False


def papers(invoices: Sequence[Invoice], codes: Mapping[int, str], *, site: Site) -> list[Paper]:
    """Each invoice as a paper, in their order; `codes` by key, none for a draft that is only looked at.

    Five queries, however many invoices.
    """
    known = facts(invoices)
    cycle = commune.regulation().billing
    return [
        invoice_paper(invoice, known[invoice.pk], code=codes.get(invoice.pk, ""), cycle=cycle, site=site)
        for invoice in invoices
    ]


def facts(invoices: Iterable[Invoice]) -> dict[int, Facts]:
    """What each of these needs, by key. Four queries."""
    found = list(invoices)
    keys = [invoice.pk for invoice in found]
    lines: dict[int, list[InvoiceLine]] = {}
    for line in InvoiceLine.objects.filter(invoice__in=keys):
        lines.setdefault(line.invoice_id, []).append(line)
    parts = _parts(keys)
    moved = _movements(found)
    return {
        invoice.pk: Facts(
            lines.get(invoice.pk, []), parts.get(invoice.pk, {}), *_since(invoice, moved[invoice.account_id])
        )
        for invoice in found
    }


def _parts(keys: Sequence[int]) -> dict[int, dict[str, Decimal]]:
    sums = (
        ChargeComponent.objects.filter(charge__line__invoice__in=keys)
        .order_by()
        .values_list("charge__line__invoice", "part")
        .annotate(Sum("amount"))
    )
    parts: dict[int, dict[str, Decimal]] = {}
    for invoice, part, total in sums:
        parts.setdefault(invoice, {})[part] = to_cents(total)
    return parts


def _movements(invoices: Sequence[Invoice]) -> dict[int, list[Movement]]:
    moved: dict[int, list[Movement]] = {invoice.account_id: [] for invoice in invoices}
    for movement in Movement.objects.filter(account__in=list(moved)).order_by("pk"):
        moved[movement.account_id].append(movement)
    return moved


def _since(invoice: Invoice, moved: Sequence[Movement]) -> tuple[list[Movement], bool]:
    """What entered the account between the invoice before and this one; whether there was one."""
    own = next((m.pk for m in moved if m.invoice_id == invoice.pk), None)
    earlier = [m for m in moved if own is None or m.pk < own]
    before = [i for i, m in enumerate(earlier) if m.kind == Movement.Kind.INVOICE]
    return earlier[before[-1] + 1 :] if before else earlier, bool(before)


def invoice_paper(invoice: Invoice, known: Facts, *, code: str, cycle: BillingCycle, site: Site) -> Paper:
    """The paper of an invoice, from its row and `known`. Reads nothing more than its account's household."""
    number = str(invoice.number) if invoice.number else ""
    household = invoice.account.household
    blocks = [
        paper.facts(
            [
                ("Facture n°", number),
                ("Période", words.period(invoice.first, invoice.last)),
                ("Dossier", f"{household.number} {household.name}"),
            ]
        ),
        paper.table(
            COLUMNS, [*_rows(known.lines), paper.total("Total", "", "", paper.money(invoice.amount))]
        ),
        *_parts_note(known.parts),
        *_account(invoice, known, cycle),
        _due(invoice),
        *words.how_to_pay(cycle, site),
        *([paper.note(cycle.invoice_note)] if cycle.invoice_note else []),
    ]
    return Paper(
        title=title(invoice),
        blocks=blocks,
        issued_on=invoice.issued_on or invoice.last,
        to=invoice.recipient,
        code=code,
        footer=f"Facture n° {number} · dossier {household.number}" if number else "Brouillon, à ne pas payer",
    )


def title(invoice: Invoice) -> str:
    """« Facture de novembre 2026 »."""
    return words.title_of(
        "Facture" if invoice.number else "Brouillon de facture", invoice.first, invoice.last
    )


def _rows(lines: Sequence[InvoiceLine]) -> list[Block]:
    """The lines in their order, under the name of each child."""
    rows = []
    for label, own in groupby(lines, key=lambda line: line.child_label):
        if label:
            rows.append(paper.group(label))
        rows += [
            paper.row(
                paper.cell(line.label, words.days(line.days), words.why(line.explanation)),
                paper.quantity(line.quantity),
                paper.money(line.unit_price),
                paper.money(line.amount),
            )
            for line in own
        ]
    return rows


def _parts_note(parts: Mapping[str, Decimal]) -> list[Block]:
    """« Dont accueil 30,00 € ; repas 18,30 € »: said when the price is made of several parts."""
    told = [
        f"{ChargeComponent.Part(part).label.lower()} {paper.money(parts[part])}"
        for part in ChargeComponent.Part.values
        if parts.get(part)
    ]
    return [paper.note(f"Dont {' ; '.join(told)}.")] if len(told) > 1 else []


def _account(invoice: Invoice, known: Facts, cycle: BillingCycle) -> list[Block]:
    """From the balance before to what is due now; nothing when the account was empty and nothing moved."""
    if not invoice.previous and not known.since:
        return []
    opening = invoice.previous - sum((m.amount for m in known.since), ZERO)
    before = "Solde après votre facture précédente" if known.has_before else "Solde de départ"
    rows = [paper.row(before, paper.money(opening))]
    rows += [paper.row(f"{m.label}, le {paper.day(m.day)}", paper.money(m.amount)) for m in known.since]
    rows += [
        paper.row("Cette facture", paper.money(invoice.amount)),
        paper.total("Solde de votre compte", paper.money(invoice.previous + invoice.amount)),
    ]
    columns = [Column("Écriture", wide=True), Column("Montant", "right")]
    notes = [paper.note(cycle.balance_note)] if cycle.balance_note else []
    return [paper.heading("Votre compte"), paper.table(columns, rows), *notes]


def _due(invoice: Invoice) -> Block:
    due = invoice.previous + invoice.amount
    if due > 0:
        return paper.framed("À payer", paper.money(due), [f"Avant le {paper.day(invoice.due_on)}"])
    if due < 0:
        kept = "Cette somme reste sur votre compte : elle sera déduite de votre prochaine facture."
        return paper.framed("Rien à payer · votre avance", paper.money(-due), [kept])
    return paper.framed("Rien à payer", paper.money(ZERO))
