"""What agents add to the next invoice by hand: a fine for a late pick-up, a deposit, a correction with its reason."""

import uuid
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction

from portail.accounts.models import User
from portail.activities.models import Service
from portail.billing.actions import ledger
from portail.billing.models import Charge, ChargeComponent
from portail.core import journal
from portail.core.money import CENT
from portail.core.templatetags.ui import money
from portail.families.models import Child, Household

MOST = Decimal("99999.99")


class NotAnAmount(ValueError):
    """Nothing, or more than an invoice can hold."""


class ReasonNeeded(ValueError):
    """A correction says why: the family reads it."""


class Invoiced(Exception):
    """It is on an invoice: only a credit note takes it back."""


def add(
    household: Household,
    label: str,
    amount: Decimal,
    *,
    day: date,
    part: str,
    token: uuid.UUID,
    actor: User | None,
    now: datetime,
    child: Child | None = None,
    service: Service | None = None,
    reason: str = "",
    adjusts: Charge | None = None,
) -> Charge:
    """Add an amount in euros to what the next run invoices; negative, it gives back and needs a reason.

    With `adjusts`, or when it gives back, it is an adjustment. The same token adds once. Raises NotAnAmount,
    ReasonNeeded.
    """
    reason = reason.strip()
    if not amount or abs(amount) > MOST or amount != amount.quantize(CENT):
        raise NotAnAmount
    is_correction = adjusts is not None or amount < 0
    if is_correction and not reason:
        raise ReasonNeeded
    with transaction.atomic():
        account = ledger.account_of(household, now=now)
        values = {
            "account": account,
            "kind": Charge.Kind.ADJUSTMENT if is_correction else Charge.Kind.OTHER,
            "child": child,
            "service": service,
            "day": day,
            "label": label.strip()[:200],
            "amount": amount,
            "reason": reason[:300],
            "adjusts": adjusts,
            "explanation": {"sentence": reason, "steps": []} if reason else {},
            "created_at": now,
            "created_by": actor,
        }
        charge, is_new = Charge.objects.get_or_create(token=token, defaults=values)
        if is_new:
            ChargeComponent.objects.create(charge=charge, part=part, label=charge.label[:150], amount=amount)
            _tell("charge.added", "Ajouté à la prochaine facture", charge, actor, now)
    return charge


def remove(charge: Charge, *, actor: User | None, now: datetime) -> None:
    """Take away what was added by hand, while it is on no invoice nor draft. Twice is once. Raises Invoiced."""
    with transaction.atomic():
        found = Charge.objects.select_for_update(of=("self",)).filter(pk=charge.pk, key="").first()
        if found is None:
            return
        if found.line_id is not None:
            raise Invoiced
        found.components.all().delete()
        found.delete()
        _tell("charge.removed", "Retiré de la prochaine facture", charge, actor, now)


def _tell(verb: str, what: str, charge: Charge, actor: User | None, now: datetime) -> None:
    journal.record(
        verb,
        charge.account.household.journal_subject,
        summary=f"{what} : {charge.label}, {money(charge.amount)}"
        + (f" ({charge.reason})" if charge.reason else ""),
        actor=actor,
        now=now,
        after={"amount": str(charge.amount), "day": charge.day.isoformat()},
    )
