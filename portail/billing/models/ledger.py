"""What enters an account, and what pays what."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portail.billing.models.accounts import Account
from portail.billing.models.invoices import CreditNote, Invoice


class Movement(models.Model):
    """A line of an account, never edited: what is asked is positive, what is paid or given back is negative.

    `token` belongs to the form that wrote it: posting it twice writes once. What undoes a movement is another one that
    names it (`reverses`).
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Facture")
        CREDIT_NOTE = "credit_note", _("Avoir")
        PAYMENT = "payment", _("Paiement")
        REVERSAL = "reversal", _("Annulation de paiement")
        REFUND = "refund", _("Remboursement")
        WRITE_OFF = "write_off", _("Remise de dette")
        OPENING = "opening", _("Solde repris")

    account = models.ForeignKey(Account, models.PROTECT, related_name="movements", verbose_name=_("Compte"))
    kind = models.CharField(_("Nature"), max_length=12, choices=Kind.choices)
    day = models.DateField(_("Date"))
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    label = models.CharField(_("Intitulé"), max_length=200)
    invoice = models.OneToOneField(
        Invoice, models.PROTECT, null=True, blank=True, related_name="movement", verbose_name=_("Facture")
    )
    credit_note = models.OneToOneField(
        CreditNote, models.PROTECT, null=True, blank=True, related_name="movement", verbose_name=_("Avoir")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="Annule"
    )
    reason = models.CharField(_("Motif"), max_length=300, blank=True)
    token = models.UUIDField(unique=True, null=True, blank=True)
    created_at = models.DateTimeField("Écrit le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "mouvement"
        verbose_name_plural = "mouvements"
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="invoice") & Q(invoice__isnull=False))
                | (~Q(kind="invoice") & Q(invoice=None)),
                name="movement_of_an_invoice",
            ),
            models.CheckConstraint(
                condition=(Q(kind="credit_note") & Q(credit_note__isnull=False))
                | (~Q(kind="credit_note") & Q(credit_note=None)),
                name="movement_of_a_credit_note",
            ),
        ]
        indexes = [models.Index(fields=["account", "day"], name="movement_account_day")]

    def __str__(self) -> str:
        return f"{self.label} · {self.amount}"


class Allocation(models.Model):
    """So much of a credit (payment, credit note…) pays so much of a debit (invoice, refund…). Always positive.

    Over all allocations, a movement never gives or takes more than its own amount.
    """

    debit = models.ForeignKey(Movement, models.PROTECT, related_name="paid_by")
    credit = models.ForeignKey(Movement, models.PROTECT, related_name="pays")
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    at = models.DateTimeField("Fait le")

    class Meta:
        verbose_name = "affectation"
        verbose_name_plural = "affectations"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["debit", "credit"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} de {self.credit} sur {self.debit}"
