"""The anomalies of a draft: by seriousness, each with the way to mend it, or accepted with a reason."""

from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.billing.actions.anomalies import LABELS, Code, accept
from portail.billing.models import Anomaly, InvoiceRun
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.invoicing import AcceptForm
from portail.desk.views.replies import status_of

A_PAGE = 25
WORST_FIRST = Case(
    When(severity=Anomaly.Severity.BLOCKING, then=Value(0)),
    When(severity=Anomaly.Severity.WARNING, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)
TONES = {"blocking": "bad", "warning": "warn", "note": "info"}
STATES = [("", "À regarder"), ("acceptees", "Acceptées"), ("toutes", "Toutes")]


class Shown(NamedTuple):
    """An anomaly with its word, its tone, and the page that mends it."""

    anomaly: Anomaly
    label: str
    tone: str
    mend: str
    url: str


@require_http_methods(["GET", "HEAD", "POST"])
def anomalies(request: HttpRequest, run_id: int) -> HttpResponse:
    run = access.get_run(request, run_id)
    agent = access.person(request)
    code, state = request.GET.get("nature", ""), request.GET.get("etat", "")
    rows = _filtered(run, code, state)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    form = AcceptForm(request.POST or None, known=[a.pk for a in page.object_list])
    if request.method == "POST":
        rows_to_accept = access.get_anomalies(request, run_id)
        if form.is_valid():
            done = accept(
                rows_to_accept.filter(pk__in=form.cleaned_data["ticked"]),
                form.cleaned_data["reason"],
                actor=agent,
                now=timezone.now(),
            )
            messages.success(request, f"{many(done, 'anomalie acceptée')}.")
            return redirect(request.get_full_path())
    context = {
        "run": run,
        "page": page,
        "rows": [_shown(anomaly, agent) for anomaly in page.object_list],
        "form": form,
        "codes": [(c.value, LABELS[c]) for c in Code],
        "states": STATES,
        "code": code,
        "state": state,
        "may_accept": has_right(agent, Right.BILL) and run.state == InvoiceRun.State.DRAFT,
        "ticked": set(request.POST.getlist("ticked")),
    }
    return render(request, "desk/invoicing/anomalies.html", context, status=status_of(form))


def _filtered(run: InvoiceRun, code: str, state: str) -> QuerySet[Anomaly]:
    rows = run.anomalies.select_related("account__household", "child", "accepted_by")
    if code in set(Code):
        rows = rows.filter(code=code)
    if state == "acceptees":
        rows = rows.exclude(accepted_at=None)
    elif state != "toutes":
        rows = rows.filter(accepted_at=None)
    return rows.order_by(WORST_FIRST, "code", "account__household__name_key", "pk")


def _shown(anomaly: Anomaly, agent: User) -> Shown:
    mend, url = "", ""
    if anomaly.code == Code.NO_RULE and has_right(agent, Right.MANAGE_SETTINGS):
        mend, url = "Compléter le règlement", reverse("desk:regulation")
    elif anomaly.account is not None and has_right(agent, Right.READ_FAMILIES):
        mend = "Ouvrir le dossier"
        url = reverse("desk:household", args=[anomaly.account.household_id])
    return Shown(anomaly, LABELS[Code(anomaly.code)], TONES[anomaly.severity], mend, url)
