"""The payer's account: whose balance is the sum of its movements."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portail.families.models import Household


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
