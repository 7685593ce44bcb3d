"""The account of a payer: movements are added, never edited, and credits are allocated to what is due.

Everything here runs inside its caller's transaction, after `locked` has taken the account: two cash officers on one
account wait for each other.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum

from portail.accounts.models import User
from portail.billing.models import Account, Allocation, CreditNote, Invoice, Movement
from portail.core.money import ZERO, to_cents
from portail.families.models import Household


class TooMuch(ValueError):
    """More was to be allocated than is left. `left` is what is left, in euros."""

    def __init__(self, left: Decimal) -> None:
        self.left = left
        super().__init__(f"{left} left")


def account_of(household: Household, *, now: datetime) -> Account:
    """The household's account, opened when it has none."""
    return Account.objects.get_or_create(household=household, defaults={"created_at": now})[0]


def locked(account: Account) -> Account:
    """The account, locked until the transaction ends."""
    return Account.objects.select_for_update(of=("self",)).get(pk=account.pk)


def enter(
    account: Account,
    kind: str,
    amount: Decimal,
    label: str,
    *,
    day: date,
    now: datetime,
    actor: User | None,
    token: uuid.UUID | None = None,
    reason: str = "",
    invoice: Invoice | None = None,
    credit_note: CreditNote | None = None,
    reverses: Movement | None = None,
) -> Movement:
    """Add a movement: `amount` in euros, positive when the payer owes it, negative when it is to their credit."""
    return Movement.objects.create(
        account=account,
        kind=kind,
        amount=amount,
        label=label[:200],
        day=day,
        token=token,
        reason=reason,
        invoice=invoice,
        credit_note=credit_note,
        reverses=reverses,
        created_at=now,
        created_by=actor,
    )


def left_of(movements: Iterable[Movement]) -> dict[int, Decimal]:
    """What is left to pay of each debit, or to use of each credit, in euros and always positive. Two queries."""
    rows = {movement.pk: movement for movement in movements}
    used: dict[int, Decimal] = {}
    for field in ("debit", "credit"):
        sums = Allocation.objects.filter(**{f"{field}__in": list(rows)}).order_by().values_list(field)
        for pk, total in sums.annotate(Sum("amount")):
            used[pk] = used.get(pk, ZERO) + to_cents(total)
    return {pk: abs(row.amount) - used.get(pk, ZERO) for pk, row in rows.items()}


def allocate(debit: Movement, credit: Movement, amount: Decimal, *, now: datetime) -> Allocation:
    """Let `amount` of a credit pay a debit of the same account. Raises TooMuch."""
    assert debit.account_id == credit.account_id
    assert debit.amount > 0 > credit.amount
    left = min(left_of([debit, credit]).values())
    if amount > left:
        raise TooMuch(left)
    found, is_new = Allocation.objects.get_or_create(
        debit=debit, credit=credit, defaults={"amount": amount, "at": now}
    )
    if not is_new:
        found.amount += amount
        found.save(update_fields=["amount"])
    return found


def settle(
    account: Account, *, now: datetime, first: Mapping[int, Decimal] | None = None
) -> list[Allocation]:
    """Use every credit that is left on what is due, the oldest on the oldest. Repeating it changes nothing.

    `first`: debits (their ids) to pay before the others, with the most that each may receive, in euros.
    """
    movements = list(account.movements.order_by("day", "pk"))
    left = {pk: amount for pk, amount in left_of(movements).items() if amount > 0}
    debits = [m for m in movements if m.amount > 0 and m.pk in left]
    credits = [m for m in movements if m.amount < 0 and m.pk in left]
    wanted = [(m, min(left[m.pk], first[m.pk])) for m in debits if first and m.pk in first]
    made: list[Allocation] = []
    for debit, most in [*wanted, *((m, left[m.pk]) for m in debits)]:
        for credit in credits:
            amount = min(most, left[credit.pk], left[debit.pk])
            if amount > 0:
                made.append(allocate(debit, credit, amount, now=now))
                left[credit.pk] -= amount
                left[debit.pk] -= amount
                most -= amount
    return made


def release(movement: Movement) -> None:
    """Take back every allocation of a movement that is being undone: what it paid is due again."""
    movement.pays.all().delete()
    movement.paid_by.all().delete()
