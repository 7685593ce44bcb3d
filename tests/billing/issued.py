"""Invoices as a run publishes them, written directly: for the tests of what is printed and sent."""

from datetime import date
from decimal import Decimal

from portail.billing.actions import ledger
from portail.billing.models import Charge, ChargeComponent, CreditNote, Invoice, InvoiceLine, Movement
from portail.billing.queries import balance
from tests.factories import NOW

NOVEMBER = (date(2026, 11, 1), date(2026, 11, 30))
ADDRESS = ["Alice Martin", "12 rue des Lilas", "14220 Valmont-sur-Orne"]


def invoice(household, number=2026000000001, amount="48.30", first=NOVEMBER[0], last=NOVEMBER[1], **values):
    """A published invoice without lines yet, in the account."""
    account = ledger.account_of(household, now=NOW)
    made = Invoice.objects.create(
        account=account,
        number=number,
        issued_on=date(2026, 12, 5),
        due_on=date(2027, 1, 4),
        first=first,
        last=last,
        amount=Decimal(amount),
        previous=balance(account),
        recipient=values.pop("recipient", ADDRESS),
        by_mail=values.pop("by_mail", True),
        **values,
    )
    moved(account, Movement.Kind.INVOICE, amount, invoice=made, label=f"Facture {number}")
    return made


def moved(account, kind, amount, *, day=date(2026, 12, 5), label="Mouvement", **values):
    return ledger.enter(account, kind, Decimal(amount), label, day=day, now=NOW, actor=None, **values)


def line(invoice, child=None, amount="48.30", position=0, days=("2026-11-02", "2026-11-05"), **values):
    """A line, its one charge and its parts: `parts` maps "care", "meal"… to euros."""
    parts = values.pop("parts", {"meal": amount})
    made = InvoiceLine.objects.create(
        invoice=invoice,
        position=position,
        child=child,
        child_label=str(child)[:80] if child else "",
        label=values.pop("label", "Cantine"),
        days=list(days),
        quantity=Decimal(values.pop("quantity", len(days))),
        unit_price=Decimal(values.pop("unit_price", amount)),
        amount=Decimal(amount),
        explanation=values.pop("explanation", {"sentence": "Tarif de la tranche 3 : 4,20 € le repas."}),
        **values,
    )
    charge = Charge.objects.create(
        account=invoice.account,
        kind=Charge.Kind.OTHER,
        child=child,
        day=date(2026, 11, 2),
        label=made.label,
        amount=Decimal(amount),
        line=made,
        created_at=NOW,
    )
    for part, euros in parts.items():
        ChargeComponent.objects.create(charge=charge, part=part, amount=Decimal(euros))
    return made


def paid(account, amount, *, label="Paiement par chèque", day=date(2026, 12, 12)):
    """A payment, used at once on the oldest invoices."""
    made = moved(account, Movement.Kind.PAYMENT, f"-{amount}", day=day, label=label)
    ledger.settle(account, now=NOW)
    return made


def credit(invoice, lines, number=2026000000001, reason="Sortie annulée"):
    amount = sum(row.amount for row in lines)
    note = CreditNote.objects.create(
        invoice=invoice,
        number=number,
        issued_on=date(2026, 12, 20),
        amount=amount,
        reason=reason,
        created_at=NOW,
    )
    for row in lines:
        note.lines.create(line=row)
    moved(
        invoice.account,
        Movement.Kind.CREDIT_NOTE,
        -amount,
        credit_note=note,
        label=f"Avoir {number}",
        day=date(2026, 12, 20),
    )
    return note
