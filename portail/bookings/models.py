"""Bookings: who is enrolled in what, which days are taken, and the receipt of every change."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Activity, Closing, Place, SchoolYear, Session
from portail.families.models import Adult, Child, FamilyDocument, Household


class Enrolment(models.Model):
    """A child may book the services of this activity, in this place, during this school year."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="enrolments", verbose_name=_("Enfant"))
    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="enrolments", verbose_name=_("Activité")
    )
    school_year = models.ForeignKey(
        SchoolYear, models.PROTECT, related_name="enrolments", verbose_name=_("Année scolaire")
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="enrolments", verbose_name=_("Lieu"))
    profile = models.CharField(
        "Profil", max_length=40, blank=True, help_text="Le mot que le règlement emploie ; vide : ordinaire."
    )
    group = models.CharField("Groupe", max_length=40, blank=True)
    since = models.DateField("À partir du", null=True, blank=True)
    until = models.DateField("Jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        ordering = ["-school_year__start", "activity__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "activity", "school_year"],
                name="enrolment_once",
                violation_error_message="Cet enfant est déjà inscrit à cette activité cette année-là.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.activity} · {self.school_year}"


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

    ACTIVE = ("booked", "waiting", "offered")
    TAKING = ("booked", "offered")

    child = models.ForeignKey(Child, models.PROTECT, related_name="bookings", verbose_name=_("Enfant"))
    session = models.ForeignKey(Session, models.PROTECT, related_name="bookings", verbose_name=_("Séance"))
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="bookings", verbose_name=_("Dossier")
    )
    state = models.CharField(_("État"), max_length=10, choices=State.choices, default=State.BOOKED)
    created_at = models.DateTimeField(_("Réservé le"))
    cancelled_at = models.DateTimeField(_("Annulé le"), null=True, blank=True)

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
        ]
        indexes = [
            # Whole, not partial: SQLite does not see that a parameter fits a condition, and counting reads it alone.
            models.Index(fields=["session", "state"], name="booking_taking"),
            models.Index(fields=["household", "child"], name="booking_household"),
        ]

    def __str__(self) -> str:
        return f"{self.child} · {self.session}"


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
    """A booking made or cancelled. `explanation` is plain JSON: {"steps": […], "parts": […]} of the price, or
    {"unknown": …}; sentences as `rules` puts them in JSON.
    """

    class Change(models.TextChoices):
        ADDED = "added", _("Ajouté")
        REMOVED = "removed", _("Retiré")

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

    class Meta:
        verbose_name = "ligne de reçu"
        verbose_name_plural = "lignes de reçu"
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["receipt", "booking"], name="receipt_line_once")]

    def __str__(self) -> str:
        return f"{self.get_change_display()} · {self.booking}"


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


class CalendarFeed(models.Model):
    """The secret address where an adult's telephone reads the household's bookings. Another one closes it."""

    adult = models.OneToOneField(
        Adult, models.CASCADE, related_name="calendar_feed", verbose_name=_("Adulte")
    )
    secret = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("Ouvert le"))

    class Meta:
        verbose_name = "abonnement au calendrier"
        verbose_name_plural = "abonnements au calendrier"

    def __str__(self) -> str:
        return f"calendrier · {self.adult}"
