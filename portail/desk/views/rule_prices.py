"""The simulator of tariffs: prices by quotient with their reason, one text beside another."""

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right
from portail.core.spreadsheets import xlsx_response
from portail.desk import access, regulation_texts
from portail.desk.forms.situation import SimulatorForm
from portail.desk.regulation_texts import DRAFT, IN_FORCE, Text
from portail.desk.rule_prices import MOST_ROWS, PriceTable, both, priced, quotients_of, table
from portail.desk.views.replies import status_of
from portail.rules import ANY_SERVICE


@require_safe
def simulator(request: HttpRequest) -> HttpResponse:
    """Without anything asked, the draft beside what is in force when there is one."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    texts = regulation_texts.choices(agent)
    is_asked = "jour" in request.GET
    key, compared = request.GET.get("texte", ""), request.GET.get("comparer", "")
    if not is_asked and any(key == DRAFT for key, _ in texts):
        key, compared = DRAFT, IN_FORCE
    now = regulation_texts.named(request, agent, key)
    other = regulation_texts.named(request, agent, compared) if compared else None
    regulations = [text.regulation for text in (now, other) if text]
    codes = priced(regulations)
    services = [
        pair
        for pair in regulation_texts.services_of(*regulations)
        if pair[0] in codes or ANY_SERVICE in codes
    ]
    form = SimulatorForm(
        request.GET if is_asked else None,
        asked=both(regulations),
        services=services,
        texts=texts,
        initial={
            "jour": timezone.localdate(),
            "texte": key,
            "comparer": compared,
            "services": [code for code, _ in services[:1]],
        },
    )
    context: dict[str, Any] = {"form": form, "now": now, "other": other, "has_services": bool(services)}
    if is_asked and form.is_valid():
        context |= _tables(form, now, other, dict(services))
        if request.GET.get("format") == "xlsx" and context["tables"]:
            return _workbook(context["tables"], now, other)
    return render(request, "desk/regulation/simulator.html", context, status=status_of(form))


def _workbook(tables: list[PriceTable], now: Text, other: Text | None) -> HttpResponse:
    """The same table, for the council."""
    labels = [other.label, now.label, "Différence"] if other else [now.label]
    rows: list[list[object]] = []
    for found in tables:
        for row in found.lines:
            quotient = "Sans justificatif" if row.quotient is None else f"{row.quotient.normalize():f}"
            cells: list[object] = [row.now.amount]
            if row.other:
                cells = [row.other.amount, row.now.amount, row.change]
            rows.append([found.name, quotient, *cells, row.now.why])
    return xlsx_response("simulation-tarifs", ["Service", "Quotient", *labels, "Explication"], rows)


def _tables(form: SimulatorForm, now: Text, other: Text | None, names: dict[str, str]) -> dict[str, Any]:
    values = form.cleaned_data
    day: date = values["jour"]
    found: list[PriceTable] = []
    rows = 0
    for code in values["services"]:
        compared = other.regulation if other else None
        regulations = [r for r in (now.regulation, compared) if r]
        quotients = values["quotients"] or quotients_of(regulations, code)
        rows += len(quotients)
        if rows > MOST_ROWS:
            return {"tables": found, "is_cut": True}
        found.append(
            table(
                now.regulation,
                compared,
                (code, names[code]),
                day=day,
                quotients=quotients,
                known=form.known(),
            )
        )
    return {"tables": found, "is_cut": False}
