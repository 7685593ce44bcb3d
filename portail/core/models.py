"""What every room writes to: the journal, the mails to send, the clockwork."""

from django.conf import settings
from django.db import models


class JournalEntry(models.Model):
    """Who did what, when, from where, with the state before and after. Never edited, never holds a secret."""

    class Channel(models.TextChoices):
        FRONT = "front", "Portail"
        DESK = "desk", "Guichet"
        COMMAND = "command", "Commande"
        WORKER = "worker", "Automate"

    at = models.DateTimeField("le", db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    actor_label = models.CharField("nom de l'auteur", max_length=200, blank=True)
    channel = models.CharField("depuis", max_length=10, choices=Channel.choices)
    ip = models.GenericIPAddressField("adresse IP", null=True, blank=True)
    verb = models.CharField("action", max_length=60)
    subject = models.CharField("objet", max_length=60, help_text="par exemple household:12")
    summary = models.CharField("résumé", max_length=500)
    before = models.JSONField("avant", default=dict, blank=True)
    after = models.JSONField("après", default=dict, blank=True)

    class Meta:
        verbose_name = "ligne de journal"
        verbose_name_plural = "journal"
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject", "-at"], name="journal_by_subject")]

    def __str__(self) -> str:
        return self.summary


class OutboxMail(models.Model):
    """A mail, written in the transaction that causes it and sent afterwards by the worker."""

    class State(models.TextChoices):
        PENDING = "pending", "à envoyer"
        SENT = "sent", "envoyé"
        FAILED = "failed", "abandonné"

    message_id = models.CharField("Message-ID", max_length=120, unique=True)
    kind = models.CharField("modèle", max_length=60)
    to = models.EmailField("destinataire")
    subject_line = models.CharField("objet du courriel", max_length=200)
    text = models.TextField("texte")
    html = models.TextField("HTML", blank=True)
    about = models.CharField("concerne", max_length=60, blank=True, help_text="par exemple household:12")
    urgent = models.BooleanField("urgent", default=False)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.PENDING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    due_at = models.DateTimeField("à envoyer à partir du")
    leased_until = models.DateTimeField("pris jusqu'à", null=True, blank=True)
    last_error = models.CharField("dernière difficulté", max_length=300, blank=True)
    created_at = models.DateTimeField("écrit le")
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)

    class Meta:
        verbose_name = "courriel"
        verbose_name_plural = "courriels"
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(
                fields=["-urgent", "due_at"], name="outbox_due", condition=models.Q(state="pending")
            ),
            models.Index(fields=["about", "-created_at"], name="outbox_about"),
        ]

    def __str__(self) -> str:
        return self.subject_line


class PeriodicRun(models.Model):
    """The last and next run of a periodic job; the lease keeps two workers from doing it together."""

    name = models.CharField("travail", max_length=60, primary_key=True)
    next_at = models.DateTimeField("prochain passage")
    leased_until = models.DateTimeField("pris jusqu'à", null=True, blank=True)
    started_at = models.DateTimeField("dernier départ", null=True, blank=True)
    finished_at = models.DateTimeField("dernière fin", null=True, blank=True)
    last_error = models.CharField("dernière difficulté", max_length=300, blank=True)

    class Meta:
        verbose_name = "travail périodique"
        verbose_name_plural = "travaux périodiques"

    def __str__(self) -> str:
        return self.name


class WorkerBeat(models.Model):
    """A worker says that it is alive."""

    name = models.CharField("automate", max_length=80, primary_key=True)
    started_at = models.DateTimeField("démarré le")
    seen_at = models.DateTimeField("vu le")

    class Meta:
        verbose_name = "automate"
        verbose_name_plural = "automates"

    def __str__(self) -> str:
        return self.name


class Tries(models.Model):
    """How often something was tried lately, and when it may be again. The key is a digest that names nobody."""

    key = models.CharField("clé", max_length=64, primary_key=True)
    count = models.PositiveIntegerField("essais", default=0)
    free_at = models.DateTimeField("libre à partir de")
    forget_at = models.DateTimeField("oublié à partir de", db_index=True)

    class Meta:
        verbose_name = "essais récents"
        verbose_name_plural = "essais récents"

    def __str__(self) -> str:
        return f"{self.count} essais"


class Job(models.Model):
    """A long piece of work that somebody asked for: a worker does it batch by batch, whoever dies.

    `kind` is a name of settings.PORTAIL_JOBS, `subject` what it works on ("invoicerun:3"). One at a time for both.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "en cours"
        DONE = "done", "fini"
        FAILED = "failed", "arrêté"

    kind = models.CharField("travail", max_length=60)
    subject = models.CharField("objet", max_length=60)
    data = models.JSONField("données", default=dict, blank=True)
    state = models.CharField("état", max_length=10, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField("fait", default=0)
    total = models.PositiveIntegerField("à faire", default=0)
    attempts = models.PositiveSmallIntegerField("échecs", default=0)
    due_at = models.DateTimeField("à faire à partir du")
    leased_until = models.DateTimeField("pris jusqu'à", null=True, blank=True)
    last_error = models.CharField("dernière difficulté", max_length=300, blank=True)
    created_at = models.DateTimeField("demandé le")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name="par"
    )
    finished_at = models.DateTimeField("fini le", null=True, blank=True)

    class Meta:
        verbose_name = "travail long"
        verbose_name_plural = "travaux longs"
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(state="waiting"), name="job_once_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["state", "due_at"], name="job_due")]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
