"""Invoicing runs: begun, looked at, done again, thrown away, published, followed until the last mail."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.models import Service
from portail.activities.queries import regulation
from portail.billing.actions import editions
from portail.billing.actions import runs as actions
from portail.billing.models import InvoiceRun
from portail.billing.queries import runs as queries
from portail.core import jobs
from portail.core.models import Job
from portail.core.templatetags.ui import money
from portail.core.text import many
from portail.desk import access, filters
from portail.desk.forms.invoicing import PublishForm, RunForm
from portail.desk.views.replies import confirmation, is_confirmed, status_of

A_PAGE = 25
DRAFTS_A_PAGE = 50
State = InvoiceRun.State
GONE_ON = "Cette facturation n'est plus un brouillon : voyez où elle en est."


@require_safe
def runs(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.READ_BILLING)
    rows = InvoiceRun.objects.annotate(count=Count("invoices"), total=Sum("invoices__amount"))
    context = {
        "page": Paginator(rows.order_by("-created_at", "-pk"), A_PAGE).get_page(request.GET.get("page")),
        "open_run": InvoiceRun.objects.filter(is_open=True).first(),
        "may_bill": has_right(agent, Right.BILL),
    }
    return render(request, "desk/invoicing/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def run_new(request: HttpRequest) -> HttpResponse:
    """The month that comes next is proposed; what is already invoiced is said before anything is done."""
    agent = access.require(request, Right.BILL)
    now = timezone.now()
    today = timezone.localdate(now)
    cycle = regulation().billing
    first, last = queries.proposed(today, cycle)
    initial = {"first": first, "last": last, "due_on": cycle.due(today).day}
    form = RunForm(request.POST or None, initial=initial, today=today)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            run = actions.start(
                asked["first"],
                asked["last"],
                due_on=asked["due_on"],
                services=asked["services"],
                actor=agent,
                now=now,
            )
        except actions.RunOpen as busy:
            messages.info(request, f"« {busy.run.title} » est déjà en cours : terminez-la d'abord.")
            return redirect("desk:run", busy.run.pk)
        return redirect("desk:run", run.pk)
    context = {
        "form": form,
        "already": queries.overlapping(first, last, ()) if not form.is_bound else _already(form),
        "open_run": InvoiceRun.objects.filter(is_open=True).first(),
        "has_prices": bool(regulation().tariffs),
        "may_set": has_right(agent, Right.MANAGE_SETTINGS),
        "due_reason": cycle.due(today).reason,
    }
    return render(request, "desk/invoicing/new.html", context, status=status_of(form))


def _already(form: RunForm) -> list[InvoiceRun]:
    asked = form.cleaned_data
    if not asked.get("first") or not asked.get("last"):
        return []
    return queries.overlapping(asked["first"], asked["last"], asked.get("services") or ())


@require_safe
def run(request: HttpRequest, run_id: int) -> HttpResponse:
    """Where a run stands, and what is to be done about it."""
    found = access.get_run(request, run_id)
    job = jobs.last(actions.subject(found))
    context: dict[str, Any] = {
        "run": found,
        "job": job,
        "may_bill": has_right(access.person(request), Right.BILL),
        "services": _services(found),
    }
    if found.state in (State.DRAFTING, State.PUBLISHING):
        return render(request, "desk/invoicing/working.html", context)
    if found.state == State.DRAFT:
        context |= {
            "summary": queries.summary(found),
            "severities": queries.severities(found),
            "is_early": found.last >= timezone.localdate(),
        }
        return render(request, "desk/invoicing/draft.html", context)
    if found.state == State.PUBLISHED:
        context |= _published(found, job)
        return render(request, "desk/invoicing/published.html", context)
    return render(request, "desk/invoicing/discarded.html", context)


def _services(run: InvoiceRun) -> list[str]:
    """The names of the services that the run is limited to; none when it holds them all."""
    if not run.services:
        return []
    return list(Service.objects.filter(code__in=run.services).values_list("name", flat=True))


def _published(run: InvoiceRun, job: Job | None) -> dict[str, Any]:
    first, last = queries.numbers(run)
    waiting = editions.waiting().filter(run=run).count()
    return {
        "summary": queries.summary(run),
        "first_number": first,
        "last_number": last,
        "waiting": waiting,
        "by_mail": run.invoices.filter(by_mail=True).count(),
        "by_post": run.invoices.filter(by_mail=False).count(),
        "accepted": run.anomalies.exclude(accepted_at=None).count(),
        "is_stopped": bool(waiting) and (job is None or job.state != Job.State.WAITING),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def run_invoices(request: HttpRequest, run_id: int) -> HttpResponse:
    """The invoices of a run, drafted or published."""
    found = access.get_run(request, run_id)
    if request.method == "POST":
        return filters.keep(request)
    typed = filters.asked(request).get("q", "").strip()
    rows = queries.narrowed(found.invoices.select_related("account__household"), typed)
    rows = rows.annotate(line_count=Count("lines")).order_by(
        "number", "account__household__name_key", "account__household__number", "pk"
    )
    page = Paginator(rows, DRAFTS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/invoicing/invoices.html", {"run": found, "page": page, "typed": typed})


@require_POST
def run_redo(request: HttpRequest, run_id: int) -> HttpResponse:
    found = access.get_run(request, run_id, Right.BILL)
    try:
        actions.redo(found, actor=access.person(request), now=timezone.now())
    except actions.NotADraft:
        messages.info(request, GONE_ON)
    return redirect("desk:run", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
def run_discard(request: HttpRequest, run_id: int) -> HttpResponse:
    found = access.get_run(request, run_id, Right.BILL)
    if not is_confirmed(request):
        count, total = queries.totals(found)
        text = (
            f"{many(count, 'facture préparée')}, {money(total)} : aucune n'a été envoyée. "
            "Rien n'est perdu : les réservations restent, et une nouvelle facturation les reprendra."
        )
        return confirmation(
            request,
            title=f"Abandonner le brouillon « {found.title} » ?",
            text=text,
            confirm="Abandonner le brouillon",
            back=reverse("desk:run", args=[found.pk]),
        )
    try:
        actions.discard(found, actor=access.person(request), now=timezone.now())
    except actions.NotADraft:
        messages.info(request, GONE_ON)
        return redirect("desk:run", found.pk)
    messages.success(request, f"Le brouillon « {found.title} » est abandonné.")
    return redirect("desk:runs")


@require_http_methods(["GET", "HEAD", "POST"])
def run_publish(request: HttpRequest, run_id: int) -> HttpResponse:
    """Say how many invoices and how much, ask once, then let the worker publish."""
    found = access.get_run(request, run_id, Right.BILL)
    if found.state != State.DRAFT:
        return redirect("desk:run", found.pk)
    count, total = queries.totals(found)
    if not count:
        messages.info(request, "Ce brouillon ne contient aucune facture : il n'y a rien à publier.")
        return redirect("desk:run", found.pk)
    today = timezone.localdate()
    shown = {"due_on": found.due_on, "count": count, "total": total}
    form = PublishForm(request.POST if is_confirmed(request) else None, initial=shown, today=today)
    if form.is_valid() and _publish(request, found, form):
        return redirect("desk:run", found.pk)
    if form.is_bound:  # what was counted again is shown, the date stays as it was typed
        form.data = {**form.data.dict(), "count": count, "total": total}  # type: ignore[attr-defined]
    blocking = queries.severities(found)["blocking"]
    context = {"run": found, "form": form, "count": count, "total": total, "blocking": blocking}
    return render(request, "desk/invoicing/publish.html", context, status=status_of(form))


def _publish(request: HttpRequest, run: InvoiceRun, form: PublishForm) -> bool:
    asked = form.cleaned_data
    try:
        actions.publish(
            run,
            actor=access.person(request),
            now=timezone.now(),
            seen=(asked["count"], asked["total"]),
            due_on=asked["due_on"],
        )
    except actions.NotADraft:
        messages.info(request, GONE_ON)
    except actions.Blocked as blocked:
        form.add_error(None, f"{many(blocked.count, 'anomalie')} à corriger ou à accepter d'abord.")
    except actions.NothingToPublish:
        form.add_error(None, "Ce brouillon ne contient aucune facture : il n'y a rien à publier.")
    except actions.SeenOtherwise:
        form.add_error(
            None,
            "Le brouillon a changé pendant que vous lisiez. Relisez les montants ci-dessous, puis confirmez.",
        )
    return form.is_valid()


@require_POST
def run_resume(request: HttpRequest, run_id: int) -> HttpResponse:
    """Take up again work that stopped: what is done is kept."""
    found = access.get_run(request, run_id, Right.BILL)
    now, agent = timezone.now(), access.person(request)
    if found.state == State.DRAFTING:
        actions.redo(found, actor=agent, now=now)
    elif found.state in (State.PUBLISHING, State.PUBLISHED):
        actions.publish(found, actor=agent, now=now)
    return redirect("desk:run", found.pk)
