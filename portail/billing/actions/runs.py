"""The invoicing of a stretch of days: drafted by the worker, looked at, thrown away or done again, published.

Each step is asked by one press, and done in batches by a job that goes on whoever dies. Only one run is open at a time.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from portail import rules
from portail.accounts.models import User
from portail.billing.actions import drafting, editions, numbering
from portail.billing.models import Anomaly, Charge, ChargeComponent, InvoiceRun
from portail.billing.queries.charges import law
from portail.billing.queries.runs import totals
from portail.core import jobs, journal
from portail.core.jobs import Clock
from portail.core.models import Job
from portail.families.models import Household

DRAFT, PUBLISH, EDIT = "billing.draft", "billing.publish", "billing.edit"
State = InvoiceRun.State


class RunOpen(Exception):
    """Another run is being prepared, looked at or published: one at a time. `run` is that one."""

    def __init__(self, run: InvoiceRun) -> None:
        self.run = run
        super().__init__(f"run {run.pk} is open")


class NotADraft(Exception):
    """It is not (or no longer) a draft: published, thrown away, or being worked on."""


class Blocked(Exception):
    """Anomalies must first be mended or accepted. `count`: how many."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(f"{count} blocking anomalies")


class NothingToPublish(Exception):
    """The draft holds no invoice."""


class SeenOtherwise(Exception):
    """The draft is no longer what was shown when publication was asked."""


class DueTooEarly(ValueError):
    """The last day to pay is not after the day of the invoices."""


def title_of(first: date, last: date) -> str:
    """« Novembre 2026 », or the days when it is not a whole month."""
    if first.day == 1 and last == rules.BillingCycle().period(first)[1]:
        return f"{rules.FRENCH.months[first.month - 1].capitalize()} {first.year}"
    return f"Du {rules.FRENCH.short(first)} au {rules.FRENCH.short(last)} {last.year}"


def start(
    first: date,
    last: date,
    *,
    due_on: date,
    services: Iterable[str] = (),
    actor: User | None,
    now: datetime,
) -> InvoiceRun:
    """Begin to invoice these days (both included); the draft is written by the worker.

    `services`: codes; none: all. Raises RunOpen.
    """
    with transaction.atomic():
        open_one = InvoiceRun.objects.select_for_update().filter(is_open=True).first()
        if open_one is not None:
            raise RunOpen(open_one)
        run, is_new = InvoiceRun.objects.get_or_create(
            is_open=True,
            defaults={
                "title": title_of(first, last),
                "first": first,
                "last": last,
                "services": list(services),
                "due_on": due_on,
                "created_at": now,
                "created_by": actor,
            },
        )
        if not is_new:
            raise RunOpen(run)
        jobs.start(DRAFT, subject(run), actor=actor, now=now)
        _tell("run.started", run, f"Facturation commencée : {run.title}", actor, now)
    return run


def subject(run: InvoiceRun) -> str:
    return f"invoicerun:{run.pk}"


def redo(run: InvoiceRun, *, actor: User | None, now: datetime) -> InvoiceRun:
    """Write the draft again, from what is true now. Pressed twice, it is done once. Raises NotADraft."""
    with transaction.atomic():
        run = _locked(run)
        if run.state == State.DRAFTING:
            _restart(DRAFT, run, actor, now)
            return run
        if run.state != State.DRAFT:
            raise NotADraft
        run.state = State.DRAFTING
        run.save(update_fields=["state"])
        _begin(DRAFT, run, actor, now)
        _tell("run.redone", run, f"Brouillon refait : {run.title}", actor, now)
    return run


def discard(run: InvoiceRun, *, actor: User | None, now: datetime) -> InvoiceRun:
    """Throw a draft away: its invoices were never sent, and what is due is computed again the next time.

    Thrown away twice is once. Raises NotADraft when it is being published or is.
    """
    with transaction.atomic():
        run = _locked(run)
        if run.state == State.DISCARDED:
            return run
        if run.state not in (State.DRAFTING, State.DRAFT):
            raise NotADraft
        count, total = totals(run)
        computed = Charge.objects.filter(line__invoice__run=run).exclude(key="")
        ChargeComponent.objects.filter(charge__in=computed).delete()
        computed.delete()
        run.invoices.all().delete()
        run.anomalies.all().delete()
        run.state, run.is_open = State.DISCARDED, None
        run.save(update_fields=["state", "is_open"])
        Job.objects.filter(subject=subject(run), state=Job.State.WAITING).update(
            state=Job.State.DONE, finished_at=now
        )
        _tell(
            "run.discarded",
            run,
            f"Brouillon abandonné : {run.title}",
            actor,
            now,
            {"invoices": count, "total": str(total)},
        )
    return run


