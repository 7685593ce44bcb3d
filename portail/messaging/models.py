"""What the service publishes: news, documents to download, legal pages."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Audience(models.TextChoices):
    PUBLIC = "public", "Tout le monde"
    FAMILIES = "families", "Familles connectées"
    AGENTS = "agents", "Agents"


class PublishedQuerySet(models.QuerySet):
    def on(self, day: date) -> "PublishedQuerySet":
        """Those whose dates hold `day`."""
        return self.filter(Q(until=None) | Q(until__gte=day), since__lte=day)

    def for_audiences(self, *audiences: str) -> "PublishedQuerySet":
        return self.filter(audience__in=audiences)


class Published(models.Model):
    audience = models.CharField(
        "Visible par", max_length=10, choices=Audience.choices, default=Audience.PUBLIC
    )
    since = models.DateField("Publié le")
    until = models.DateField("Jusqu'au", null=True, blank=True)
    objects = PublishedQuerySet.as_manager()

    class Meta:
        abstract = True


def _dates_in_order(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(
        condition=Q(until=None) | Q(until__gte=models.F("since")),
        name=name,
        violation_error_message="La date de fin doit suivre la date de publication.",
    )


class News(Published):
    title = models.CharField("Titre", max_length=150)
    body = models.TextField("Texte")

    class Meta:
        verbose_name = "actualité"
        verbose_name_plural = "actualités"
        ordering = ["-since", "-pk"]
        constraints = [_dates_in_order("news_dates")]

    def __str__(self) -> str:
        return self.title


class PublicDocument(Published):
    """A "document utile": a file to download, kept privately and served by a view that knows its audience."""

    title = models.CharField("Titre", max_length=150)
    file = models.FileField("Fichier", upload_to="documents/%Y/")
    file_name = models.CharField("Nom du fichier", max_length=150)
    content_type = models.CharField("Type", max_length=100)
    size = models.PositiveBigIntegerField("Taille (octets)")

    class Meta:
        verbose_name = "document utile"
        verbose_name_plural = "documents utiles"
        ordering = ["title", "pk"]
        constraints = [_dates_in_order("document_dates")]

    def __str__(self) -> str:
        return self.title

    @property
    def format(self) -> str:
        """How people call the kind of file: its extension, "PDF"."""
        return self.file_name.rpartition(".")[2].upper() if "." in self.file_name else "fichier"


class LegalPage(models.Model):
    """A version of a legal page. The last version is shown; earlier ones stay, for those who accepted them."""

    class Kind(models.TextChoices):
        LEGAL = "mentions-legales", _("Mentions légales")
        TERMS = "conditions-generales", _("Conditions générales d'utilisation")
        PRIVACY = "donnees-personnelles", _("Données personnelles")
        ACCESSIBILITY = "accessibilite", _("Accessibilité")

    kind = models.CharField("Page", max_length=30, choices=Kind.choices)
    version = models.PositiveIntegerField("Version")
    body = models.TextField("Texte")
    published_at = models.DateTimeField("Publiée le")

    class Meta:
        verbose_name = "page légale"
        verbose_name_plural = "pages légales"
        ordering = ["kind", "-version"]
        constraints = [models.UniqueConstraint(fields=["kind", "version"], name="legal_page_version")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, version {self.version}"
