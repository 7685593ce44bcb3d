"""Billing: what is due and why, the invoices that say so, and the account of each payer.

Three stages, each made of the one before: **charges** (one thing for one child, with its components and reason), the
**invoice** that gathers them and never changes afterwards, the **movement** that enters the account. A balance is the
sum of movements; an invoice is paid by what is allocated to its movement. Amounts are euros.
"""

from portail.billing.models.accounts import Account
from portail.billing.models.charges import Charge, ChargeComponent
from portail.billing.models.invoices import (
    Anomaly,
    CreditNote,
    CreditNoteLine,
    Invoice,
    InvoiceLine,
    InvoiceRun,
    Reminder,
    Series,
)
from portail.billing.models.ledger import Allocation, Movement

__all__ = [
    "Account",
    "Allocation",
    "Anomaly",
    "Charge",
    "ChargeComponent",
    "CreditNote",
    "CreditNoteLine",
    "Invoice",
    "InvoiceLine",
    "InvoiceRun",
    "Movement",
    "Reminder",
    "Series",
]
