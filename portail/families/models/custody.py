"""Between which homes a child shares its time, by which terms, and what a court forbids to one of them."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from portail.families.models.households import Child, Household, HouseholdChild
from portail.families.models.requests import FamilyDocument


class TermQuerySet(models.QuerySet["CustodyTerm"]):
    def in_force(self) -> "TermQuerySet":
        """What was accepted by both, or decided by the service; the dates say when it holds."""
        return self.filter(state__in=CustodyTerm.IN_FORCE)

    def waiting(self) -> "TermQuerySet":
        return self.filter(state=CustodyTerm.State.PROPOSED)


class CustodyTerm(models.Model):
    """One thing decided, or proposed, on the custody of a child between two households: its usual calendar from a day
    on, or an exchange of some days. Never edited nor deleted: another term, decided later, takes its place.

    `terms` are those of `rules.custody_text`, in which home "a" is `first` and home "b" is `second`. `since` and
    `until` hold every day of which the term speaks. `proposed_by`: the household that asks, None at the desk.
    """

    class Kind(models.TextChoices):
        CALENDAR = "calendar", _("Calendrier de garde")
        EXCHANGE = "exchange", _("Échange de jours")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Proposé")
        ACCEPTED = "accepted", _("Accepté")
        REFUSED = "refused", _("Refusé")
        WITHDRAWN = "withdrawn", _("Retiré")
        BY_SERVICE = "by_service", _("Fixé par le service")
        STOPPED = "stopped", _("Annulé par le service")

    IN_FORCE = ("accepted", "by_service")

    child = models.ForeignKey(Child, models.CASCADE, related_name="custody_terms", verbose_name=_("Enfant"))
    first = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="Premier foyer")
    second = models.ForeignKey(Household, models.PROTECT, related_name="+", verbose_name="Second foyer")
    kind = models.CharField(_("Nature"), max_length=10, choices=Kind.choices)
    state = models.CharField(_("État"), max_length=12, choices=State.choices, default=State.PROPOSED)
    since = models.DateField(_("À partir du"))
    until = models.DateField(_("Jusqu'au"), null=True, blank=True)
    terms = models.JSONField("Termes")
    message = models.CharField(_("Message"), max_length=300, blank=True)
    proposed_by = models.ForeignKey(
        Household, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Proposé par")
    )
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    author_label = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(_("Proposé le"))
    decided_at = models.DateTimeField(_("Décidé le"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Décidé par"),
    )
    decided_label = models.CharField(max_length=200, blank=True)
    answer = models.CharField(_("Réponse"), max_length=300, blank=True)
    token = models.UUIDField("Geste", unique=True, editable=False)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = "terme de garde"
        verbose_name_plural = "termes de garde"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first__lt=F("second")),
                name="custody_homes_in_order",
                violation_error_message="Un calendrier de garde est entre deux dossiers différents.",
            ),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="custody_dates",
                violation_error_message="La date de fin doit suivre la date de début.",
            ),
            models.UniqueConstraint(
                fields=["child", "kind"],
                condition=Q(kind="calendar", state="proposed"),
                name="custody_one_calendar_waits",
                violation_error_message="Un calendrier de garde attend déjà une réponse.",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.child}"

    @property
    def homes(self) -> tuple[int, int]:
        """The households "a" and "b", by their keys."""
        return self.first_id, self.second_id

    @property
    def is_waiting(self) -> bool:
        return self.state == self.State.PROPOSED

    @property
    def is_in_force(self) -> bool:
        return self.state in self.IN_FORCE


class CourtDecision(models.Model):
    """What a court forbids to a household of a child, between two dates, with the paper that says so.

    It holds by itself on each day of its dates, whatever the rights of the household; lifted, it holds no more.
    Not to see the child is also neither to book for it nor to be told of it.
    """

    child = models.ForeignKey(Child, models.CASCADE, related_name="court_decisions", verbose_name=_("Enfant"))
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="court_decisions", verbose_name=_("Dossier")
    )
    forbids_booking = models.BooleanField("Interdit de réserver", default=True)
    forbids_seeing = models.BooleanField("Interdit de voir l'enfant sur le portail", default=True)
    forbids_telling = models.BooleanField("Interdit d'être prévenu", default=True)
    since = models.DateField("À partir du")
    until = models.DateField("Jusqu'au", null=True, blank=True)
    document = models.ForeignKey(
        FamilyDocument, models.PROTECT, related_name="court_decisions", verbose_name="Pièce"
    )
    note = models.CharField("Remarque", max_length=300, blank=True)
    created_at = models.DateTimeField("Enregistrée le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    lifted_at = models.DateTimeField("Levée le", null=True, blank=True)
    lifted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="Levée par",
    )
    lifted_why = models.CharField("Motif", max_length=300, blank=True)
    token = models.UUIDField("Geste", unique=True, editable=False)

    class Meta:
        verbose_name = "décision de justice"
        verbose_name_plural = "décisions de justice"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("since")),
                name="court_decision_dates",
                violation_error_message="La date de fin doit suivre la date de début.",
            ),
            models.CheckConstraint(
                condition=Q(forbids_seeing=False) | Q(forbids_booking=True, forbids_telling=True),
                name="court_decision_whole",
                violation_error_message="Qui ne peut pas voir l'enfant ne réserve pas et n'est pas prévenu.",
            ),
            models.CheckConstraint(
                condition=Q(forbids_booking=True) | Q(forbids_telling=True),
                name="court_decision_forbids",
                violation_error_message="Cochez ce que la décision interdit.",
            ),
        ]

    def __str__(self) -> str:
        return f"décision de justice · {self.child}"

    def holds_on(self, day: date) -> bool:
        """Whether it forbids something on this day."""
        in_time = self.since <= day and (self.until is None or day <= self.until)
        return self.lifted_at is None and in_time


def forbidden(what: str, day: date) -> Exists:
    """Of a link between a household and a child: whether a court forbids it `what` ("seeing", "telling") that day."""
    holding = CourtDecision.objects.filter(
        Q(until=None) | Q(until__gte=day),
        child=OuterRef("child"),
        household=OuterRef("household"),
        lifted_at=None,
        since__lte=day,
        **{f"forbids_{what}": True},
    )
    return Exists(holding)


def seen_on(day: date) -> models.QuerySet[HouseholdChild]:
    """The children that households see on that day: by their rights, their dates, and no court against it."""
    return HouseholdChild.objects.filter(
        ~forbidden("seeing", day), Q(until=None) | Q(until__gte=day), can_see=True, since__lte=day
    )


def told_on(day: date) -> models.QuerySet[HouseholdChild]:
    """The links of the households that may be told, on that day, of what happens to a child. Whatever their dates:
    the caller knows of which day it tells."""
    return HouseholdChild.objects.filter(
        ~forbidden("seeing", day), ~forbidden("telling", day), can_see=True, is_told=True
    )


def hidden_on(household: Household, day: date) -> models.QuerySet[HouseholdChild]:
    """The links of this household with children of whom it may see nothing that day, nor what it once did for them."""
    return household.child_links.filter(Q(forbidden("seeing", day)) | Q(can_see=False))
