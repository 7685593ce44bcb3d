"""What an agent writes of a child's health. The journal says which fields changed, and never what they hold."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from portail.accounts.models import User
from portail.core import changes, journal
from portail.core.changes import Merged
from portail.core.text import de
from portail.families.models import Child, ChildHealth

BASKET_NEEDS_PAI = (
    "Un repas apporté de la maison demande un PAI : cochez le PAI, ou décochez « Apporte son repas »."
)


def set_health(
    child: Child, values: Mapping[str, Any], *, seen: Mapping[str, Any], actor: User, now: datetime
) -> Merged:
    """Write what is known of a child's diet, allergies and PAI. The same values twice change nothing.

    Raises EditedMeanwhile when a colleague changed the same field, ValidationError for a meal from home without PAI.
    """
    if values.get("brings_meal") and not values.get("has_pai"):
        raise ValidationError({"brings_meal": BASKET_NEEDS_PAI})
    with transaction.atomic():
        child = Child.objects.select_for_update().get(pk=child.pk)
        row = ChildHealth.objects.filter(child=child).first() or ChildHealth(child=child)
        merged = changes.merge(row, values, seen=seen)
        if merged.mine:
            _tell(child, sorted(merged.mine), actor=actor, now=now)
        return merged


def _tell(child: Child, fields: list[str], *, actor: User, now: datetime) -> None:
    homes = child.household_links.order_by("pk").values_list("household_id", flat=True)
    names = {field.name: str(field.verbose_name) for field in ChildHealth._meta.fields}
    labels = [names[field] for field in fields]
    lines = [(f"household:{pk}", f"Santé {de(child)} modifiée", {"fields": labels}) for pk in homes]
    journal.record_many("child.health_edited", lines, actor=actor, now=now)
