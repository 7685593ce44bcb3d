"""Who paid what, when and how: the lists and totals of the cash desk. Amounts are euros.

All of it is read from the movements, so that what is received by mode is what entered the accounts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from portail.billing.models import Movement
from portail.core.money import ZERO, to_cents
from portail.payments.models import Deposit, Mode, Payment

Kind = Movement.Kind
MONEY = (Kind.PAYMENT, Kind.REVERSAL, Kind.REFUND)


@dataclass(frozen=True)
class ModeTotal:
    """One mode over some days: how many payments and how much, what was cancelled and given back, what remains."""

    mode: str
    count: int = 0
    taken: Decimal = ZERO
    cancelled_count: int = 0
    cancelled: Decimal = ZERO
    refunded: Decimal = ZERO

    @property
    def label(self) -> str:
        return str(Mode(self.mode).label)

    @property
    def net(self) -> Decimal:
        return self.taken - self.cancelled - self.refunded


def money_movements(first: date | None = None, last: date | None = None) -> QuerySet[Any]:
    """Every entry by which money came or left, days included, each with its `mode`.

    A write-off or an opening balance that was undone moved no money.
    """
    rows: QuerySet[Any] = Movement.objects.filter(kind__in=MONEY).annotate(
        mode=Coalesce("payment__mode", "refund__mode", "reverses__payment__mode", "reverses__refund__mode")
    )
    if first:
        rows = rows.filter(day__gte=first)
    if last:
        rows = rows.filter(day__lte=last)
    return rows.exclude(mode=None)


def by_mode(first: date, last: date) -> list[ModeTotal]:
    """The totals of these days, in the order of the modes; a mode with nothing is left out. One query."""
    sums: dict[str, dict[str, tuple[int, Decimal]]] = {}
    rows = (
        money_movements(first, last)
        .order_by()
        .values("mode", "kind", is_refund=Q(reverses__refund__isnull=False))
        .annotate(count=Count("pk"), total=Sum("amount"))
    )
    for row in rows:
        kind = "refund_back" if row["is_refund"] else row["kind"]
        sums.setdefault(row["mode"], {})[kind] = (row["count"], to_cents(row["total"]))
    return [_total(mode, sums[mode]) for mode in Mode.values if mode in sums]


def _total(mode: str, sums: dict[str, tuple[int, Decimal]]) -> ModeTotal:
    nothing = (0, ZERO)
    count, taken = sums.get(Kind.PAYMENT, nothing)
    cancelled_count, cancelled = sums.get(Kind.REVERSAL, nothing)
    refunded = sums.get(Kind.REFUND, nothing)[1] + sums.get("refund_back", nothing)[1]
    return ModeTotal(mode, count, -taken, cancelled_count, cancelled, refunded)


def net(totals: Iterable[ModeTotal]) -> Decimal:
    return sum((total.net for total in totals), ZERO)


def payments(
    *,
    first: date | None = None,
    last: date | None = None,
    mode: str = "",
    state: str = "",
) -> QuerySet[Payment]:
    """Payments received on these days, the latest first, with whom they came from and what became of them.

    `state`: "kept", "cancelled", "waiting" (neither handed over nor cancelled), "deposited"; empty: all.
    """
    rows = Payment.objects.select_related("account__household", "movement__reversed_by", "deposit")
    if first:
        rows = rows.filter(received_on__gte=first)
    if last:
        rows = rows.filter(received_on__lte=last)
    if mode:
        rows = rows.filter(mode=mode)
    return rows.filter(_STATES.get(state, Q())).order_by("-received_on", "-pk")


_KEPT = Q(movement__reversed_by=None)
_STATES = {
    "kept": _KEPT,
    "cancelled": ~_KEPT,
    "waiting": _KEPT & Q(deposit=None) & ~Q(mode=Mode.TRANSFER),
    "deposited": Q(deposit__isnull=False),
}


def to_hand_over(mode: str, *, until: date | None = None) -> QuerySet[Payment]:
    """The payments of a mode that are in no deposit and were not cancelled, the oldest first."""
    rows = payments(mode=mode, state="waiting", last=until)
    return rows.order_by("received_on", "pk")


@dataclass(frozen=True)
class Waiting:
    """What is left to hand over of a mode: how many payments, how much, since when."""

    mode: str
    label: str
    count: int
    total: Decimal
    since: date


def waiting_by_mode() -> list[Waiting]:
    """What is left to hand over, in the order of the modes; those with nothing are left out. One query."""
    rows = (
        payments(state="waiting")
        .order_by()
        .values("mode")
        .annotate(count=Count("pk"), total=Sum("amount"), since=Min("received_on"))
    )
    found = {row["mode"]: row for row in rows}
    return [
        Waiting(mode, str(label), row["count"], to_cents(row["total"]), row["since"])
        for mode, label in Mode.choices
        if (row := found.get(mode))
    ]


def undone_on(day: date) -> list[Movement]:
    """The payments and refunds that were cancelled on this day, each by its opposite entry."""
    rows = money_movements(day, day).filter(kind=Kind.REVERSAL).order_by("pk")
    return list(rows.select_related("account__household", "reverses__payment__deposit", "created_by"))


def refunds_on(day: date) -> list[Movement]:
    rows = money_movements(day, day).filter(kind=Kind.REFUND).order_by("pk")
    return list(rows.select_related("account__household", "refund"))


def deposits(mode: str = "") -> QuerySet[Deposit]:
    """The slips, the latest first, each with how many payments it holds (`held`)."""
    rows = Deposit.objects.select_related("created_by").annotate(held=Count("payments"))
    rows = rows.order_by("-day", "-pk")
    return rows.filter(mode=mode) if mode in Mode.values else rows


def total(rows: QuerySet[Payment]) -> Decimal:
    return to_cents(rows.order_by().aggregate(total=Sum(F("amount")))["total"])
