"""Billing: what is due and why, the invoices that say so, and the account of each payer.

Three stages, each made of the one before: **charges** (one thing for one child, with its components and reason), the
**invoice** that gathers them and never changes afterwards, the **movement** that enters the account. A balance is the
sum of movements; an invoice is paid by what is allocated to its movement. Amounts are euros.
"""

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Regulation, Service
from portail.bookings.models import Booking
from portail.families.models import Child, FamilyDocument, Household


class Account(models.Model):
    """What a payer owes and has paid. The payer is a household; its balance is the sum of its movements."""

    household = models.OneToOneField(
        Household, models.PROTECT, related_name="account", verbose_name=_("Dossier")
    )
    created_at = models.DateTimeField("Ouvert le")

    class Meta:
        verbose_name = "compte"
        verbose_name_plural = "comptes"

    def __str__(self) -> str:
        return f"compte du dossier {self.household}"


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


class Movement(models.Model):
    """A line of an account, never edited: what is asked is positive, what is paid or given back is negative.

    `token` belongs to the form that wrote it: posting it twice writes once. What undoes a movement is another one that
    names it (`reverses`).
    """

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("Facture")
        CREDIT_NOTE = "credit_note", _("Avoir")
        PAYMENT = "payment", _("Paiement")
        REVERSAL = "reversal", _("Annulation de paiement")
        REFUND = "refund", _("Remboursement")
        WRITE_OFF = "write_off", _("Remise de dette")
        OPENING = "opening", _("Solde repris")

    account = models.ForeignKey(Account, models.PROTECT, related_name="movements", verbose_name=_("Compte"))
    kind = models.CharField(_("Nature"), max_length=12, choices=Kind.choices)
    day = models.DateField(_("Date"))
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    label = models.CharField(_("Intitulé"), max_length=200)
    invoice = models.OneToOneField(
        Invoice, models.PROTECT, null=True, blank=True, related_name="movement", verbose_name=_("Facture")
    )
    credit_note = models.OneToOneField(
        CreditNote, models.PROTECT, null=True, blank=True, related_name="movement", verbose_name=_("Avoir")
    )
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="reversed_by", verbose_name="Annule"
    )
    reason = models.CharField(_("Motif"), max_length=300, blank=True)
    token = models.UUIDField(unique=True, null=True, blank=True)
    created_at = models.DateTimeField("Écrit le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )

    class Meta:
        verbose_name = "mouvement"
        verbose_name_plural = "mouvements"
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="invoice") & Q(invoice__isnull=False))
                | (~Q(kind="invoice") & Q(invoice=None)),
                name="movement_of_an_invoice",
            ),
            models.CheckConstraint(
                condition=(Q(kind="credit_note") & Q(credit_note__isnull=False))
                | (~Q(kind="credit_note") & Q(credit_note=None)),
                name="movement_of_a_credit_note",
            ),
        ]
        indexes = [models.Index(fields=["account", "day"], name="movement_account_day")]

    def __str__(self) -> str:
        return f"{self.label} · {self.amount}"


class Allocation(models.Model):
    """So much of a credit (payment, credit note…) pays so much of a debit (invoice, refund…). Always positive.

    Over all allocations, a movement never gives or takes more than its own amount.
    """

    debit = models.ForeignKey(Movement, models.PROTECT, related_name="paid_by")
    credit = models.ForeignKey(Movement, models.PROTECT, related_name="pays")
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2)
    at = models.DateTimeField("Fait le")

    class Meta:
        verbose_name = "affectation"
        verbose_name_plural = "affectations"
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["debit", "credit"], name="allocation_once"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="allocation_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} de {self.credit} sur {self.debit}"


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
