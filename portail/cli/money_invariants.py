"""What must always hold of the money: nothing used twice, and the cash desk adds up to the accounts."""

from decimal import Decimal

from django.db.models import F, Q, Sum

from portail.billing.models import Movement
from portail.core.money import ZERO, to_cents
from portail.payments.models import Deposit, Payment, Refund

MOST = 50


def used_twice() -> list[str]:
    """A movement never pays, nor is paid, for more than its own amount, and a debit is only paid by its account."""
    found = []
    for field in ("pays", "paid_by"):
        rows = Movement.objects.order_by("pk").annotate(used=Sum(f"{field}__amount")).exclude(used=None)
        found += [row.pk for row in rows.only("amount") if to_cents(row.used) > abs(row.amount)]
    elsewhere = Movement.objects.filter(pays__isnull=False).exclude(pays__debit__account=F("account"))
    return [f"mouvement {pk}" for pk in sorted({*found, *elsewhere.values_list("pk", flat=True)})[:MOST]]


def payments_unlike_their_movement() -> list[str]:
    """A payment and its movement say the same amount, day and account; what undoes it is its very opposite."""
    wrong = Payment.objects.exclude(
        movement__amount=-F("amount"), movement__day=F("received_on"), movement__account=F("account")
    )
    undone = Movement.objects.filter(kind=Movement.Kind.REVERSAL).filter(
        Q(reverses=None) | ~Q(amount=-F("reverses__amount"))
    )
    refunds = Refund.objects.exclude(movement__amount=F("amount"), movement__account=F("account"))
    return [
        *(f"paiement {pk}" for pk in wrong.order_by("pk").values_list("pk", flat=True)[:MOST]),
        *(f"annulation {pk}" for pk in undone.order_by("pk").values_list("pk", flat=True)[:MOST]),
        *(f"remboursement {pk}" for pk in refunds.order_by("pk").values_list("pk", flat=True)[:MOST]),
    ]


def deposits_that_do_not_add_up() -> list[str]:
    """A slip is worth its payments, all of its mode, less the cash given back; a cancelled one holds none."""
    held = _sums(Payment.objects.exclude(deposit=None))
    given_back = _sums(Refund.objects.exclude(deposit=None))
    wrong = set(
        Payment.objects.exclude(deposit=None)
        .exclude(mode=F("deposit__mode"))
        .values_list("deposit_id", flat=True)
    )
    for deposit in Deposit.objects.order_by("pk"):
        total = held.get(deposit.pk, ZERO) - given_back.get(deposit.pk, ZERO)
        if total != (ZERO if deposit.cancelled_at else deposit.total):
            wrong.add(deposit.pk)
    return [f"remise {pk}" for pk in sorted(wrong)[:MOST]]


def _sums(rows) -> dict[int, Decimal]:
    found = rows.order_by().values_list("deposit").annotate(Sum("amount"))
    return {pk: to_cents(total) for pk, total in found}
