"""Absences: what was told of a booked child who does not come."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portail.bookings.models.bookings import Booking
from portail.families.models import FamilyDocument


class Absence(models.Model):
    """A booked child will not come, or did not: who said so, when, and what proves it. Never deleted.

    What it costs is decided by the rules (`rules.absences`) from `reason`, `told_at` and `proved_at`; `withdrawn_at`
    says that the child comes after all.
    """

    booking = models.ForeignKey(
        Booking, models.PROTECT, related_name="absences", verbose_name=_("Réservation")
    )
    reason = models.CharField(
        _("Motif"),
        max_length=40,
        blank=True,
        help_text="Le mot que le règlement emploie, par exemple « maladie ».",
    )
    comment = models.CharField(_("Précision"), max_length=300, blank=True)
    told_at = models.DateTimeField(_("Signalée le"))
    told_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("par"),
    )
    told_by_label = models.CharField(max_length=200, blank=True)
    proof = models.ForeignKey(
        FamilyDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="absences",
        verbose_name=_("Justificatif"),
    )
    proved_at = models.DateTimeField(_("Justifiée le"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(_("Retirée le"), null=True, blank=True)

    class Meta:
        verbose_name = "absence"
        verbose_name_plural = "absences"
        ordering = ["-told_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(withdrawn_at=None),
                name="absence_once",
                violation_error_message="Cette absence est déjà signalée.",
            )
        ]

    def __str__(self) -> str:
        return f"absence · {self.booking}"
