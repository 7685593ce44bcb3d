"""What is due for one thing, with the parts it is made of."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Regulation, Service
from portail.billing.models.accounts import Account
from portail.billing.models.invoices import InvoiceLine
from portail.bookings.models import Booking
from portail.families.models import Child


class Charge(models.Model):
    """What is due for one thing, with the parts it is made of. It sits on at most one invoice line.

    What is not invoiced yet is computed when it is read, from the bookings and the rules (`queries.charges`), and
    written when a run is drafted; from its publication on, only an ADJUSTMENT that names it (`adjusts`) corrects it.
    `day` is the day of the service (the first of a package's). `inputs` are the facts that the rules were given,
    `explanation` holds {"sentence": …, "steps": […]} as `rules` puts them in JSON.
    `key` names for ever the thing that is charged ("booking:12"); what is written by hand has none.
    """

    class Kind(models.TextChoices):
        BOOKING = "booking", _("Prestation")
        PACKAGE = "package", _("Forfait")
        SURCHARGE = "surcharge", _("Majoration")
        ADJUSTMENT = "adjustment", _("Régularisation")
        OTHER = "other", _("Autre")

    account = models.ForeignKey(Account, models.PROTECT, related_name="charges", verbose_name=_("Compte"))
    kind = models.CharField(_("Nature"), max_length=12, choices=Kind.choices)
    key = models.CharField(max_length=200, blank=True, default="")
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="charges")
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    booking = models.ForeignKey(Booking, models.PROTECT, null=True, blank=True, related_name="charges")
    day = models.DateField(_("Jour"))
    label = models.CharField(_("Intitulé"), max_length=200)
    quantity = models.DecimalField(_("Quantité"), max_digits=8, decimal_places=2, default=Decimal(1))
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    inputs = models.JSONField(default=dict, blank=True)
    explanation = models.JSONField(default=dict, blank=True)
    regulation = models.ForeignKey(Regulation, models.PROTECT, null=True, blank=True, related_name="+")
    adjusts = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="adjustments")
    reason = models.CharField(_("Motif"), max_length=300, blank=True)
    token = models.UUIDField(unique=True, null=True, blank=True)
    line = models.ForeignKey(
        InvoiceLine, models.SET_NULL, null=True, blank=True, related_name="charges", verbose_name="Facturée"
    )
    created_at = models.DateTimeField("Écrite le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "charge"
        verbose_name_plural = "charges"
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["booking"], condition=Q(kind="booking"), name="charge_once_a_booking"
            ),
            models.UniqueConstraint(
                fields=["key"],
                condition=Q(kind__in=("booking", "package", "surcharge")) & ~Q(key=""),
                name="charge_once_a_key",
            ),
            models.CheckConstraint(
                condition=~Q(kind="adjustment") | ~Q(reason=""), name="adjustment_says_why"
            ),
        ]
        indexes = [
            models.Index(fields=["account", "day"], name="charge_account_day"),
            models.Index(fields=["key"], name="charge_key"),
        ]

    def __str__(self) -> str:
        return f"{self.label} · {self.amount}"


class ChargeComponent(models.Model):
    """A part of a charge, in euros; the parts sum to it. `part` is a word of `rules.Part`."""

    class Part(models.TextChoices):
        CARE = "care", _("Accueil")
        MEAL = "meal", _("Repas")
        SUPPLEMENT = "supplement", _("Supplément")
        PENALTY = "penalty", _("Pénalité")
        AID = "aid", _("Aide")
        MEMBERSHIP = "membership", _("Adhésion")

    charge = models.ForeignKey(Charge, models.CASCADE, related_name="components")
    part = models.CharField(_("Nature"), max_length=12, choices=Part.choices)
    label = models.CharField(_("Intitulé"), max_length=150, blank=True)
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)

    class Meta:
        verbose_name = "part de charge"
        verbose_name_plural = "parts de charge"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.get_part_display()} · {self.amount}"
