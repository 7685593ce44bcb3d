"""Bookings that a custody calendar, or a court, gives to the other household: for an agent to decide."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q

from portail.bookings.models.bookings import Booking


class ConflictQuerySet(models.QuerySet["CustodyConflict"]):
    def waiting(self, today: date) -> "ConflictQuerySet":
        """Those that an agent is to settle: the booking stands, and its day has not gone by."""
        return self.filter(outcome="", booking__state__in=Booking.ACTIVE, booking__session__date__gte=today)


class CustodyConflict(models.Model):
    """A booking that stands on a day of the other household. It is never moved by itself: an agent says what becomes of
    it. `why`: in French, as agents read it. An empty `outcome` waits."""

    class Outcome(models.TextChoices):
        TRANSFERRED = "transferred", "Transférée à l'autre foyer"
        CANCELLED = "cancelled", "Annulée"
        LEFT = "left", "Laissée telle quelle"
        GONE = "gone", "N'est plus en conflit"

    booking = models.ForeignKey(
        Booking, models.PROTECT, related_name="custody_conflicts", verbose_name="Réservation"
    )
    why = models.CharField("Pourquoi", max_length=300)
    found_at = models.DateTimeField("Vue le")
    outcome = models.CharField("Suite", max_length=12, choices=Outcome.choices, blank=True)
    reason = models.CharField("Motif", max_length=300, blank=True)
    settled_at = models.DateTimeField("Réglée le", null=True, blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Réglée par",
    )

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = "conflit de garde"
        verbose_name_plural = "conflits de garde"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"],
                condition=Q(outcome=""),
                name="custody_conflict_once",
                violation_error_message="Ce conflit attend déjà une décision.",
            )
        ]

    def __str__(self) -> str:
        return f"conflit de garde · {self.booking}"
