"""What a household is told of its payments, by mail: each adult in their language."""

from datetime import datetime
from typing import Any

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from portail.billing.models import Movement
from portail.core import outbox
from portail.families import recipients
from portail.families.models import Household
from portail.payments.models import Payment, Refund
from portail.payments.queries.dues import standing


def paid(household: Household, payment: Payment, *, now: datetime) -> None:
    """The receipt: how much, how, what it paid, and where the account stands."""
    subject = format_lazy(_("Paiement reçu : reçu {number}"), number=payment.number)
    uses = list(payment.movement.pays.select_related("debit__invoice").order_by("debit__day", "debit"))
    _send("paid", household, subject, now=now, payment=payment, uses=uses)


def cancelled(household: Household, opposite: Movement, *, now: datetime) -> None:
    """Something was undone, and what is due now."""
    _send("cancelled", household, _("Une écriture de votre compte est annulée"), now=now, opposite=opposite)


def refunded(household: Household, refund: Refund, *, now: datetime) -> None:
    _send("refunded", household, _("Un remboursement vous est fait"), now=now, refund=refund)


def _send(kind: str, household: Household, subject: str | Promise, *, now: datetime, **context: Any) -> None:
    stands = standing(household.account)
    for recipient in recipients.of_household(household):
        outbox.post(
            f"payments/mail/{kind}",
            to=recipient.address,
            subject=subject,
            context={**context, "balance": stands.balance, "advance": -stands.balance},
            now=now,
            about=household.journal_subject,
            language=recipient.language,
        )
