"""Bookings: the places that children have."""

from datetime import time

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Session
from portail.families.models import Child, Household


class BookingQuerySet(models.QuerySet):
    def active(self) -> "BookingQuerySet":
        """Those that the child still has: booked, waiting or offered."""
        return self.filter(state__in=Booking.ACTIVE)

    def taking_a_place(self) -> "BookingQuerySet":
        return self.filter(state__in=Booking.TAKING)


class Booking(models.Model):
    """A child's place in a session, taken by one of its households. Never deleted: its state tells its story."""

    class State(models.TextChoices):
        BOOKED = "booked", _("Réservé")
        WAITING = "waiting", _("En attente")
        OFFERED = "offered", _("Proposé")
        CANCELLED = "cancelled", _("Annulé")
        REFUSED = "refused", _("Refusé")
        LEFT = "left", _("Sorti de la liste d'attente")

    ACTIVE = ("booked", "waiting", "offered")
    TAKING = ("booked", "offered")
    LISTED = ("waiting", "offered")
    """On a waiting list."""

    child = models.ForeignKey(Child, models.PROTECT, related_name="bookings", verbose_name=_("Enfant"))
    session = models.ForeignKey(Session, models.PROTECT, related_name="bookings", verbose_name=_("Séance"))
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="bookings", verbose_name=_("Dossier")
    )
    state = models.CharField(_("État"), max_length=10, choices=State.choices, default=State.BOOKED)
    starts_at = models.TimeField(
        _("De"),
        null=True,
        blank=True,
        help_text="Les heures choisies par la famille ; vide : toute la séance.",
    )
    ends_at = models.TimeField(_("À"), null=True, blank=True)
    created_at = models.DateTimeField(_("Réservé le"))
    cancelled_at = models.DateTimeField(_("Annulé le"), null=True, blank=True)
    offered_until = models.DateTimeField(_("Proposé jusqu'au"), null=True, blank=True)
    is_over = models.BooleanField("Au-delà des places", default=False)

    objects = BookingQuerySet.as_manager()

    class Meta:
        verbose_name = "réservation"
        verbose_name_plural = "réservations"
        constraints = [
            models.UniqueConstraint(
                fields=["child", "session"],
                condition=Q(state__in=("booked", "waiting", "offered")),
                name="booking_once_while_active",
                violation_error_message="Cet enfant a déjà une réservation pour cette séance.",
            ),
            models.CheckConstraint(
                condition=Q(starts_at=None, ends_at=None) | Q(ends_at__gt=F("starts_at")),
                name="booking_hours",
                violation_error_message="L'heure de départ doit suivre l'heure d'arrivée.",
            ),
            models.CheckConstraint(
                condition=Q(state="offered", offered_until__isnull=False)
                | (~Q(state="offered") & Q(offered_until=None)),
                name="booking_offered_until",
                violation_error_message="Une place proposée l'est jusqu'à un moment dit.",
            ),
        ]
        indexes = [
            # Whole, not partial: SQLite does not see that a parameter fits a condition, and counting reads it alone.
            models.Index(fields=["session", "state"], name="booking_taking"),
            models.Index(fields=["household", "child"], name="booking_household"),
            models.Index(fields=["state", "offered_until"], name="booking_listed"),
        ]

    def __str__(self) -> str:
        return f"{self.child} · {self.session}"

    @property
    def hours(self) -> tuple[time, time] | None:
        """Those that the family chose; None: the whole session."""
        return (self.starts_at, self.ends_at) if self.starts_at and self.ends_at else None
