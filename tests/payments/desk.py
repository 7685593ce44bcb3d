"""What the tests of the cash desk say the same way: a debt, and what is left of it."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

from portail.billing.actions import ledger
from portail.billing.models import Invoice, Movement
from portail.families.models import Household
from portail.payments.actions.taking import Handed, take
from portail.payments.models import Payment
from tests.factories import NOW

TODAY = date(2026, 11, 24)


def owes(household: Household, amount: str, day: date = TODAY) -> Movement:
    """A debt that no invoice of the portal says."""
    account = ledger.account_of(household, now=NOW)
    kind = Movement.Kind.OPENING
    return ledger.enter(account, kind, Decimal(amount), "Solde repris", day=day, now=NOW, actor=None)


def invoiced(household: Household, amount: str, number: int, day: date = TODAY) -> Movement:
    """A published invoice, without its lines."""
    account = ledger.account_of(household, now=NOW)
    invoice = Invoice.objects.create(
        account=account,
        number=number,
        issued_on=day,
        due_on=day,
        first=day,
        last=day,
        amount=Decimal(amount),
    )
    kind = Movement.Kind.INVOICE
    return ledger.enter(
        account, kind, invoice.amount, f"Facture {number}", day=day, now=NOW, actor=None, invoice=invoice
    )


def paid(household: Household, amount: str, mode: str = "cash", day: date = TODAY, **more) -> Payment:
    if mode in ("cheque", "transfer"):
        more = {"bank": "La Banque Postale", "reference": "0001234", **more}
    handed = Handed(mode, Decimal(amount), day, **more)
    return take(household, handed, token=uuid4(), actor=None, now=NOW)


def left(*movements: Movement) -> list[str]:
    found = ledger.left_of(movements)
    return [str(found[movement.pk]) for movement in movements]
