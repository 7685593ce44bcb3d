"""A text of the regulation tried on the real bookings of a past month, by a worker, with its progress."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone
from django.views.decorators.http import require_http_methods

from portail.accounts.rights import Right
from portail.billing.actions import trials
from portail.core.forms import Form
from portail.core.models import Job
from portail.desk import access, regulation_texts
from portail.desk.regulation_texts import IN_FORCE
from portail.desk.views.replies import status_of

MONTHS = 24
CHANGES = {
    -3: ("ok", "plus de 20 € de moins"),
    -2: ("ok", "de 5 à 20 € de moins"),
    -1: ("ok", "jusqu'à 5 € de moins"),
    0: ("calm", "inchangé"),
    1: ("warn", "jusqu'à 5 € de plus"),
    2: ("warn", "de 5 à 20 € de plus"),
    3: ("warn", "plus de 20 € de plus"),
}


class TrialForm(Form):
    texte = forms.ChoiceField(label="Texte à essayer")
    mois = forms.ChoiceField(label="Sur les réservations de")


@require_http_methods(["GET", "HEAD", "POST"])
def rule_trial(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_SETTINGS)
    texts = [pair for pair in regulation_texts.choices(agent) if pair[0] != IN_FORCE]
    form = TrialForm(request.POST or None)
    form.fields["texte"].choices = texts  # type: ignore[attr-defined]
    form.fields["mois"].choices = list(_months(timezone.localdate()))  # type: ignore[attr-defined]
    if form.is_valid():
        text = regulation_texts.named(request, agent, form.cleaned_data["texte"])
        first = date.fromisoformat(f"{form.cleaned_data['mois']}-01")
        try:
            trials.start_trial(text.text, text.label, first, actor=agent, now=timezone.now())
        except trials.TrialUnderWay:
            messages.info(request, "Votre essai précédent n'est pas fini : attendez son résultat.")
        return redirect("desk:rule_trial")
    last = trials.last_trial(agent)
    context: dict[str, Any] = {"form": form, "has_texts": bool(texts), "trial": _told(last) if last else None}
    return render(request, "desk/regulation/trial.html", context, status=status_of(form))


def _months(today: date) -> Iterator[tuple[str, str]]:
    """The months gone by, the last first, then the one under way."""
    first = today.replace(day=1)
    for _ in range(MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        yield f"{first:%Y-%m}", formats.date_format(first, "F Y")
    yield f"{today:%Y-%m}", f"{formats.date_format(today, 'F Y')}, en cours"


def _told(job: Job) -> dict[str, Any]:
    """A trial as the page shows it: how far it is, then what it found."""
    result = trials.Result.read(job.data.get("result", {}))
    before, after = result.totals
    names = trials.service_names(result) if job.state == Job.State.DONE else {}
    return {
        "job": job,
        "first": date.fromisoformat(job.data["first"]),
        "label": job.data["label"],
        "is_waiting": job.state == Job.State.WAITING,
        "has_failed": job.state == Job.State.FAILED,
        "result": result,
        "before": before,
        "after": after,
        "change": after - before,
        "services": [(name, *result.services[key]) for key, name in names.items()],
        "families": [
            (*CHANGES[step], result.changes[step]) for step in sorted(CHANGES) if result.changes[step]
        ],
    }
