"""What waits for an agent: said once, with the way to do it."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

from django.db.models import Count, Min, Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.bookings.models import CustodyConflict
from portail.core.models import OutboxMail
from portail.core.templatetags.ui import in_words, money
from portail.core.worker import last_seen
from portail.desk.invoicing_tasks import invoicing_tasks
from portail.desk.task import Task
from portail.families.models import Request
from portail.payments.queries.takings import waiting_by_mode
from portail.payments.queries.till import uncounted_day

WORKER_SILENT = timedelta(minutes=5)
KEPT_AT_MOST = 7
"""Days that a payment may wait before it is handed over."""


def tasks(agent: User, *, now: datetime) -> list[Task]:
    """What this agent may do something about, the worst first."""
    found: list[Task] = []
    if has_right(agent, Right.MANAGE_MAILS):
        found += [*_worker(now), *_mails()]
    if has_right(agent, Right.DECIDE_REQUESTS):
        found += _requests()
    if has_right(agent, Right.BOOK):
        found += _custody(timezone.localdate(now))
    if has_right(agent, Right.TAKE_PAYMENTS):
        found += _cash(timezone.localdate(now))
    if has_right(agent, Right.BILL):
        found += invoicing_tasks(now)
    return found


def _worker(now: datetime) -> Iterator[Task]:
    silent = last_seen(now)
    if silent is None or silent > WORKER_SILENT:
        yield Task(
            "Les courriels ne partent plus",
            "L'automate qui les envoie ne répond pas. Rien n'est perdu : prévenez la personne qui héberge le portail.",
            "warning",
            "bad",
        )


def _mails() -> Iterator[Task]:
    state = OutboxMail.State
    counts = OutboxMail.objects.filter(state__in=[state.PENDING, state.FAILED]).aggregate(
        failed=Count("pk", filter=Q(state=state.FAILED)),
        retried=Count("pk", filter=Q(state=state.PENDING, attempts__gt=0)),
    )
    if counts["failed"]:
        many = _many(counts["failed"], "courriel abandonné", "courriels abandonnés")
        yield Task(
            many, "Vérifiez l'adresse, puis renvoyez.", "mail", "bad", _url("desk:mails", "?etat=failed")
        )
    if counts["retried"]:
        many = _many(counts["retried"], "courriel en difficulté", "courriels en difficulté")
        yield Task(
            many,
            "Un nouvel essai est prévu tout seul.",
            "repeat",
            "warn",
            _url("desk:mails", "?etat=pending"),
        )


def _requests() -> Iterator[Task]:
    waiting = Request.objects.filter(state=Request.State.WAITING)
    counts = waiting.aggregate(
        links=Count("pk", filter=Q(kind=Request.Kind.LINK)),
        others=Count("pk", filter=~Q(kind=Request.Kind.LINK)),
        oldest=Min("created_at", filter=~Q(kind=Request.Kind.LINK)),
    )
    since = (
        f"La plus ancienne attend depuis {in_words(timezone.localdate(counts['oldest']))}."
        if counts["oldest"]
        else ""
    )
    queue = reverse("desk:requests")
    if counts["others"]:
        many = _many(counts["others"], "démarche à traiter", "démarches à traiter")
        yield Task(many, since, "mail", "warn", queue)
    if counts["links"]:
        many = _many(counts["links"], "compte à rattacher", "comptes à rattacher")
        text = "Une famille attend de voir son dossier."
        yield Task(many, text, "user", "warn", f"{queue}?nature={Request.Kind.LINK}")


def _custody(today: date) -> Iterator[Task]:
    """Bookings that stand on a day of the other household of a shared child."""
    waiting = CustodyConflict.objects.waiting(today).aggregate(
        count=Count("pk"), next=Min("booking__session__date")
    )
    if waiting["count"]:
        many = _many(waiting["count"], "conflit de garde à régler", "conflits de garde à régler")
        text = f"Une réservation tombe chez l'autre foyer ; la prochaine, {in_words(waiting['next'])}."
        yield Task(many, text, "users", "warn", reverse("desk:custody_conflicts"))


def _cash(today: date) -> Iterator[Task]:
    """The till that was not counted, the payments that stay too long in the drawer."""
    if day := uncounted_day(today):
        yield Task(
            "Caisse à compter",
            f"Des espèces reçues {in_words(day)} n'ont pas été comptées.",
            "euro",
            "warn",
            f"{reverse('desk:cash_day')}?date={day}",
        )
    for waiting in waiting_by_mode():
        if (today - waiting.since).days > KEPT_AT_MOST:
            many = _many(waiting.count, "paiement à remettre", "paiements à remettre")
            yield Task(
                f"{waiting.label} : {many}",
                f"Le plus ancien attend depuis {in_words(waiting.since)} ; {money(waiting.total)} en tout.",
                "folder",
                "warn",
                reverse("desk:deposit_new", args=[waiting.mode]),
            )


def _url(name: str, query: str) -> str:
    try:
        return reverse(name) + query
    except NoReverseMatch:
        return ""


def _many(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}"
