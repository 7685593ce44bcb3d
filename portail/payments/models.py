"""Payments taken by the town hall: each is a movement of an account, with its receipt; its cash and its deposits."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.billing.models import Account, Movement
from portail.core.money import ZERO
from portail.families.models import FamilyDocument


class Mode(models.TextChoices):
    CASH = "cash", _("Espèces")
    CHEQUE = "cheque", _("Chèque")
    CARD = "card", _("Carte bancaire")
    TRANSFER = "transfer", _("Virement")
    CESU = "cesu", _("CESU")
    HOLIDAY_VOUCHERS = "vouchers", _("Chèques-vacances")


class Deposit(models.Model):
    """Payments of one mode handed to the Treasury or the bank together: its slip has a date, a number and a total.

    One that was made by mistake is cancelled: its payments are free again, its number stays.
    """

    MODES = (Mode.CASH, Mode.CHEQUE, Mode.CARD, Mode.CESU, Mode.HOLIDAY_VOUCHERS)

    mode = models.CharField("Mode", max_length=10, choices=Mode.choices)
    day = models.DateField("Date")
    total = models.DecimalField("Total", max_digits=10, decimal_places=2)
    note = models.CharField("Remarque", max_length=200, blank=True)
    cancelled_at = models.DateTimeField("Annulé le", null=True, blank=True)
    cancelled_because = models.CharField("Motif de l'annulation", max_length=300, blank=True)
    token = models.UUIDField(unique=True)
    created_at = models.DateTimeField("Fait le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "bordereau de remise"
        verbose_name_plural = "bordereaux de remise"
        ordering = ["-day", "-pk"]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """B-2026-00012: the year and the row; unique, not without gaps (only invoices are)."""
        return f"B-{self.day.year}-{self.pk:05d}"


class Payment(models.Model):
    """Money received for an account. Its movement holds the amount; what cancels it is the opposite movement.

    `given` is what was handed over in cash, when change was given back.
    """

    movement = models.OneToOneField(Movement, models.PROTECT, related_name="payment")
    account = models.ForeignKey(Account, models.PROTECT, related_name="payments", verbose_name=_("Compte"))
    mode = models.CharField(_("Mode"), max_length=10, choices=Mode.choices)
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    received_on = models.DateField(_("Reçu le"))
    payer = models.CharField(_("Payé par"), max_length=120, blank=True)
    bank = models.CharField(_("Banque"), max_length=80, blank=True)
    reference = models.CharField(_("Numéro ou référence"), max_length=80, blank=True)
    given = models.DecimalField("Somme tendue", max_digits=10, decimal_places=2, null=True, blank=True)
    deposit = models.ForeignKey(
        Deposit, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name="Bordereau"
    )
    document = models.OneToOneField(
        FamilyDocument, models.PROTECT, null=True, blank=True, related_name="payment", verbose_name=_("Reçu")
    )
    created_at = models.DateTimeField("Saisi le")

    class Meta:
        verbose_name = "paiement"
        verbose_name_plural = "paiements"
        ordering = ["-received_on", "-pk"]
        indexes = [models.Index(fields=["received_on", "mode"], name="payment_day_mode")]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0),
                name="payment_positive",
                violation_error_message="Un paiement est un montant positif, par exemple 48,30.",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return payment_number(self.pk, self.created_at)

    @property
    def change(self) -> Decimal:
        """What was given back of the cash handed over, in euros."""
        return ZERO if self.given is None else self.given - self.amount


class Refund(models.Model):
    """Money given back to a payer, out of their advance. Its movement holds the amount.

    What leaves the till is taken off the next deposit of cash (`deposit`).
    """

    MODES = (Mode.TRANSFER, Mode.CHEQUE, Mode.CASH)

    movement = models.OneToOneField(Movement, models.PROTECT, related_name="refund")
    account = models.ForeignKey(Account, models.PROTECT, related_name="refunds", verbose_name=_("Compte"))
    mode = models.CharField(_("Mode"), max_length=10, choices=Mode.choices)
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    paid_on = models.DateField(_("Rendu le"))
    reference = models.CharField(_("Numéro ou référence"), max_length=80, blank=True)
    deposit = models.ForeignKey(
        Deposit, models.PROTECT, null=True, blank=True, related_name="refunds", verbose_name="Bordereau"
    )

    class Meta:
        verbose_name = "remboursement"
        verbose_name_plural = "remboursements"
        ordering = ["-paid_on", "-pk"]
        constraints = [models.CheckConstraint(condition=models.Q(amount__gt=0), name="refund_positive")]

    def __str__(self) -> str:
        return f"remboursement de {self.amount}"


def payment_number(pk: int, at: datetime) -> str:
    """P-2026-00123: the year and the row; unique, not without gaps (only invoices are)."""
    return f"P-{timezone.localtime(at).year}-{pk:05d}"


class CashCount(models.Model):
    """The till as it was counted on an evening: `pieces` holds {"20.00": 3, …} (face value → how many)."""

    day = models.DateField("Date")
    float_amount = models.DecimalField("Fonds de caisse", max_digits=10, decimal_places=2)
    pieces = models.JSONField("Pièces et billets", default=dict, blank=True)
    counted = models.DecimalField("Compté", max_digits=10, decimal_places=2)
    expected = models.DecimalField("Attendu", max_digits=10, decimal_places=2)
    note = models.CharField("Explication de l'écart", max_length=300, blank=True)
    token = models.UUIDField(unique=True)
    created_at = models.DateTimeField("Compté le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "comptage de caisse"
        verbose_name_plural = "comptages de caisse"
        ordering = ["-day", "-pk"]

    def __str__(self) -> str:
        return f"caisse du {self.day:%d/%m/%Y}"
