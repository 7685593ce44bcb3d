"""What a family asks of the service, and the files that are put there for it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portail.families.models.households import Child, Household


class Request(models.Model):
    """A démarche: something a family asks, followed step by step, whose effect comes with its approval.

    `data` holds plain JSON. For a change: "about" ("household", "adult" with its key under "adult", or "child", the
    row's own), and under "changes" lines {"field": …, "old": …, "new": …} of values as the tables keep them (a school
    is its key, dates are ISO 8601); a school comes with the key of its "school_year". For a link: {"number": …,
    "name": …, "email": …}, or {} when the person had no reference. For a tax certificate: {"year": 2025}.
    For a dispute: {"invoice": number, "line": key, "label", "child", "amount", "first", "last"} of the line, as text.
    """

    class Kind(models.TextChoices):
        LINK = "link", _("Rattachement à un dossier")
        CHANGE = "change", _("Changement de nom, d'adresse ou d'école")
        TAX_CERTIFICATE = "tax_certificate", _("Attestation fiscale")
        MESSAGE = "message", _("Question au service")
        QUOTIENT = "quotient", _("Justificatif de quotient familial")
        DISPUTE = "dispute", _("Contestation d'une ligne de facture")

    class State(models.TextChoices):
        WAITING = "waiting", _("En attente")
        APPROVED = "approved", _("Acceptée")
        ANSWERED = "answered", _("Répondue")
        REFUSED = "refused", _("Refusée")
        WITHDRAWN = "withdrawn", _("Retirée")

    kind = models.CharField(_("Démarche"), max_length=20, choices=Kind.choices)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="requests",
        verbose_name=_("Demandée par"),
    )
    author_label = models.CharField(max_length=200)
    household = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("Dossier")
    )
    child = models.ForeignKey(
        Child, models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("Enfant")
    )
    data = models.JSONField(_("Demande"), default=dict)
    message = models.TextField(_("Message"), blank=True)
    state = models.CharField(_("État"), max_length=12, choices=State.choices, default=State.WAITING)
    answer = models.TextField(_("Réponse du service"), blank=True)
    created_at = models.DateTimeField(_("Demandée le"))
    decided_at = models.DateTimeField(_("Traitée le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Traitée par"),
    )

    class Meta:
        verbose_name = "démarche"
        verbose_name_plural = "démarches"
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["state", "created_at"], name="request_queue")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} du {timezone.localtime(self.created_at):%d/%m/%Y}"

    @property
    def number(self) -> str:
        """D-2026-00012: the year and the row; unique, not without gaps (only invoices are)."""
        return f"D-{timezone.localtime(self.created_at).year}-{self.pk:05d}"

    @property
    def journal_subject(self) -> str:
        return f"household:{self.household_id}" if self.household_id else f"request:{self.pk}"

    @property
    def journal_label(self) -> str:
        """« D-2026-00012 (Attestation fiscale) », in French whoever acts: the journal speaks one language."""
        with translation.override(settings.LANGUAGE_CODE):
            return f"{self.number} ({self.get_kind_display()})"

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.WAITING


class FamilyDocument(models.Model):
    """A file put there for this household. Served only to it, never from a public folder.

    What the portal issues itself has a `kind`, a `number`, the `digest` of its file and a `code` by which anybody who
    holds the paper can check it on a public page, with its `amount` in euros when it has one; a file that was
    deposited has none of them.
    """

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="documents", verbose_name=_("Dossier")
    )
    request = models.ForeignKey(
        Request, models.SET_NULL, null=True, blank=True, related_name="documents", verbose_name=_("Démarche")
    )

    class Kind(models.TextChoices):
        FILE = "file", _("Document déposé")
        PROOF = "proof", _("Justificatif de quotient familial")
        INVOICE = "invoice", _("Facture")
        CREDIT_NOTE = "credit_note", _("Avoir")
        PAYMENT_RECEIPT = "payment_receipt", _("Reçu de paiement")
        TAX_CERTIFICATE = "tax_certificate", _("Attestation fiscale")
        QUOTIENT_CARD = "quotient_card", _("Carte de quotient familial")
        BOOKING_RECEIPT = "booking_receipt", _("Reçu de réservation")
        STATEMENT = "statement", _("Relevé de compte")
        COURT = "court", _("Décision de justice")

    RESTRICTED = ("proof", "court")
    """At the desk, read by those alone who decide on them, each at an address of its own, and each time written."""

    kind = models.CharField(_("Nature"), max_length=20, choices=Kind.choices, default=Kind.FILE)
    number = models.CharField(_("Numéro"), max_length=30, blank=True)
    code = models.CharField(_("Code de vérification"), max_length=20, unique=True, null=True, blank=True)
    digest = models.CharField(_("Empreinte SHA-256"), max_length=64, blank=True)
    amount = models.DecimalField(_("Montant"), max_digits=10, decimal_places=2, null=True, blank=True)
    title = models.CharField(_("Titre"), max_length=150)
    file = models.FileField(_("Fichier"), upload_to="families/%Y/")
    file_name = models.CharField(_("Nom du fichier"), max_length=150)
    content_type = models.CharField(_("Type"), max_length=100)
    size = models.PositiveBigIntegerField(_("Taille (octets)"))
    added_at = models.DateTimeField(_("Ajouté le"))
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Ajouté par"),
    )

    class Meta:
        verbose_name = "document de famille"
        verbose_name_plural = "documents de famille"
        ordering = ["-added_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "number"],
                condition=Q(code__isnull=False),
                name="document_issued_once",
                violation_error_message="Un document de cette nature porte déjà ce numéro.",
            )
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_issued(self) -> bool:
        """Whether the portal made it: it then stays as it is for ever."""
        return self.code is not None
