"""What those who look after a child at table and in an emergency must know of its health, and no more."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portail.families.models.households import Child


class ChildHealth(models.Model):
    """A child's diet, allergies and care plan (PAI). No row: nothing was said, the child eats as the others do.

    Least data (CNIL): what to serve and what to do, never an illness nor a religion. Read by those with the right
    `READ_HEALTH` alone; the journal says that it changed, not what it says.
    """

    child = models.OneToOneField(
        Child, models.CASCADE, related_name="health", verbose_name=_("Enfant"), primary_key=True
    )
    diet = models.CharField(
        _("Régime"),
        max_length=40,
        blank=True,
        help_text="Un des régimes du règlement, par exemple « sans porc » ; vide : repas habituel.",
    )
    allergies = models.CharField(
        _("Allergies"), max_length=300, blank=True, help_text="Ce qui ne doit pas être servi ni approché."
    )
    has_pai = models.BooleanField(_("A un projet d'accueil individualisé (PAI)"), default=False)
    care = models.TextField(
        _("Conduite à tenir"),
        max_length=1000,
        blank=True,
        help_text="Ce que dit le PAI de faire, et où est la trousse.",
    )
    pai_until = models.DateField(_("PAI valable jusqu'au"), null=True, blank=True)
    brings_meal = models.BooleanField(
        _("Apporte son repas"),
        default=False,
        help_text="Panier fourni par la famille : aucun repas n'est commandé.",
    )

    class Meta:
        verbose_name = "santé de l'enfant"
        verbose_name_plural = "santé des enfants"

    def __str__(self) -> str:
        return f"santé · {self.child_id}"
