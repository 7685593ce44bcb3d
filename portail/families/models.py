"""Families: the household (dossier), its adults, the children it shares, and what it asks of the service."""

from collections.abc import Iterable

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portail.activities.models import School, SchoolClass, SchoolYear
from portail.core.text import name_key, plain

NUMBER = RegexValidator(
    r"^[1-9][0-9]{0,9}\Z", _("Un numéro de dossier n'a que des chiffres, par exemple 6354.")
)


def _with(key: str, update_fields: Iterable[str] | None) -> set[str] | None:
    """The fields to save, and with them the key that is made of them."""
    return None if update_fields is None else {*update_fields, key}


class Household(models.Model):
    """A dossier: the adults who live together, their address, and the children they look after."""

    number = models.CharField(
        _("Numéro de dossier"),
        max_length=10,
        unique=True,
        validators=[NUMBER],
        error_messages={"unique": "Ce numéro est déjà celui d'un autre dossier : choisissez-en un autre."},
    )
    name = models.CharField(_("Nom du dossier"), max_length=120)
    name_key = models.CharField(max_length=120, editable=False, db_index=True)
    street = models.CharField(_("Adresse"), max_length=200, blank=True)
    street_more = models.CharField(_("Complément d'adresse"), max_length=200, blank=True)
    postcode = models.CharField(_("Code postal"), max_length=10, blank=True)
    city = models.CharField(_("Commune"), max_length=100, blank=True)
    invoices_by_mail = models.BooleanField(_("Recevoir les factures par e-mail"), default=False)
    note = models.TextField("Note interne", blank=True)
    residence = models.CharField(
        _("Lieu de résidence"),
        max_length=40,
        blank=True,
        help_text="Le mot que le règlement emploie, par exemple « commune » ; vide : pas encore dit.",
    )
    created_at = models.DateTimeField("Créé le")
    closed_at = models.DateTimeField("Clos le", null=True, blank=True)

    children: models.ManyToManyField = models.ManyToManyField(
        "Child", through="HouseholdChild", related_name="households"
    )

    class Meta:
        verbose_name = "dossier"
        verbose_name_plural = "dossiers"
        ordering = ["name_key", "number"]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def save(self, *args, update_fields: Iterable[str] | None = None, **kwargs) -> None:
        self.name_key = name_key(self.name)[:120]
        super().save(*args, update_fields=_with("name_key", update_fields), **kwargs)

    @property
    def journal_subject(self) -> str:
        return f"household:{self.pk}"


