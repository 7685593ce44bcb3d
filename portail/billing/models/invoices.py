"""What a payer is asked: the runs that gather it, the invoices and what takes them back."""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Service
from portail.billing.models.accounts import Account
from portail.families.models import Child, FamilyDocument


class InvoiceRun(models.Model):
    """The invoicing of a stretch of days: drafted, looked at, thrown away or published.

    `services` are codes; empty means all. Only one run at a time is open (drafting, draft or publishing).
    """

    class State(models.TextChoices):
        DRAFTING = "drafting", "En préparation"
        DRAFT = "draft", "Brouillon"
        PUBLISHING = "publishing", "En cours d'édition"
        PUBLISHED = "published", "Publiée"
        DISCARDED = "discarded", "Abandonnée"

    OPEN = ("drafting", "draft", "publishing")

    title = models.CharField("Intitulé", max_length=120)
    first = models.DateField("Du")
    last = models.DateField("Au (inclus)")
    services = models.JSONField("Prestations", default=list, blank=True)
    due_on = models.DateField("À payer avant le")
    state = models.CharField("État", max_length=12, choices=State.choices, default=State.DRAFTING)
    is_open = models.BooleanField(null=True, default=True, editable=False, unique=True)
    created_at = models.DateTimeField("Commencée le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    drafted_at = models.DateTimeField("Préparée le", null=True, blank=True)
    published_at = models.DateTimeField("Publiée le", null=True, blank=True)
    published_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="publiée par",
    )

    class Meta:
        verbose_name = "facturation"
        verbose_name_plural = "facturations"
        ordering = ["-first", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(last__gte=F("first")),
                name="run_dates",
                violation_error_message="La date de fin doit suivre la date de début.",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True, state__in=("drafting", "draft", "publishing"))
                | Q(is_open=None, state__in=("published", "discarded")),
                name="run_open_says_its_state",
            ),
        ]

    def __str__(self) -> str:
        return self.title


class Anomaly(models.Model):
    """Something of a draft that deserves a look. Those that block must be mended or accepted with a reason."""

    class Severity(models.TextChoices):
        BLOCKING = "blocking", "Bloquante"
        WARNING = "warning", "À vérifier"
        NOTE = "note", "Pour information"

    run = models.ForeignKey(InvoiceRun, models.CASCADE, related_name="anomalies", verbose_name="Facturation")
    account = models.ForeignKey(Account, models.CASCADE, null=True, blank=True, related_name="+")
    child = models.ForeignKey(Child, models.CASCADE, null=True, blank=True, related_name="+")
    code = models.CharField("Nature", max_length=30)
    severity = models.CharField("Gravité", max_length=10, choices=Severity.choices)
    message = models.CharField("Explication", max_length=400)
    accepted_at = models.DateTimeField("Acceptée le", null=True, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    accepted_because = models.CharField("Raison", max_length=300, blank=True)

    class Meta:
        verbose_name = "anomalie"
        verbose_name_plural = "anomalies"
        ordering = ["pk"]
        indexes = [models.Index(fields=["run", "severity"], name="anomaly_run")]

    def __str__(self) -> str:
        return self.message


class Invoice(models.Model):
    """What a payer is asked for a period. Without number it is a draft; once numbered it never changes.

    `number` holds the year and a sequence without gap (2026000000123): digits alone, as the Treasury's fields want.
    `previous` is the balance before it, `recipient` the lines of the address as they were then.
    """

    account = models.ForeignKey(Account, models.PROTECT, related_name="invoices", verbose_name=_("Compte"))
    run = models.ForeignKey(
        InvoiceRun, models.PROTECT, null=True, blank=True, related_name="invoices", verbose_name="Facturation"
    )
    number = models.BigIntegerField(_("Numéro"), unique=True, null=True, blank=True)
    issued_on = models.DateField(_("Date"), null=True, blank=True)
    due_on = models.DateField(_("À payer avant le"))
    first = models.DateField(_("Du"))
    last = models.DateField(_("Au"))
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    previous = models.DecimalField(
        _("Solde précédent"), max_digits=10, decimal_places=2, default=Decimal("0.00")
    )
    recipient = models.JSONField("Destinataire", default=list, blank=True)
    by_mail = models.BooleanField(_("Envoyée par courriel"), default=False)
    document = models.OneToOneField(
        FamilyDocument,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="invoice",
        verbose_name=_("PDF"),
    )
    told_at = models.DateTimeField("Annoncée le", null=True, blank=True)

    class Meta:
        verbose_name = "facture"
        verbose_name_plural = "factures"
        ordering = ["-issued_on", "-number", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "account"], name="invoice_once_a_run"),
            models.CheckConstraint(
                condition=Q(number=None, issued_on=None) | Q(number__gt=0, issued_on__isnull=False),
                name="invoice_number_and_date_together",
            ),
        ]
        indexes = [models.Index(fields=["account", "-issued_on"], name="invoice_account")]

    def __str__(self) -> str:
        return f"facture {self.number}" if self.number else "brouillon de facture"

    @property
    def is_published(self) -> bool:
        return self.number is not None


