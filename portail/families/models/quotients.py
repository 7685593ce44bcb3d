"""The quotient familial as it was proved, and who was reminded of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portail.families.models.households import Household
from portail.families.models.requests import FamilyDocument, Request


class QuotientQuerySet(models.QuerySet["Quotient"]):
    def counting(self) -> "QuotientQuerySet":
        """The rows that may count on some day: neither replaced nor withdrawn."""
        return self.filter(replaced_by=None, is_void=False)


class Quotient(models.Model):
    """A household's quotient familial as it was proved once. Append-only: a mistake is replaced by a new row, or
    withdrawn by one that `is_void` (a value typed in the wrong dossier).

    Which one counts on a day is decided by the rules (`rules.quotients`), from `proved_on`, the date that the proof
    carries, and `received_on`, the day it reached the service.
    """

    class Source(models.TextChoices):
        DESK = "desk", _("Saisi par le service")
        FAMILY = "family", _("Envoyé par la famille")
        IMPORT = "import", _("Repris d'un fichier")

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="quotients", verbose_name=_("Dossier")
    )
    value = models.DecimalField(_("Quotient familial"), max_digits=9, decimal_places=2)
    kind = models.CharField(_("Justificatif"), max_length=40, blank=True, help_text="Par exemple « CAF ».")
    proved_on = models.DateField(_("Date du justificatif"))
    received_on = models.DateField(_("Reçu le"))
    source = models.CharField(_("Origine"), max_length=10, choices=Source.choices, default=Source.DESK)
    proof = models.ForeignKey(
        FamilyDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="quotients",
        verbose_name=_("Pièce"),
    )
    request = models.ForeignKey(
        Request, models.PROTECT, null=True, blank=True, related_name="quotients", verbose_name=_("Démarche")
    )
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="Remplace"
    )
    is_void = models.BooleanField("Retrait", default=False)
    note = models.CharField("Remarque", max_length=300, blank=True)
    token = models.UUIDField("Geste", unique=True, null=True, blank=True, editable=False)
    created_at = models.DateTimeField("Saisi le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    objects = QuotientQuerySet.as_manager()

    class Meta:
        verbose_name = "quotient familial"
        verbose_name_plural = "quotients familiaux"
        ordering = ["-proved_on", "-pk"]
        indexes = [models.Index(fields=["household", "-proved_on"], name="quotient_household")]
        constraints = [
            models.CheckConstraint(
                condition=Q(value__gte=0),
                name="quotient_positive",
                violation_error_message="Un quotient est un nombre positif, par exemple 742.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.value} ({self.proved_on:%d/%m/%Y})"

    @property
    def number(self) -> str:
        """Q-2026-00012: the year and the row, printed on its card."""
        return f"Q-{timezone.localtime(self.created_at).year}-{self.pk:05d}"


class QuotientReminder(models.Model):
    """A household was written to, so many days before this renewal: once each, whatever crashes."""

    household = models.ForeignKey(
        Household, models.CASCADE, related_name="quotient_reminders", verbose_name="Dossier"
    )
    renewal = models.DateField("Actualisation")
    days = models.PositiveSmallIntegerField("Jours avant")
    sent_at = models.DateTimeField("Écrit le")

    class Meta:
        verbose_name = "rappel de quotient"
        verbose_name_plural = "rappels de quotient"
        ordering = ["-renewal", "days", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "renewal", "days"],
                name="quotient_reminder_once",
                violation_error_message="Ce rappel est déjà parti.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.household_id} · {self.renewal:%d/%m/%Y}"
