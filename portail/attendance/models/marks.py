"""What leaders touched, as they touched it."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from portail.activities.models import Session
from portail.families.models import Child


class Mark(models.Model):
    """One touch on a list. Never changed nor removed: what it means is read by `rules.attendance.fold`.

    `token` is the device's own: the same mark sent twice is one row. `at` is the moment that the device claims,
    `received_at` ours. `guest` is somebody who is in no dossier: the token of the mark that first spoke of them, whose
    `text` is their name. `target`: the token of the mark that this one takes back or knowingly replaces; it may not
    have been received yet.
    """

    class Kind(models.TextChoices):
        PRESENT = "present", "Présent"
        ABSENT = "absent", "Absent"
        ARRIVED = "arrived", "Arrivé à"
        LEFT = "left", "Parti à"
        UNEXPECTED = "unexpected", "Inattendu"
        UNDO = "undo", "Annulé"
        NOTE = "note", "Note"

    token = models.UUIDField(unique=True)
    session = models.ForeignKey(Session, models.PROTECT, related_name="marks", verbose_name="Séance")
    child = models.ForeignKey(
        Child, models.PROTECT, null=True, blank=True, related_name="marks", verbose_name="Enfant"
    )
    guest = models.UUIDField("Enfant sans dossier", null=True, blank=True)
    kind = models.CharField("Nature", max_length=10, choices=Kind.choices)
    at = models.DateTimeField("Touché le")
    hour = models.TimeField("Heure", null=True, blank=True)
    target = models.UUIDField("Reprend", null=True, blank=True)
    text = models.CharField("Texte", max_length=300, blank=True)
    received_at = models.DateTimeField("Reçu le")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    author_label = models.CharField("Nom de l'auteur", max_length=200, blank=True)
    device = models.CharField("Appareil", max_length=40, blank=True)

    class Meta:
        verbose_name = "pointage"
        verbose_name_plural = "pointages"
        ordering = ["at", "token"]
        constraints = [
            models.CheckConstraint(
                condition=Q(child__isnull=False, guest=None) | Q(child=None, guest__isnull=False),
                name="mark_is_of_somebody",
                violation_error_message="Un pointage parle d'un enfant, connu ou non.",
            )
        ]
        indexes = [
            models.Index(fields=["session", "child"], name="mark_session_child"),
            models.Index(fields=["child", "session"], name="mark_child_session"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.session}"
