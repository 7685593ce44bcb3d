"""Where an adult's telephone reads the bookings."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portail.families.models import Adult


class CalendarFeed(models.Model):
    """The secret address where an adult's telephone reads the household's bookings. Another one closes it."""

    adult = models.OneToOneField(
        Adult, models.CASCADE, related_name="calendar_feed", verbose_name=_("Adulte")
    )
    secret = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(_("Ouvert le"))

    class Meta:
        verbose_name = "abonnement au calendrier"
        verbose_name_plural = "abonnements au calendrier"

    def __str__(self) -> str:
        return f"calendrier · {self.adult}"
