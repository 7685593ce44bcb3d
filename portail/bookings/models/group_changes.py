"""What an agent does to the bookings of many children at once: prepared, read, confirmed, undone as a whole."""

from django.conf import settings
from django.db import models

from portail.families.models import Child, Household


class GroupChange(models.Model):
    """Days booked for a class, or a group that goes elsewhere for a while.

    `title` says for whom and what, in words; `data` what was asked, in plain JSON: first and last day, services, the
    place moved to. `token`: the form's own. `past_deadlines`: the agent books after the limits, for this `reason`.
    """

    class Kind(models.TextChoices):
        BOOK = "book", "Réservation groupée"
        MOVE = "move", "Déplacement"

    class State(models.TextChoices):
        CHECKING = "checking", "En vérification"
        READY = "ready", "À confirmer"
        WORKING = "working", "En cours"
        DONE = "done", "Fait"
        UNDOING = "undoing", "Annulation en cours"
        UNDONE = "undone", "Annulé"
        DROPPED = "dropped", "Abandonné"

    kind = models.CharField("Nature", max_length=5, choices=Kind.choices)
    state = models.CharField("État", max_length=8, choices=State.choices, default=State.CHECKING)
    token = models.UUIDField(unique=True)
    title = models.CharField("Intitulé", max_length=300)
    data = models.JSONField(default=dict, blank=True)
    reason = models.CharField("Motif donné aux familles", max_length=200, blank=True)
    past_deadlines = models.BooleanField("Après la date limite aussi", default=False)
    created_at = models.DateTimeField("Préparée le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    confirmed_at = models.DateTimeField("Confirmée le", null=True, blank=True)
    undone_at = models.DateTimeField("Annulée le", null=True, blank=True)

    class Meta:
        verbose_name = "opération groupée"
        verbose_name_plural = "opérations groupées"
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def subject(self) -> str:
        """Of the journal and of the work."""
        return f"groupchange:{self.pk}"


class GroupChangeLine(models.Model):
    """A child of a group change, by the household that books for it.

    `wishes`: to book, the ids of sessions; to move, [booking, session where it goes or null]. `possible`, `late` (among
    them, after the limit), `price` (euros; null: not known), `refusals` ([days in words, why]): as last looked at, then
    as done.
    """

    class Step(models.TextChoices):
        NEW = "new", "à vérifier"
        CHECKED = "checked", "vérifié"
        DONE = "done", "fait"
        UNDONE = "undone", "annulé"

    change = models.ForeignKey(GroupChange, models.CASCADE, related_name="lines")
    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    child = models.ForeignKey(Child, models.PROTECT, related_name="+")
    step = models.CharField(max_length=8, choices=Step.choices, default=Step.NEW)
    is_kept = models.BooleanField("Compris", default=True)
    wishes = models.JSONField(default=list, blank=True)
    possible = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    already = models.PositiveIntegerField(default=0)
    price = models.DecimalField(max_digits=10, decimal_places=2, null=True, blank=True)
    refusals = models.JSONField(default=list, blank=True)
    kept_back = models.PositiveIntegerField("Non annulées", default=0)

    class Meta:
        verbose_name = "ligne d'opération groupée"
        verbose_name_plural = "lignes d'opération groupée"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["change", "household", "child"], name="group_change_child_once"),
        ]

    def __str__(self) -> str:
        return f"{self.change} · {self.child}"
