"""Where a leader works."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portail.activities.models import Place, Service


class Assignment(models.Model):
    """A leader keeps the lists of this place: of this service alone, or of all of them (`service` empty)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="assignments", verbose_name="Animateur"
    )
    place = models.ForeignKey(Place, models.CASCADE, related_name="assignments", verbose_name="Lieu")
    service = models.ForeignKey(
        Service, models.CASCADE, null=True, blank=True, related_name="+", verbose_name="Prestation"
    )

    class Meta:
        verbose_name = "affectation"
        verbose_name_plural = "affectations"
        ordering = ["place__name", "service__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "place", "service"],
                condition=Q(service__isnull=False),
                name="assignment_to_service_once",
            ),
            models.UniqueConstraint(
                fields=["user", "place"], condition=Q(service=None), name="assignment_to_place_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.place}"
