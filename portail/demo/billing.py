"""What was invoiced: the last months of the school year that are over, by the very actions of the agents.

The month before today is left to invoice once its day has come, as a town hall finds it; the mails of the past are
told as sent.
"""

from datetime import date, datetime, timedelta

from portail import rules
from portail.accounts.models import User
from portail.activities.queries import regulation
from portail.billing.actions import runs
from portail.billing.actions.anomalies import accept
from portail.billing.models import Anomaly, InvoiceRun
from portail.core import jobs
from portail.core.models import Job, OutboxMail
from portail.demo import paying
from portail.demo.timeline import Timeline, at

MONTHS = 3
ACCEPTED = "Vu avec la famille"


def write(agent: User, when: Timeline) -> None:
    """Draft and publish, in their order, at most three months, each on its usual day; families pay in between."""
    cycle = regulation().billing
    periods = _over(when, cycle)
    days = [cycle.run_on(first) for first, _ in periods]
    following_days = [*days[1:], when.today] if days else []
    for (first, last), day, following in zip(periods, days, following_days, strict=True):
        _publish(first, last, cycle, agent, at(day, 9, 30))
        paying.pay(day, following - timedelta(days=1), today=when.today)


def _over(when: Timeline, cycle: rules.BillingCycle) -> list[tuple[date, date]]:
    """The periods of this school year whose day to invoice has come."""
    found, (first, last) = [], cycle.period(when.current.start)
    while last < when.today and cycle.run_on(first) < when.today:
        found.append((first, last))
        first, last = cycle.period(last + timedelta(days=1))
    return found[-MONTHS:]


def _publish(first: date, last: date, cycle: rules.BillingCycle, agent: User, now: datetime) -> None:
    run = runs.start(first, last, due_on=cycle.due(now.date()).day, actor=agent, now=now)
    _work(now)
    blocking = run.anomalies.filter(severity=Anomaly.Severity.BLOCKING)
    accept(blocking, ACCEPTED, actor=agent, now=now)
    run.refresh_from_db()
    try:
        runs.publish(run, actor=agent, now=now)
    except runs.NothingToPublish:
        runs.discard(run, actor=agent, now=now)
        return
    before = OutboxMail.objects.order_by("pk").last()
    _work(now)
    sent = OutboxMail.objects.filter(pk__gt=before.pk if before else 0)
    sent.update(state=OutboxMail.State.SENT, sent_at=now + timedelta(minutes=5), attempts=1)
    InvoiceRun.objects.filter(pk=run.pk).update(published_by=agent)


def _work(now: datetime) -> None:
    """What the worker would do of invoicing, at that moment."""
    while job := Job.objects.filter(kind__startswith="billing.", state=Job.State.WAITING).first():
        jobs.finish(job, lambda: now)
