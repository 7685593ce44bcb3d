"""The meals that the kitchen is asked for: what adults will eat, and the record of each order."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone

from portail.activities.models import Place, Service, Session

USUAL = "habituel"


class AdultMeals(models.Model):
    """How many adults eat in a session, by diet. No row: nobody said that any would."""

    session = models.ForeignKey(Session, models.PROTECT, related_name="adult_meals", verbose_name="Séance")
    diet = models.CharField("Régime", max_length=40, blank=True)
    count = models.PositiveSmallIntegerField("Repas d'adultes")

    class Meta:
        verbose_name = "repas d'adultes"
        verbose_name_plural = "repas d'adultes"
        constraints = [models.UniqueConstraint(fields=["session", "diet"], name="adult_meals_once")]

    def __str__(self) -> str:
        return f"{self.count} · {self.session}"


class KitchenOrder(models.Model):
    """What was asked of the kitchen for a day, at one moment. Never changed: an amendment is the next version, which
    `replaces` this one with its `reason`.

    `limit_at` is the moment of the regulation after which the day's order closes by itself, when there was one.
    """

    day = models.DateField("Repas du")
    version = models.PositiveSmallIntegerField("Version", validators=[MinValueValidator(1)])
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by", verbose_name="Remplace"
    )
    reason = models.CharField("Motif", max_length=300, blank=True)
    token = models.UUIDField("Geste", unique=True, null=True, blank=True, editable=False)
    limit_at = models.DateTimeField("Limite du règlement", null=True, blank=True)
    created_at = models.DateTimeField("Arrêtée le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    author_label = models.CharField("Nom de l'auteur", max_length=200, blank=True)
    sent_to = models.EmailField("Envoyée à", blank=True)

    class Meta:
        verbose_name = "commande de repas"
        verbose_name_plural = "commandes de repas"
        ordering = ["-day", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "version"],
                name="kitchen_order_version_once",
                violation_error_message="Cette version de la commande existe déjà.",
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """C-2026-00012: the year and the row; unique, not without gaps (only invoices are)."""
        return f"C-{timezone.localtime(self.created_at).year}-{self.pk:05d}"

    @property
    def is_automatic(self) -> bool:
        """Closed by the portal at the limit, by nobody."""
        return not self.author_label

    @property
    def journal_subject(self) -> str:
        return f"kitchen_order:{self.pk}"


class KitchenLine(models.Model):
    """So many meals of a diet, in a place, for a service. `allergies` and `pai`: how many of those who eat them have
    an allergy, a care plan. A basket is brought from home: it is counted, never ordered."""

    class Eater(models.TextChoices):
        CHILD = "child", "Enfants"
        ADULT = "adult", "Adultes"
        BASKET = "basket", "Repas apportés"

    order = models.ForeignKey(KitchenOrder, models.PROTECT, related_name="lines", verbose_name="Commande")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+", verbose_name="Lieu")
    service = models.ForeignKey(Service, models.PROTECT, related_name="+", verbose_name="Prestation")
    eater = models.CharField("Pour", max_length=6, choices=Eater.choices)
    diet = models.CharField("Régime", max_length=40, blank=True)
    count = models.PositiveIntegerField("Repas")
    allergies = models.PositiveIntegerField("dont allergies", default=0)
    pai = models.PositiveIntegerField("dont PAI", default=0)

    class Meta:
        verbose_name = "ligne de commande"
        verbose_name_plural = "lignes de commande"
        constraints = [
            models.UniqueConstraint(
                fields=["order", "place", "service", "eater", "diet"], name="kitchen_line_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.count} {self.diet or USUAL}"
