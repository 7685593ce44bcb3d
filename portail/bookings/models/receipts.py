"""Receipts: the proof of every change of bookings."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Closing
from portail.bookings.models.bookings import Booking
from portail.bookings.models.group_changes import GroupChange
from portail.families.models import Household


class Receipt(models.Model):
    """The proof of one change of bookings: who, when, what was added and removed. Never edited.

    `token` is the form's own: posting the same form twice finds the same receipt.
    """

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="receipts", verbose_name=_("Dossier")
    )
    token = models.UUIDField(unique=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Auteur"),
    )
    author_label = models.CharField(_("Nom de l'auteur"), max_length=200)
    by_service = models.BooleanField(_("Fait par le service"), default=False)
    reason = models.CharField(_("Motif"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("Fait le"))
    difference = models.DecimalField(
        _("Différence de prix"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Avec ce qui était réservé, en euros, autres réservations et forfaits compris.",
    )
    closing = models.ForeignKey(
        Closing,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
        verbose_name="Fermeture qui l'a causé",
    )
    group_change = models.ForeignKey(
        GroupChange,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="receipts",
        verbose_name="Opération groupée qui l'a causé",
    )

    class Meta:
        verbose_name = "reçu"
        verbose_name_plural = "reçus"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["household", "-created_at"], name="receipt_household")]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        return receipt_number(self.pk, self.created_at)


def receipt_number(pk: int, at: datetime) -> str:
    """R-2026-00123: the year and the row; unique, not without gaps (only invoices are)."""
    return f"R-{timezone.localtime(at).year}-{pk:05d}"


class ReceiptLine(models.Model):
    """A booking made or cancelled, or a waiting list joined or left.

    `explanation` is plain JSON: {"steps": […], "parts": […]} of the price, or {"unknown": …}; sentences as `rules` puts
    them in JSON.
    """

    class Change(models.TextChoices):
        ADDED = "added", _("Ajouté")
        REMOVED = "removed", _("Retiré")
        WAITING = "waiting", _("Mis en liste d'attente")
        LEFT = "left", _("Sorti de la liste d'attente")

    receipt = models.ForeignKey(Receipt, models.PROTECT, related_name="lines")
    booking = models.ForeignKey(Booking, models.PROTECT, related_name="receipt_lines")
    change = models.CharField(_("Changement"), max_length=8, choices=Change.choices)
    conditions = models.CharField(_("Conditions"), max_length=300, blank=True)
    price = models.DecimalField(
        _("Prix"),
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text="Ce que la ligne ajoute à ce qui est dû, en euros ; négatif : retire ; vide : pas encore connu.",
    )
    explanation = models.JSONField(_("Pourquoi ce prix"), default=dict, blank=True)
    is_late = models.BooleanField("Après la date limite", default=False)
    was = models.CharField("État avant le retrait", max_length=10, blank=True)

    class Meta:
        verbose_name = "ligne de reçu"
        verbose_name_plural = "lignes de reçu"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["receipt", "booking"], name="receipt_line_once")]

    def __str__(self) -> str:
        return f"{self.get_change_display()} · {self.booking}"
