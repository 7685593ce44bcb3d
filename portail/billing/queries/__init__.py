"""What is read of accounts, charges and invoices."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from portail.billing.models import Account
from portail.core.money import to_cents


def balance(account: Account, *, until: date | None = None) -> Decimal:
    """What the payer owes in euros, the movements of `until` included; negative: an advance."""
    movements = account.movements.filter(day__lte=until) if until else account.movements.all()
    return to_cents(movements.order_by().aggregate(total=Sum("amount"))["total"])
