"""The list of a session: one touch a child. A page of forms; with htmx each touch brings back its own row."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.models import Session
from portail.attendance.actions.marks import Answer, Touch, record
from portail.attendance.actions.readings import note_health
from portail.attendance.queries.lists import day_list, stamp
from portail.core.text import many
from portail.field import access
from portail.field.forms.marks import MarkForm
from portail.field.refusals import WORDS
from portail.field.views.home import device_of
from portail.rules.attendance import Kind

NOTHING_NEW = 204
REFUSED = 422


@require_safe
def day(request: HttpRequest, session_id: int) -> HttpResponse:
    """The list; asked again by the page itself, it answers only when something changed since `v`."""
    session = access.get_session(request, session_id)
    version = stamp(session)
    if request.headers.get("HX-Request") and request.GET.get("v") == version:
        return HttpResponse(status=NOTHING_NEW)
    template = "field/list/roll.html" if request.headers.get("HX-Request") else "field/list/list.html"
    return render(request, template, list_context(request, session, version=version))


def list_context(request: HttpRequest, session: Session, *, version: str = "") -> dict[str, Any]:
    """What the list shows. The health of the children is read, and that written in the journal, for those with the
    right alone."""
    reads_health = has_right(access.person(request), Right.READ_HEALTH)
    group = request.GET.get("groupe", "")
    found = day_list(session, group=group, with_health=reads_health)
    if reads_health and any(row.health for row in found.rows):
        note_health(session, actor=access.person(request), now=timezone.now())
    return {
        "session": session,
        "list": found,
        "here": reverse("field:list", args=[session.pk]),
        "group": group,
        "asked": f"?{urlencode({'groupe': group})}" if group else "",
        "version": version or stamp(session),
        "token": uuid4,
        "is_open": session.date <= timezone.localdate(),
        "today": timezone.localdate(),
        "keeps_hours": keeps_hours(session),
    }


def keeps_hours(session: Session) -> bool:
    """Whether touching « présent » notes the hour: not at table, where nobody looks at a watch."""
    return not session.service.serves_meal


@require_POST
def mark(request: HttpRequest, session_id: int) -> HttpResponse:
    """One touch of the list."""
    session = access.get_session(request, session_id)
    form = MarkForm(request.POST)
    if not form.is_valid():
        messages.warning(request, "Ce bouton ne dit plus rien : la liste est à jour, touchez de nouveau.")
        return render(request, "field/list/list.html", list_context(request, session), status=REFUSED)
    touch = form.touch(session, timezone.now())
    [answer] = recorded(request, [touch])
    if not request.headers.get("HX-Request"):
        return redirect(_address(request, session, touch))
    return _row(request, session, touch, answer)


def recorded(request: HttpRequest, touches: list[Touch]) -> list[Answer]:
    """Write these touches by this person on this device; what is refused is told on the page."""
    answers = record(touches, actor=access.person(request), now=timezone.now(), device=device_of(request))
    for refusal in dict.fromkeys(answer.refusal for answer in answers if answer.refusal):
        messages.warning(request, WORDS[refusal])
    return answers


def _row(request: HttpRequest, session: Session, touch: Touch, answer: Answer) -> HttpResponse:
    """The row as it is now, and the head count."""
    context = list_context(request, session)
    who = touch.child_id if touch.child_id is not None else touch.guest
    context["row"] = next((row for row in context["list"].rows if row.who == who), None)
    status = REFUSED if answer.refusal else 200
    return render(request, "field/list/touched.html", context, status=status)


def _address(request: HttpRequest, session: Session, touch: Touch) -> str:
    """Back to the row, in the group that was shown."""
    who = touch.child_id if touch.child_id is not None else touch.guest
    return f"{address(session, request.GET.get('groupe', ''))}#e{who}"


def address(session: Session, group: str = "") -> str:
    url = reverse("field:list", args=[session.pk])
    return f"{url}?{urlencode({'groupe': group})}" if group else url


@require_POST
def everybody(request: HttpRequest, session_id: int) -> HttpResponse:
    """All those of whom nothing was said yet, in the group that is shown, are here."""
    session = access.get_session(request, session_id)
    group = request.GET.get("groupe", "")
    form = MarkForm({**request.POST.dict(), "kind": "present"})
    if not form.is_valid():
        messages.warning(request, "La liste a été rechargée : recommencez.")
        return redirect(address(session, group))
    waited = day_list(session, group=group).waited
    now, token = timezone.now(), form.cleaned_data["token"]
    kind = Kind.ARRIVED if keeps_hours(session) else Kind.PRESENT
    touches = [_present(session, row.who, kind, token, now) for row in waited]
    answers = recorded(request, touches)
    done = sum(answer.refusal is None for answer in answers)
    if done:
        messages.success(request, f"{many(done, 'enfant pointé')} présent{'s' if done > 1 else ''}.")
    return redirect(address(session, group))


def _present(session: Session, who: int | UUID, kind: Kind, token: UUID, now: datetime) -> Touch:
    assert isinstance(who, int)
    return Touch(uuid5(token, str(who)), session.pk, kind, now, child_id=who)
