"""The page of one démarche, shown by those who read it and by every decision that could not be taken."""

import json
from collections.abc import Mapping
from typing import Any

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.activities import queries as activities
from portail.billing.actions import certificates
from portail.core.forms import Form
from portail.desk import access
from portail.desk.forms.quotients import AcceptProofForm
from portail.desk.forms.requests import AnswerForm, ApproveForm, GrantForm, LinkForm, RefuseForm
from portail.families import quotients, search
from portail.families.actions import decisions
from portail.families.models import FamilyDocument, Household, Request
from portail.families.queries import change_lines


def show(
    request: HttpRequest, asked: Request, *, bound: Mapping[str, Form] | None = None, status: int = 200
) -> HttpResponse:
    """Who asks, what was, what is, what is wanted, and what the agent may do.

    `bound`: the form that was posted, under its name (approve, refuse, answer, link). 422 when it is to be corrected.
    """
    bound = bound or {}
    agent = access.require(request)
    asked = access.get_request(request, asked.pk)
    may = has_right(agent, Right.DECIDE_REQUESTS) and asked.is_waiting
    current = decisions.current_values(asked) if asked.kind == Request.Kind.CHANGE else {}
    context: dict[str, Any] = {
        "asked": asked,
        "can_decide": may,
        **_files(asked),
        "can_read_proof": has_right(agent, Right.DECIDE_REQUESTS),
        "reads_billing": has_right(agent, Right.READ_BILLING),
        "lines": _lines(asked, current),
        "is_gone": asked.kind == Request.Kind.CHANGE and not current,
        "refuse": RefuseForm(prefix="refuse"),
    }
    if may:
        context |= _forms(asked, current, bound) | _certificate(asked, agent)
    invalid = any(form.errors for form in bound.values())
    response = render(
        request, "desk/requests/request.html", {**context, **bound}, status=422 if invalid else status
    )
    if context["pages"]:
        response._csp_update = {"frame-src": [SELF]}  # type: ignore[attr-defined]  # a PDF is read beside the form
    return response


def approval(asked: Request, answer: str = "") -> ApproveForm:
    """The form that approves what stands today."""
    return ApproveForm(initial={"answer": answer, "seen": json.dumps(decisions.current_values(asked))})


def proof_form(asked: Request, data: Mapping[str, Any] | None = None) -> AcceptProofForm:
    """What the agent reads on the proof; it counts as received the day the family sent it."""
    kinds = quotients.kinds(activities.regulation().quotient)
    sent_on = timezone.localdate(asked.created_at)
    initial = {"kind": asked.data.get("kind"), "received_on": sent_on}
    return AcceptProofForm(data, kinds=kinds, initial=initial)


def _files(asked: Request) -> dict[str, list[FamilyDocument]]:
    """The pages that the family sent, and what the service put there."""
    files = list(asked.documents.order_by("added_at", "pk"))
    proof = FamilyDocument.Kind.PROOF
    return {
        "pages": [file for file in files if file.kind == proof],
        "documents": [file for file in files if file.kind != proof],
    }


def link_form(
    asked: Request, data: Mapping[str, Any] | None = None, *, also: Household | None = None
) -> LinkForm:
    """To whom the account that asked may belong; `also`: one more dossier, that the agent named."""
    user = asked.author
    households = search.owners(user, asked.data) if user else []
    if also and also not in households:
        households.append(also)
    return LinkForm(data, households=households, person=asked.author_label)


def already(asked: Request) -> str:
    """What an agent who comes second reads."""
    if asked.state == Request.State.WITHDRAWN:
        return "La famille a retiré cette demande entre-temps : rien n'a été changé."
    who = asked.decided_by or "Un collègue"
    state = asked.get_state_display().lower()
    return f"{who} a déjà traité cette demande ({state}) : vous n'avez rien changé."


def _forms(asked: Request, current: Mapping[str, Any], bound: Mapping[str, Any]) -> dict[str, Any]:
    if asked.kind == Request.Kind.CHANGE:
        return {"approve": ApproveForm(initial={"seen": json.dumps(current)})}
    if asked.kind == Request.Kind.QUOTIENT:
        return {} if "accept_proof" in bound else {"accept_proof": proof_form(asked)}
    if asked.kind == Request.Kind.LINK:
        return {} if "link" in bound else {"link": link_form(asked)}
    year = asked.data.get("year")
    return {"answer": AnswerForm(initial={"title": f"Attestation fiscale {year}" if year else ""})}


def _certificate(asked: Request, agent: User) -> dict[str, Any]:
    """What the certificate would say, and its form; or why there is nothing, ready to be sent as a refusal."""
    year = asked.data.get("year")
    if asked.kind != Request.Kind.TAX_CERTIFICATE or not year or not has_right(agent, Right.READ_BILLING):
        return {}
    if asked.household is None:
        return {}
    found = certificates.of_household(asked.household, int(year))
    nothing = certificates.why_nothing(found, int(year))
    if nothing:
        return {"nothing": nothing, "refuse": RefuseForm(prefix="refuse", initial={"answer": nothing})}
    return {"certificate": found, "grant": GrantForm(prefix="grant")}


def _lines(asked: Request, current: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Each value asked for, as it was, as it is today when it moved since, and as it is wanted."""
    today = Request(data={**asked.data, "changes": _moved(asked, current)})
    now = {line.label: line.old for line in change_lines(today)}
    return [
        {"label": line.label, "old": line.old, "new": line.new, "now": now.get(line.label)}
        for line in change_lines(asked)
    ]


def _moved(asked: Request, current: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {**change, "old": current[change["field"]]}
        for change in asked.data.get("changes", [])
        if change["field"] in current and current[change["field"]] != change["old"]
    ]
