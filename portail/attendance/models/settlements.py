"""What an agent decided about something that differs from the bookings."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portail.activities.models import Session
from portail.bookings.models import Absence, Booking
from portail.families.models import Child, Household


class Settlement(models.Model):
    """An agent's decision about a gap. Never edited nor removed: a later one replaces it (`is_current`).

    CHARGED: the surcharge of the regulation holds, if there is one. WAIVED: nothing is asked, and why. `household`: who
    answers for an unbooked child; `booking`, `absence`: what was written with the decision.
    """

    class Kind(models.TextChoices):
        NO_SHOW = "no-show", "Réservé, pas venu"
        UNBOOKED = "unbooked", "Présent sans réservation"
        LATE_PICK_UP = "late-pick-up", "Repris en retard"

    class Decision(models.TextChoices):
        CHARGED = "charged", "Facturé selon le règlement"
        WAIVED = "waived", "Non facturé"

    kind = models.CharField("Écart", max_length=12, choices=Kind.choices)
    session = models.ForeignKey(Session, models.PROTECT, related_name="settlements", verbose_name="Séance")
    child = models.ForeignKey(Child, models.PROTECT, related_name="settlements", verbose_name="Enfant")
    decision = models.CharField("Décision", max_length=8, choices=Decision.choices)
    reason = models.CharField("Motif", max_length=300)
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="Dossier"
    )
    booking = models.ForeignKey(Booking, models.PROTECT, null=True, blank=True, related_name="settlements")
    absence = models.ForeignKey(Absence, models.PROTECT, null=True, blank=True, related_name="settlements")
    token = models.UUIDField(unique=True)
    is_current = models.BooleanField(default=True)
    at = models.DateTimeField("Décidé le")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    author_label = models.CharField("Nom de l'auteur", max_length=200, blank=True)

    class Meta:
        verbose_name = "écart réglé"
        verbose_name_plural = "écarts réglés"
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "session", "child"],
                condition=Q(is_current=True),
                name="settlement_once",
                violation_error_message="Cet écart est déjà réglé.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.get_decision_display()}"
