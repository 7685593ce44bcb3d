"""What an account owes, debt by debt, and the advance it has."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Sum

from portail.billing.actions.ledger import left_of
from portail.billing.models import Account, ChargeComponent, Movement
from portail.core.money import ZERO, to_cents


@dataclass(frozen=True)
class Debt:
    """An invoice (or what was owed before it) that is not wholly paid. `left` in euros."""

    movement: Movement
    left: Decimal

    @property
    def due_on(self) -> date:
        return self.movement.invoice.due_on if self.movement.invoice else self.movement.day

    @property
    def is_partly_paid(self) -> bool:
        return self.left < self.movement.amount


@dataclass(frozen=True)
class Standing:
    """An account as the cash desk sees it: its debts, the oldest first, and its advance. Euros.

    `due` less `advance` is the balance.
    """

    debts: tuple[Debt, ...]
    advance: Decimal

    @property
    def due(self) -> Decimal:
        return sum((debt.left for debt in self.debts), ZERO)

    @property
    def balance(self) -> Decimal:
        return self.due - self.advance


def standing(account: Account | None) -> Standing:
    """What is due and what is left of what was paid. Three queries; none without account."""
    if account is None:
        return Standing((), ZERO)
    movements = list(account.movements.select_related("invoice").order_by("day", "pk"))
    left = left_of(movements)
    debts = tuple(Debt(m, left[m.pk]) for m in movements if m.amount > 0 and left[m.pk])
    return Standing(debts, sum((left[m.pk] for m in movements if m.amount < 0), ZERO))


def care_due(debts: tuple[Debt, ...]) -> Decimal:
    """What is left of these debts that is care, in euros: the most that CESU vouchers may pay.

    The care parts of each invoice, no more than what is left of it; what was owed before the portal counts whole.
    Source: CRCESU, « pas de restauration ».
    """
    from_invoices = {d.movement.invoice_id: d.left for d in debts if d.movement.invoice_id}
    rows = (
        ChargeComponent.objects.filter(
            charge__line__invoice__in=list(from_invoices), part=ChargeComponent.Part.CARE
        )
        .order_by()
        .values_list("charge__line__invoice", "amount")
    )
    care: dict[int, Decimal] = {}
    for invoice, amount in rows:
        care[invoice] = care.get(invoice, ZERO) + to_cents(amount)
    opened = sum((debt.left for debt in debts if debt.movement.invoice_id is None), ZERO)
    return opened + sum(
        (min(left, max(care.get(invoice, ZERO), ZERO)) for invoice, left in from_invoices.items()), ZERO
    )


def balances(household_ids: Iterable[int]) -> dict[int, Decimal]:
    """What each of these households owes in euros (negative: an advance); those without account are left out."""
    rows = Movement.objects.filter(account__household__in=list(household_ids)).order_by()
    sums = rows.values_list("account__household").annotate(Sum("amount"))
    return {household: to_cents(total) for household, total in sums}
