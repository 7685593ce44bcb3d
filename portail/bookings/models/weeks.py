"""The typical week that a household keeps for a child: what it means to book, week after week."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Activity, Service
from portail.families.models import Child, Household


class TypicalWeek(models.Model):
    """What a household means to book every week for a child in an activity, from a day to another, both included.

    Booked days are never deduced from it: it is applied by a gesture, which has its receipt. What is booked or given
    back beside it is an exception. Two weeks of the same child, household and activity never hold on the same day.
    """

    household = models.ForeignKey(
        Household, models.CASCADE, related_name="typical_weeks", verbose_name=_("Dossier")
    )
    child = models.ForeignKey(Child, models.CASCADE, related_name="typical_weeks", verbose_name=_("Enfant"))
    activity = models.ForeignKey(
        Activity, models.CASCADE, related_name="typical_weeks", verbose_name=_("Activité")
    )
    since = models.DateField(_("À partir du"))
    until = models.DateField(_("Jusqu'au"))
    in_holidays = models.BooleanField(_("Aussi pendant les vacances scolaires"), default=False)
    kept_at = models.DateTimeField(_("Gardée le"))
    kept_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("par"),
    )

    class Meta:
        verbose_name = "semaine type"
        verbose_name_plural = "semaines types"
        ordering = ["child__birth_date", "child_id", "activity__position", "activity_id", "since"]
        constraints = [
            models.UniqueConstraint(
                fields=["household", "child", "activity", "since"],
                name="typical_week_once",
                violation_error_message="Une semaine type commence déjà ce jour-là pour cet enfant.",
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")),
                name="typical_week_dates",
                violation_error_message="La date de fin doit suivre la date de début.",
            ),
        ]

    def __str__(self) -> str:
        return f"semaine type · {self.child} · {self.activity}"


class TypicalDay(models.Model):
    """A service of a weekday (0 is Monday) that a typical week holds."""

    week = models.ForeignKey(TypicalWeek, models.CASCADE, related_name="days")
    service = models.ForeignKey(Service, models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(_("Jour"))

    class Meta:
        verbose_name = "jour d'une semaine type"
        verbose_name_plural = "jours d'une semaine type"
        ordering = ["week", "weekday", "service__position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["week", "service", "weekday"], name="typical_day_once"),
            models.CheckConstraint(condition=Q(weekday__lte=6), name="typical_day_of_a_week"),
        ]

    def __str__(self) -> str:
        return f"{self.service} · {self.weekday}"
