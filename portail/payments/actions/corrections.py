"""What mends an account: each entry says why, and nothing that was written is touched."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from portail.accounts.models import User
from portail.billing.actions import ledger
from portail.billing.models import Movement
from portail.core import journal
from portail.core.money import ZERO
from portail.core.templatetags.ui import money
from portail.families.models import Household
from portail.payments import letters
from portail.payments.actions.taking import already
from portail.payments.models import Mode, Payment, Refund
from portail.payments.queries.dues import standing
from portail.payments.queries.till import cash_expected
from portail.payments.refusals import MOST, Refused, check_amount, check_not_later

Kind = Movement.Kind
UNDONE = {
    Kind.PAYMENT: "Annulation d'un paiement",
    Kind.REFUND: "Annulation d'un remboursement",
    Kind.WRITE_OFF: "Annulation d'une remise de dette",
    Kind.OPENING: "Annulation d'un solde repris",
}


def cancel(movement: Movement, reason: str, *, actor: User | None, now: datetime) -> Movement:
    """Undo a payment, a refund, a write-off or an opening balance by the opposite entry, dated today.

    What it paid is due again; other advances are used at once. A payment already handed over stays on its deposit
    slip. Repeated, it gives the same entry back. Raises Refused without a reason.
    """
    reason = _because(reason)
    with transaction.atomic():
        account = ledger.locked(movement.account)
        list(
            Payment.objects.select_for_update().filter(movement=movement)
        )  # a deposit waits, or has been made
        if done := Movement.objects.filter(reverses=movement).first():
            return done
        if movement.kind not in UNDONE:
            raise Refused("Cette ligne ne s'annule pas ici : une facture se corrige par un avoir.")
        _check_in_the_till(movement)
        ledger.release(movement)
        opposite = ledger.enter(
            account,
            Kind.REVERSAL,
            -movement.amount,
            UNDONE[Kind(movement.kind)],
            day=timezone.localdate(now),
            now=now,
            actor=actor,
            reason=reason,
            reverses=movement,
        )
        debit, credit = sorted((movement, opposite), key=lambda each: each.amount, reverse=True)
        ledger.allocate(debit, credit, abs(movement.amount), now=now)
        ledger.settle(account, now=now)
        _record(account.household, f"{movement.kind}.cancelled", opposite, actor=actor, now=now)
        letters.cancelled(account.household, opposite, now=now)
    return opposite


def refund(
    household: Household,
    mode: str,
    amount: Decimal,
    reason: str,
    *,
    reference: str = "",
    token: UUID,
    actor: User | None,
    now: datetime,
) -> Refund:
    """Give back some of an advance, today. The same `token` gives the same refund. Raises Refused."""
    reason = _because(reason)
    with transaction.atomic():
        account = ledger.locked(ledger.account_of(household, now=now))
        if done := already(account, token):
            return done.refund
        check_amount(amount)
        ledger.settle(account, now=now)
        if amount > (advance := standing(account).advance):
            raise Refused({"amount": _too_much("L'avance de ce compte", advance)})
        today = timezone.localdate(now)
        _check_refund_mode(mode, amount, today)
        movement = ledger.enter(
            account,
            Kind.REFUND,
            amount,
            "Remboursement",
            day=today,
            now=now,
            actor=actor,
            token=token,
            reason=reason,
        )
        made = Refund.objects.create(
            movement=movement, account=account, mode=mode, amount=amount, paid_on=today, reference=reference
        )
        ledger.settle(account, now=now, first={movement.pk: amount})
        _record(household, "refund.made", movement, actor=actor, now=now)
        letters.refunded(household, made, now=now)
    return made


def write_off(
    debt: Movement, amount: Decimal, reason: str, *, token: UUID, actor: User | None, now: datetime
) -> Movement:
    """Give up some of what is left of a debt. The same `token` gives the same entry. Raises Refused."""
    reason = _because(reason)
    with transaction.atomic():
        account = ledger.locked(debt.account)
        if done := already(account, token):
            return done
        check_amount(amount)
        ledger.settle(account, now=now)
        if amount > (left := ledger.left_of([debt])[debt.pk]):
            raise Refused({"amount": _too_much("Le reste à payer", left)})
        given_up = ledger.enter(
            account,
            Kind.WRITE_OFF,
            -amount,
            f"Remise sur {debt.label[:180]}",
            day=timezone.localdate(now),
            now=now,
            actor=actor,
            token=token,
            reason=reason,
        )
        ledger.allocate(debt, given_up, amount, now=now)
        _record(account.household, "debt.written_off", given_up, actor=actor, now=now)
    return given_up


def open_balance(
    household: Household,
    amount: Decimal,
    reason: str,
    *,
    day: date,
    token: UUID,
    actor: User | None,
    now: datetime,
) -> Movement:
    """Bring in what a payer owed elsewhere (positive euros) or had in advance (negative): once an account.

    Raises Refused for a second one, for nothing, and for a day to come.
    """
    reason = _because(reason)
    with transaction.atomic():
        account = ledger.locked(ledger.account_of(household, now=now))
        if done := already(account, token):
            return done
        if not 0 < abs(amount) <= MOST:
            raise Refused({"amount": f"Écrivez un montant entre 0,01 et {money(MOST)}."})
        check_not_later(day, timezone.localdate(now), "day")
        if account.movements.filter(kind=Kind.OPENING, reversed_by=None).exists():
            raise Refused("Le solde de ce compte est déjà repris : annulez d'abord la première reprise.")
        opened = ledger.enter(
            account,
            Kind.OPENING,
            amount,
            "Solde repris",
            day=day,
            now=now,
            actor=actor,
            token=token,
            reason=reason,
        )
        ledger.settle(account, now=now)
        _record(household, "balance.opened", opened, actor=actor, now=now)
    return opened


def _because(reason: str) -> str:
    if not (reason := reason.strip()):
        raise Refused({"reason": "Écrivez pourquoi : cette phrase reste avec l'écriture."})
    return reason[:300]


def _check_refund_mode(mode: str, amount: Decimal, today: date) -> None:
    if mode not in Refund.MODES:
        raise Refused({"mode": "Un remboursement se fait par virement, par chèque ou en espèces."})
    if mode == Mode.CASH and amount > (there := max(cash_expected(today), ZERO)):
        raise Refused(
            {"mode": f"Il n'y a que {money(there)} en caisse : choisissez le virement, ou rendez moins."}
        )


def _check_in_the_till(movement: Movement) -> None:
    """Cash that was given back is part of a deposit's total: that deposit goes first."""
    cash = Refund.objects.filter(movement=movement, mode=Mode.CASH).exclude(deposit=None).first()
    if cash is not None:
        raise Refused(
            f"Ce remboursement en espèces est déjà compté dans la remise {cash.deposit} : "
            "annulez d'abord la remise."
        )


def _too_much(what: str, left: Decimal) -> str:
    if not left:
        return f"{what} est de {money(left)} : il n'y a rien à rendre ni à remettre."
    return f"{what} est de {money(left)} : écrivez ce montant ou moins."


def _record(household: Household, verb: str, entry: Movement, *, actor: User | None, now: datetime) -> None:
    journal.record(
        verb,
        household.journal_subject,
        summary=f"{entry.label} : {money(entry.amount)}",
        actor=actor,
        now=now,
        after={"amount": str(entry.amount), "reason": entry.reason},
    )