def publish(
    run: InvoiceRun,
    *,
    actor: User | None,
    now: datetime,
    seen: tuple[int, Decimal] | None = None,
    due_on: date | None = None,
) -> InvoiceRun:
    """Ask for the publication; the worker verifies that nothing changed, numbers, then edits.

    `seen`: the count and the total that were confirmed. Two agents at once, or twice the same, publish once. Raises
    NotADraft, Blocked, NothingToPublish, SeenOtherwise, DueTooEarly: nothing is then done.
    """
    with transaction.atomic():
        run = _locked(run)
        if run.state in (State.PUBLISHING, State.PUBLISHED):
            _restart(PUBLISH if run.state == State.PUBLISHING else EDIT, run, actor, now)
            return run
        if run.state != State.DRAFT:
            raise NotADraft
        _may_be_published(run, seen, due_on or run.due_on, timezone.localdate(now))
        run.due_on = due_on or run.due_on
        run.state, run.published_by = State.PUBLISHING, actor
        run.save(update_fields=["state", "published_by", "due_on"])
        _begin(PUBLISH, run, actor, now)
        _tell("run.publishing", run, f"Publication demandée : {run.title}", actor, now)
    return run


def _may_be_published(run: InvoiceRun, seen: tuple[int, Decimal] | None, due_on: date, today: date) -> None:
    found = totals(run)
    if seen is not None and seen != found:
        raise SeenOtherwise
    if not found[0]:
        raise NothingToPublish
    blocking = run.anomalies.filter(severity=Anomaly.Severity.BLOCKING, accepted_at=None).count()
    if blocking:
        raise Blocked(blocking)
    if due_on <= today:
        raise DueTooEarly


def _begin(kind: str, run: InvoiceRun, actor: User | None, now: datetime) -> None:
    """Ask for work from its beginning, even where the last one is only about to close."""
    job = jobs.start(kind, subject(run), actor=actor, now=now)
    Job.objects.filter(pk=job.pk).update(data={}, done=0, due_at=now)


def _restart(kind: str, run: InvoiceRun, actor: User | None, now: datetime) -> None:
    """Go on with work that stopped, or is not begun; what is done stays done."""
    if kind == EDIT and not editions.waiting().filter(run=run).exists():
        return
    jobs.start(kind, subject(run), actor=actor, now=now)


def _locked(run: InvoiceRun) -> InvoiceRun:
    return InvoiceRun.objects.select_for_update(of=("self",)).get(pk=run.pk)


def _tell(
    verb: str,
    run: InvoiceRun,
    summary: str,
    actor: User | None,
    now: datetime,
    after: dict[str, object] | None = None,
) -> None:
    journal.record(verb, subject(run), summary=summary, actor=actor, now=now, after=after)


# --- what the worker does


def _run_of(job: Job) -> InvoiceRun:
    return InvoiceRun.objects.get(pk=int(job.subject.partition(":")[2]))


def _batches(job: Job) -> Iterator[list[Household]]:
    """The households after those that are done, a batch at a time."""
    while True:
        rows = Household.objects.filter(pk__gt=job.data.get("after", 0)).order_by("pk")
        found = list(rows[: drafting.A_BATCH])
        if not found:
            return
        yield found


def _done(job: Job, batch: list[Household], **more: object) -> None:
    """Remember, in the transaction that did it, that this batch is done."""
    job.data = {
        **job.data,
        **more,
        "after": batch[-1].pk,
        "done": job.data.get("done", 0) + len(batch),
    }
    Job.objects.filter(pk=job.pk).update(data=job.data)


def draft_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    """Write the drafts of every household, then open the draft to the agents."""
    run, by, total = _run_of(job), law(), Household.objects.count()
    for batch in _batches(job):
        with transaction.atomic():
            run = _locked(run)
            if run.state != State.DRAFTING:
                return
            drafting.draft(run, batch, by, now=clock())
            _done(job, batch)
        yield min(job.data["done"], total), total
    with transaction.atomic():
        run = _locked(run)
        if run.state == State.DRAFTING:
            run.state, run.drafted_at = State.DRAFT, clock()
            run.save(update_fields=["state", "drafted_at"])
    yield total, total


def publish_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    """Verify every draft; if all still hold, number them in one transaction, else open the draft again."""
    run, by, total = _run_of(job), law(), Household.objects.count()
    for batch in _batches(job):
        with transaction.atomic():
            run = _locked(run)
            if run.state != State.PUBLISHING:
                return
            changed = drafting.differs(run, batch, by)
            if changed:
                drafting.draft(run, changed, by, now=clock(), changed={h.pk for h in changed})
            drafting.refresh(run, batch)
            _done(job, batch, changed=job.data.get("changed", 0) + len(changed))
        yield min(job.data["done"], total), total
    with transaction.atomic():
        run = _locked(run)
        if run.state == State.PUBLISHING:
            _conclude(run, int(job.data.get("changed", 0)), clock())
    yield total, total


def _conclude(run: InvoiceRun, changed: int, now: datetime) -> None:
    if changed or not run.invoices.exists():
        run.state, run.drafted_at = State.DRAFT, now
        run.save(update_fields=["state", "drafted_at"])
        summary = f"Publication suspendue : {changed} dossiers ont changé depuis le brouillon"
        _tell("run.changed", run, summary, run.published_by, now)
        return
    numbering.number(run, now=now)
    jobs.start(EDIT, subject(run), actor=run.published_by, now=now)


def edit_job(job: Job, clock: Clock) -> Iterator[tuple[int, int]]:
    """Make the PDF of every invoice of the run, and write to the families, until none is left."""
    run = _run_of(job)
    total = run.invoices.count()
    while batch := list(editions.waiting().filter(run=run)[: editions.AT_ONCE]):
        editions.edit_batch(batch, now=clock())
        yield total - editions.waiting().filter(run=run).count(), total
