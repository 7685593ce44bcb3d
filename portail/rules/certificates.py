"""The tax certificate: what a payer paid in a year for the care of young children (CGI, article 200 quater B).

Counted: what was paid, on the invoices it paid, in proportion of the care that they asked. Meals, supplements,
penalties and memberships are left out, aids deducted from care. Whom it concerns is a child of less than six years on
1 January of the year. The ceiling of the law and its halving in alternating residence are the tax office's affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor

AGE = 6


@dataclass(frozen=True)
class PaidInvoice:
    """An invoice and what paid it, in euros.

    `asked`: its total, less the lines that credit notes took back. `care`: by child, what it asks for care, aids
    deducted. `before` and `during`: what was paid of it in earlier years, and in the year.
    """

    asked: Decimal
    care: Mapping[int, Decimal] = field(default_factory=dict)
    before: Decimal = Decimal(0)
    during: Decimal = Decimal(0)


def is_young(birth: date, year: int) -> bool:
    """Whether a child is under six on 1 January of this year; the sixth birthday on that very day is six."""
    return birth > date(year - AGE, 1, 1)


def care_paid(invoices: Iterable[PaidInvoice]) -> dict[int, Decimal]:
    """What was paid in the year for the care of each child, in euros, rounded down to the cent.

    Never more, all children together, than what was paid in the year. An invoice that credit notes reduced after it
    was paid counts up to what it still asks, the first payments first.
    """
    sums: dict[int, Fraction] = {}
    for invoice in invoices:
        for child, amount in _shares(invoice).items():
            sums[child] = sums.get(child, Fraction(0)) + amount
    return {child: _down(amount) for child, amount in sums.items() if _down(amount) > 0}


def _shares(invoice: PaidInvoice) -> dict[int, Fraction]:
    asked = Fraction(invoice.asked)
    before, after = Fraction(invoice.before), Fraction(invoice.before + invoice.during)
    paid = min(after, asked) - min(before, asked)
    care = {child: Fraction(amount) for child, amount in invoice.care.items() if amount > 0}
    whole = max(asked, sum(care.values()))
    if paid <= 0 or whole <= 0:
        return {}
    return {child: paid * amount / whole for child, amount in care.items()}


def _down(amount: Fraction) -> Decimal:
    return Decimal(floor(amount * 100)).scaleb(-2)
