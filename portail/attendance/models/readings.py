"""Who looked at what is private on a list."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portail.activities.models import Session
from portail.families.models import Child


class Reading(models.Model):
    """A person saw, that day, the health of the children of a list, or who may fetch them. Once for each, then the
    journal has its line. `child`: empty when it was the whole list."""

    class What(models.TextChoices):
        HEALTH = "health", "Santé"
        PICK_UP = "pick-up", "Qui vient chercher"

    what = models.CharField("Quoi", max_length=10, choices=What.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name="Qui")
    session = models.ForeignKey(Session, models.CASCADE, related_name="+", verbose_name="Séance")
    child = models.ForeignKey(Child, models.CASCADE, null=True, blank=True, related_name="+")
    day = models.DateField("Le")

    class Meta:
        verbose_name = "consultation"
        verbose_name_plural = "consultations"
        constraints = [
            models.UniqueConstraint(
                fields=["what", "user", "session", "day"],
                condition=Q(child=None),
                name="reading_of_a_list_once",
            ),
            models.UniqueConstraint(
                fields=["what", "user", "session", "child", "day"],
                condition=Q(child__isnull=False),
                name="reading_of_a_child_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_what_display()} · {self.session}"
