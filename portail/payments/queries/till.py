"""What should be in the till on an evening."""

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from portail.core.money import ZERO, to_cents
from portail.payments.models import CashCount, Deposit, Mode, Payment, Refund
from portail.payments.queries.takings import payments

NO_REFUND_BACK = {"movement__reversed_by": None}


def cash_expected(day: date) -> Decimal:
    """The cash of the payments, besides the float, that must be there on the evening of this day. Four queries.

    Received until then, less what was cancelled before it was handed over, given back, or handed over.
    """
    received = Payment.objects.filter(mode=Mode.CASH, received_on__lte=day)
    undone = Payment.objects.filter(
        mode=Mode.CASH, deposit=None, movement__reversed_by__day__lte=day, received_on__lte=day
    )
    given_back = Refund.objects.filter(mode=Mode.CASH, paid_on__lte=day).exclude(
        movement__reversed_by__day__lte=day
    )
    handed_over = Deposit.objects.filter(mode=Mode.CASH, cancelled_at=None, day__lte=day)
    return (
        _sum(received, "amount")
        - _sum(undone, "amount")
        - _sum(given_back, "amount")
        - _sum(handed_over, "total")
    )


def cash_refunds_to_deduct(day: date) -> list[Refund]:
    """Cash given back that no deposit has taken into account yet, until this day."""
    rows = Refund.objects.filter(mode=Mode.CASH, deposit=None, paid_on__lte=day, movement__reversed_by=None)
    return list(rows.select_related("account__household").order_by("paid_on", "pk"))


def last_count(day: date) -> CashCount | None:
    """The count that stands for a day: the last one made."""
    return CashCount.objects.filter(day=day).select_related("created_by").order_by("-pk").first()


def usual_float() -> Decimal:
    """The float of the last count; nothing before the first one."""
    found = CashCount.objects.order_by("-day", "-pk").values_list("float_amount", flat=True).first()
    return ZERO if found is None else found


def uncounted_day(before: date) -> date | None:
    """The last day before this one when cash was received and the till was not counted since. Two queries."""
    last = payments(mode=Mode.CASH, last=before, state="kept").exclude(received_on=before)
    day = last.values_list("received_on", flat=True).first()
    if day is None or CashCount.objects.filter(day__gte=day).exists():
        return None
    return day


def _sum(rows, field: str) -> Decimal:
    return to_cents(rows.order_by().aggregate(total=Sum(field))["total"])
