"""The household (dossier), its adults, and the children it shares."""

from collections.abc import Iterable

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Q
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

    class Work(models.TextChoices):
        """Whether its adults work, in the words of the settings file; unknown when empty."""

        ALL = "tous", _("Tous les adultes travaillent")
        SOME = "certains", _("Certains travaillent")
        NONE = "aucun", _("Aucun ne travaille")

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
    work = models.CharField(
        _("Travail des adultes"),
        max_length=10,
        choices=Work.choices,
        blank=True,
        help_text="Des listes d'attente peuvent en tenir compte ; vide : pas encore dit.",
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
    has_custody = models.BooleanField(
        "Garde partagée",
        default=False,
        editable=False,
        help_text="Un calendrier de garde ou une décision de justice en a parlé : sinon rien n'est à lire.",
    )

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
