"""The waiting room of a booking period, and the tickets that keep the families' order."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from portail.families.models import Household


class WaitingRoom(models.Model):
    """The room of one booking period. What the period plans is the regulation's; here is what time and agents decide.

    `opens_at`, `stays_until`, `limit`, `call`, `idle` (minutes) and `draws` repeat the regulation, written again each
    time that the room's page is opened, so that whoever waits is answered by one query. `ended`: the opening whose rush
    is over. `looked_at`: when families were last let in.
    """

    class Mode(models.TextChoices):
        AUTO = "auto", "Selon le règlement"
        OPEN = "open", "Ouverte par le service"
        CLOSED = "closed", "Fermée par le service"

    period = models.SlugField("Période", max_length=40, unique=True)
    name = models.CharField("Nom", max_length=80)
    mode = models.CharField("Salle d'attente", max_length=10, choices=Mode.choices, default=Mode.AUTO)
    is_paused = models.BooleanField("Entrées suspendues", default=False)
    by_hand = models.PositiveIntegerField("Familles en même temps, décidé au guichet", null=True, blank=True)
    reason = models.CharField("Motif", max_length=300, blank=True)
    changed_at = models.DateTimeField("Changée le", null=True, blank=True)
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    opens_at = models.DateTimeField("Ouverture", null=True, blank=True)
    stays_until = models.DateTimeField("Ouverte au moins jusqu'à", null=True, blank=True)
    limit = models.PositiveIntegerField("Familles en même temps")
    call = models.PositiveSmallIntegerField("Minutes pour entrer")
    idle = models.PositiveSmallIntegerField("Minutes sans rien faire")
    draws = models.BooleanField("Tirage au sort")
    ended = models.DateTimeField("Ouverture passée", null=True, blank=True)
    looked_at = models.DateTimeField("Dernières entrées", null=True, blank=True)

    class Meta:
        verbose_name = "salle d'attente"
        verbose_name_plural = "salles d'attente"

    def __str__(self) -> str:
        return self.name

    @property
    def families(self) -> int:
        """How many may book at once: the number of the desk, or that of the regulation."""
        return self.limit if self.by_hand is None else self.by_hand

    @property
    def is_open(self) -> bool:
        """Whether one must take a turn: by the desk's word, else until the rush of the opening is over."""
        if self.mode != self.Mode.AUTO:
            return self.mode == self.Mode.OPEN
        return self.opens_at is not None and (self.ended is None or self.ended < self.opens_at)


class Ticket(models.Model):
    """A household's turn in a room, one at most. Families enter in the order of `rank`, then of coming.

    `opens_at`: the opening that it waits for. `is_early`: taken before it. `inside_until`: until when it books, or has
    to come in; None before its turn. Away: called, it did not come or stopped; it comes back to its rank. Done: it has
    booked, or gave its turn up.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("En attente")
        INSIDE = "inside", _("Entrée")
        AWAY = "away", _("Absente")
        DONE = "done", _("Servie")

    room = models.ForeignKey(WaitingRoom, models.CASCADE, related_name="tickets")
    household = models.ForeignKey(Household, models.CASCADE, related_name="+", verbose_name="Dossier")
    state = models.CharField("État", max_length=10, choices=State.choices, default=State.WAITING)
    rank = models.BigIntegerField("Rang")
    opens_at = models.DateTimeField("Ouverture attendue")
    is_early = models.BooleanField("Avant l'ouverture")
    taken_at = models.DateTimeField("Pris le")
    called_at = models.DateTimeField("Appelée le", null=True, blank=True)
    came_at = models.DateTimeField("Entrée le", null=True, blank=True)
    inside_until = models.DateTimeField("Place gardée jusqu'à", null=True, blank=True)
    done_at = models.DateTimeField("A réservé le", null=True, blank=True)

    class Meta:
        verbose_name = "ticket"
        verbose_name_plural = "tickets"
        ordering = ["rank", "pk"]
        constraints = [models.UniqueConstraint(fields=["room", "household"], name="ticket_once")]
        indexes = [
            models.Index(fields=["room", "state", "rank"], name="ticket_order"),
            models.Index(fields=["room", "called_at"], name="ticket_called"),
        ]

    def __str__(self) -> str:
        return f"ticket {self.pk}"
