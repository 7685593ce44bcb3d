"""Enrolments: a child may book an activity, in a place, during a school year."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Activity, Place, SchoolYear
from portail.families.models import Child


class Enrolment(models.Model):
    """A child may book the services of this activity, in this place, during this school year.

    `stay_place`: where it goes instead, from `stay_from` to `stay_until` (both included): works, a group that moves.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="enrolments", verbose_name=_("Enfant"))
    activity = models.ForeignKey(
        Activity, models.PROTECT, related_name="enrolments", verbose_name=_("Activité")
    )
    school_year = models.ForeignKey(
        SchoolYear, models.PROTECT, related_name="enrolments", verbose_name=_("Année scolaire")
    )
    place = models.ForeignKey(Place, models.PROTECT, related_name="enrolments", verbose_name=_("Lieu"))
    profile = models.CharField(
        "Profil", max_length=40, blank=True, help_text="Le mot que le règlement emploie ; vide : ordinaire."
    )
    group = models.CharField("Groupe", max_length=40, blank=True)
    since = models.DateField("À partir du", null=True, blank=True)
    until = models.DateField("Jusqu'au", null=True, blank=True)
    stay_place = models.ForeignKey(
        Place,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Accueilli pour un temps à",
    )
    stay_from = models.DateField("Du", null=True, blank=True)
    stay_until = models.DateField("Au (inclus)", null=True, blank=True)

    class Meta:
        verbose_name = "inscription"
        verbose_name_plural = "inscriptions"
        ordering = ["-school_year__start", "activity__position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["child", "activity", "school_year"],
                name="enrolment_once",
                violation_error_message="Cet enfant est déjà inscrit à cette activité cette année-là.",
            ),
            models.CheckConstraint(
                condition=Q(stay_place=None, stay_from=None, stay_until=None)
                | Q(stay_place__isnull=False, stay_until__gte=F("stay_from")),
                name="enrolment_stay",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.activity} · {self.school_year}"

    def place_on(self, day: date) -> int:
        """The key of the place where the child goes on this day."""
        if self.stay_place_id and self.stay_from <= day <= self.stay_until:  # type: ignore[operator]
            return self.stay_place_id
        return self.place_id
