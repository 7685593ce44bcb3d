"""Payments handed to the Treasury or the bank: gathered on a slip, each on one slip at most."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from portail.accounts.models import User
from portail.core import journal
from portail.core.money import ZERO
from portail.core.templatetags.ui import in_words, money
from portail.payments.models import Deposit, Mode, Payment, Refund
from portail.payments.queries.till import cash_refunds_to_deduct
from portail.payments.refusals import Refused, check_recent


def hand_over(
    mode: str,
    payment_ids: Collection[int],
    *,
    day: date,
    note: str = "",
    token: UUID,
    actor: User | None,
    now: datetime,
) -> Deposit:
    """Make the deposit of these payments, all of this mode, or nothing.

    Cash given back since the last deposit is taken off the total. The same `token` gives the same deposit. Raises
    Refused when a payment was cancelled or handed over meanwhile, and when nothing is left to hand over.
    """
    with transaction.atomic():
        chosen = _locked(payment_ids)
        if done := Deposit.objects.filter(token=token).first():
            return done
        _check_day(mode, day, today=timezone.localdate(now))
        _check(mode, chosen, payment_ids, day)
        refunds = cash_refunds_to_deduct(day) if mode == Mode.CASH else []
        deposit = Deposit.objects.create(
            mode=mode,
            day=day,
            total=_total(chosen, refunds),
            note=note.strip()[:200],
            token=token,
            created_at=now,
            created_by=actor,
        )
        Payment.objects.filter(pk__in=[payment.pk for payment in chosen]).update(deposit=deposit)
        Refund.objects.filter(pk__in=[refund.pk for refund in refunds]).update(deposit=deposit)
        journal.record(
            "deposit.made",
            f"deposit:{deposit.pk}",
            summary=f"Remise {deposit} ({deposit.get_mode_display()}) : {money(deposit.total)}",
            actor=actor,
            now=now,
            after={"payments": [payment.number for payment in chosen], "total": str(deposit.total)},
        )
    return deposit


def cancel_deposit(deposit: Deposit, reason: str, *, actor: User | None, now: datetime) -> Deposit:
    """Take back a deposit that was made by mistake: its payments are to hand over again. Twice is once.

    Only the last one of its mode, for what follows was counted on it. Raises Refused.
    """
    if not (reason := reason.strip()):
        raise Refused({"reason": "Écrivez pourquoi : cette phrase reste avec le bordereau."})
    with transaction.atomic():
        found = Deposit.objects.select_for_update().get(pk=deposit.pk)
        if found.cancelled_at:
            return found
        if later := Deposit.objects.filter(mode=found.mode, cancelled_at=None, pk__gt=found.pk).first():
            raise Refused(f"La remise {later} a été faite depuis : annulez-la d'abord.")
        numbers = [payment.number for payment in found.payments.order_by("pk")]
        found.payments.update(deposit=None)
        found.refunds.update(deposit=None)
        found.cancelled_at, found.cancelled_because = now, reason[:300]
        found.save(update_fields=["cancelled_at", "cancelled_because"])
        journal.record(
            "deposit.cancelled",
            f"deposit:{found.pk}",
            summary=f"Remise {found} annulée : {reason}",
            actor=actor,
            now=now,
            before={"payments": numbers, "total": str(found.total)},
            after={"reason": reason},
        )
    return found


def _locked(payment_ids: Collection[int]) -> list[Payment]:
    rows = Payment.objects.select_for_update(of=("self",)).filter(pk__in=payment_ids)
    return list(rows.order_by("pk"))


def _check_day(mode: str, day: date, *, today: date) -> None:
    if mode not in Deposit.MODES:
        raise Refused({"mode": "Un virement est déjà sur le compte du Trésor : il n'y a rien à remettre."})
    check_recent(day, today, "day")
    last = Deposit.objects.filter(mode=mode, cancelled_at=None).aggregate(last=Max("day"))["last"]
    if last and day < last:
        raise Refused(
            {"day": f"Une remise du {in_words(last, 'year')} existe déjà : choisissez ce jour ou un suivant."}
        )


def _check(mode: str, chosen: list[Payment], wanted: Collection[int], day: date) -> None:
    if not wanted:
        raise Refused("Cochez au moins un paiement à remettre.")
    undone = set(
        Payment.objects.filter(pk__in=wanted, movement__reversed_by__isnull=False).values_list(
            "pk", flat=True
        )
    )
    for payment in chosen:
        if payment.deposit_id or payment.pk in undone:
            state = f"est déjà dans la remise {payment.deposit}" if payment.deposit else "vient d'être annulé"
            raise Refused(f"Le paiement {payment} {state} : la liste est à jour, cochez de nouveau.")
        if payment.received_on > day:
            raise Refused(
                {
                    "day": f"Le paiement {payment} est du {in_words(payment.received_on, 'year')} : "
                    "une remise ne peut pas le précéder."
                }
            )
    if len(chosen) != len(set(wanted)) or any(payment.mode != mode for payment in chosen):
        raise Refused("Un paiement coché n'est pas de ce mode : la liste est à jour, cochez de nouveau.")


def _total(chosen: list[Payment], refunds: list[Refund]) -> Decimal:
    total = sum((payment.amount for payment in chosen), ZERO)
    given_back = sum((refund.amount for refund in refunds), ZERO)
    if total <= given_back:
        raise Refused(
            f"{money(given_back)} en espèces ont été rendus aux familles depuis la dernière remise : "
            "cochez des paiements pour un total plus grand."
        )
    return total - given_back