class Adult(models.Model):
    """A responsible adult of one household. At most one account; its contact address is not its account's."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="adults", verbose_name=_("Dossier"))
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="adult",
        verbose_name=_("Compte"),
    )
    first_name = models.CharField(_("Prénom"), max_length=80)
    last_name = models.CharField(_("Nom"), max_length=80)
    search_key = models.CharField(max_length=170, editable=False, db_index=True)
    email = models.EmailField(_("Adresse e-mail"), blank=True)
    mobile_phone = models.CharField(_("Téléphone mobile"), max_length=20, blank=True)
    home_phone = models.CharField(_("Téléphone fixe"), max_length=20, blank=True)
    work_phone = models.CharField(_("Téléphone professionnel"), max_length=20, blank=True)
    position = models.PositiveSmallIntegerField("Ordre", default=0)

    class Meta:
        verbose_name = "adulte"
        verbose_name_plural = "adultes"
        ordering = ["household_id", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def save(self, *args, update_fields: Iterable[str] | None = None, **kwargs) -> None:
        self.search_key = plain(f"{self.first_name} {self.last_name}")[:170]
        super().save(*args, update_fields=_with("search_key", update_fields), **kwargs)


class Child(models.Model):
    first_name = models.CharField(_("Prénom"), max_length=80)
    last_name = models.CharField(_("Nom"), max_length=80)
    search_key = models.CharField(max_length=170, editable=False, db_index=True)
    birth_date = models.DateField(_("Date de naissance"))
    phone = models.CharField(_("Téléphone de l'enfant"), max_length=20, blank=True)
    email = models.EmailField(_("Adresse e-mail de l'enfant"), blank=True)

    class Meta:
        verbose_name = "enfant"
        verbose_name_plural = "enfants"
        ordering = ["birth_date", "pk"]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def save(self, *args, update_fields: Iterable[str] | None = None, **kwargs) -> None:
        self.search_key = plain(f"{self.first_name} {self.last_name}")[:170]
        super().save(*args, update_fields=_with("search_key", update_fields), **kwargs)


class HouseholdChild(models.Model):
    """A household looks after a child, with these rights and from these dates. A child has one or two of them."""

    household = models.ForeignKey(
        Household, models.PROTECT, related_name="child_links", verbose_name=_("Dossier")
    )
    child = models.ForeignKey(Child, models.PROTECT, related_name="household_links", verbose_name=_("Enfant"))
    can_see = models.BooleanField("Voit l'enfant", default=True)
    can_book = models.BooleanField("Réserve", default=True)
    is_told = models.BooleanField("Est prévenu", default=True)
    is_billed = models.BooleanField("Est facturé", default=True)
    since = models.DateField("Depuis le")
    until = models.DateField("Jusqu'au", null=True, blank=True)

    class Meta:
        verbose_name = "enfant du dossier"
        verbose_name_plural = "enfants des dossiers"
        ordering = ["household_id", "child__birth_date", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "child"],
                name="child_once_in_household",
                violation_error_message="Cet enfant est déjà dans ce dossier.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="household_child_dates",
                violation_error_message="La date de fin doit suivre la date de début.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} · {self.child}"


class ChildContact(models.Model):
    """Somebody to call, or who may pick the child up, beside the adults of the household that names them."""

    household = models.ForeignKey(
        Household, models.CASCADE, related_name="contacts", verbose_name=_("Dossier")
    )
    child = models.ForeignKey(Child, models.CASCADE, related_name="contacts", verbose_name=_("Enfant"))
    name = models.CharField(_("Nom et prénom"), max_length=120)
    search_key = models.CharField(max_length=130, editable=False, default="")
    relation = models.CharField(_("Lien avec l'enfant"), max_length=60, blank=True)
    phone = models.CharField(_("Téléphone"), max_length=20)
    email = models.EmailField(_("Adresse e-mail"), blank=True)
    may_pick_up = models.BooleanField(_("Peut venir chercher l'enfant"), default=False)
    is_emergency = models.BooleanField(_("À appeler en cas d'urgence"), default=False)

    class Meta:
        verbose_name = "contact de l'enfant"
        verbose_name_plural = "contacts de l'enfant"
        ordering = ["child_id", "pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, update_fields: Iterable[str] | None = None, **kwargs) -> None:
        self.search_key = plain(self.name)[:130]
        super().save(*args, update_fields=_with("search_key", update_fields), **kwargs)


class Schooling(models.Model):
    """Where a child goes to school in a given year."""

    child = models.ForeignKey(Child, models.CASCADE, related_name="schoolings", verbose_name=_("Enfant"))
    school_year = models.ForeignKey(
        SchoolYear, models.PROTECT, related_name="schoolings", verbose_name=_("Année scolaire")
    )
    school = models.ForeignKey(School, models.PROTECT, related_name="schoolings", verbose_name=_("École"))
    school_class = models.ForeignKey(
        SchoolClass,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="schoolings",
        verbose_name=_("Classe"),
    )
    level = models.CharField(_("Niveau"), max_length=20, blank=True)

    class Meta:
        verbose_name = "scolarité"
        verbose_name_plural = "scolarités"
        ordering = ["-school_year__start"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "school_year"],
                name="schooling_once_a_year",
                violation_error_message="Cet enfant a déjà une école cette année-là.",
            )
        ]

    def __str__(self) -> str:
        return f"{self.school} · {self.school_year}"


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
