"""Amounts of money: Decimal euros, to the cent."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


def to_cents(amount: Decimal | None) -> Decimal:
    """To the cent, half up; None (the sum of no row) is nothing.

    Every `Sum` of amounts goes through here: SQLite adds them as floats, and says 9.22000000000001.
    """
    return ZERO if amount is None else amount.quantize(CENT, ROUND_HALF_UP)
