from django.db import models
from django.utils.translation import gettext_lazy as _

from portail.activities.models import Closing, Session
from portail.families.models import Child


class ChildClosing(models.Model):
    """A session is closed for this child alone: its class is out that day. The others go on booking there."""

    closing = models.ForeignKey(
        Closing, models.CASCADE, related_name="child_closings", verbose_name=_("Fermeture")
    )
    child = models.ForeignKey(Child, models.CASCADE, related_name="closings", verbose_name=_("Enfant"))
    session = models.ForeignKey(
        Session, models.PROTECT, related_name="child_closings", verbose_name=_("Séance")
    )

    class Meta:
        verbose_name = "séance fermée à un enfant"
        verbose_name_plural = "séances fermées à un enfant"
        constraints = [models.UniqueConstraint(fields=["child", "session"], name="child_closing_once")]

    def __str__(self) -> str:
        return f"{self.child} · {self.session}"