class InvoiceLine(models.Model):
    """The charges of an invoice that are alike: one child, one service, one unit price. `days` are ISO dates."""

    invoice = models.ForeignKey(Invoice, models.CASCADE, related_name="lines", verbose_name=_("Facture"))
    position = models.PositiveSmallIntegerField(default=0)
    child = models.ForeignKey(Child, models.PROTECT, null=True, blank=True, related_name="+")
    child_label = models.CharField(_("Enfant"), max_length=80, blank=True)
    service = models.ForeignKey(Service, models.PROTECT, null=True, blank=True, related_name="+")
    label = models.CharField(_("Prestation"), max_length=200)
    days = models.JSONField(_("Jours"), default=list, blank=True)
    quantity = models.DecimalField(_("Quantité"), max_digits=8, decimal_places=2)
    unit_price = models.DecimalField(_("Prix unitaire"), max_digits=10, decimal_places=2)
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    explanation = models.JSONField(_("Pourquoi ce prix"), default=dict, blank=True)

    class Meta:
        verbose_name = "ligne de facture"
        verbose_name_plural = "lignes de facture"
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.label} · {self.amount}"


class CreditNote(models.Model):
    """An invoice taken back, whole or by lines. It has its own series of numbers, and never changes.

    `bills_again`: what it takes back is due again, as it is computed now; otherwise the matter is closed.
    """

    invoice = models.ForeignKey(
        Invoice, models.PROTECT, related_name="credit_notes", verbose_name=_("Facture")
    )
    number = models.BigIntegerField(_("Numéro"), unique=True)
    issued_on = models.DateField(_("Date"))
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    reason = models.CharField(_("Motif"), max_length=300)
    bills_again = models.BooleanField("À facturer de nouveau", default=False)
    token = models.UUIDField(unique=True, null=True, blank=True)
    document = models.OneToOneField(
        FamilyDocument, models.PROTECT, null=True, blank=True, related_name="credit_note"
    )
    created_at = models.DateTimeField("Écrit le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "avoir"
        verbose_name_plural = "avoirs"
        ordering = ["-issued_on", "-number"]

    def __str__(self) -> str:
        return f"avoir {self.number}"


class CreditNoteLine(models.Model):
    """A line of an invoice that a credit note takes back: once, and whole."""

    note = models.ForeignKey(CreditNote, models.PROTECT, related_name="lines")
    line = models.OneToOneField(InvoiceLine, models.PROTECT, related_name="credited_by")

    class Meta:
        verbose_name = "ligne d'avoir"
        verbose_name_plural = "lignes d'avoir"
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.line)


class Series(models.Model):
    """The last number given in a series ("invoice-2026", "credit-2026"). Its row is locked to give the next ones."""

    name = models.CharField(max_length=20, primary_key=True)
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "série de numéros"
        verbose_name_plural = "séries de numéros"

    def __str__(self) -> str:
        return f"{self.name} : {self.last}"


class Reminder(models.Model):
    """A family was written to about an invoice that is late: `left` was still to pay then, in euros.

    `batch` belongs to the gesture that asked for it; `rank` counts the reminders of the invoice, from 1.
    """

    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="reminders", verbose_name="Facture")
    rank = models.PositiveSmallIntegerField("Rang")
    left = models.DecimalField("Restait à payer", max_digits=10, decimal_places=2)
    batch = models.UUIDField()
    at = models.DateTimeField("Envoyée le")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "relance"
        verbose_name_plural = "relances"
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["invoice", "rank"], name="reminder_once_a_rank")]
        indexes = [models.Index(fields=["batch"], name="reminder_batch")]

    def __str__(self) -> str:
        return f"relance {self.rank} · {self.invoice}"
