"""One child of a list: hours to correct, a note, whom to call, who may fetch it, what must be known of its health."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.models import Session
from portail.attendance.actions.readings import note_health, note_pick_up
from portail.attendance.queries.facts import facts
from portail.attendance.queries.lists import Row, day_list, row_of
from portail.attendance.queries.marks import history
from portail.attendance.queries.people import people_of
from portail.billing.queries.seen import due_of
from portail.field import access
from portail.field.forms.marks import MarkForm
from portail.field.views.lists import recorded


@require_http_methods(["GET", "HEAD", "POST"])
def child(request: HttpRequest, session_id: int, child_id: int) -> HttpResponse:
    """Opening the page is written in the journal, once a day for each person."""
    session = access.get_session(request, session_id)
    return _page(request, session, child_id)


@require_http_methods(["GET", "HEAD", "POST"])
def guest(request: HttpRequest, session_id: int, guest: UUID) -> HttpResponse:
    """Somebody who is in no dossier."""
    session = access.get_session(request, session_id)
    return _page(request, session, guest)


def _page(request: HttpRequest, session: Session, who: int | UUID) -> HttpResponse:
    reads_health = has_right(access.person(request), Right.READ_HEALTH)
    row = row_of(session, who, with_health=reads_health)
    if row is None:
        raise Http404
    form = MarkForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        touch = form.touch(session, timezone.now())
        [answer] = recorded(request, [touch])
        if answer.refusal is None:
            messages.success(request, "C'est noté.")
        return redirect(request.path)
    status = 422 if form.is_bound else 200
    return render(request, "field/child/child.html", _context(request, session, row, form), status=status)


def _context(request: HttpRequest, session: Session, row: Row, form: MarkForm) -> dict[str, Any]:
    user, now = access.person(request), timezone.now()
    people = None
    if isinstance(row.who, int):
        people = people_of({row.who: row.booking.household_id if row.booking else None}, session.date)[
            row.who
        ]
        note_pick_up(session, row.child, actor=user, now=now)
    if row.health is not None:
        note_health(session, actor=user, now=now)
    return {
        "session": session,
        "row": row,
        "form": form,
        "token": uuid4,
        "people": people,
        "history": history(session.pk, row.who),
        "counting": {mark.token for mark in row.state.marks},
        "is_open": session.date <= timezone.localdate(),
        "reads_health": has_right(user, Right.READ_HEALTH),
        "now": timezone.localtime(now),
        "late_charge": _late_charge(session, row),
    }


def _late_charge(session: Session, row: Row) -> str:
    """What the regulation asks of a child fetched after the hour; empty when it asks nothing."""
    if not row.late or not isinstance(row.who, int):
        return ""
    same = Session.objects.filter(pk=session.pk)
    found = facts(session.date, session.date, children=[row.who], sessions=same)
    late = next((fact for fact in found if fact.kind == fact.kind.LATE_PICK_UP), None)
    due = due_of(late) if late else None
    return f"Majoration prévue : {due.explanation['sentence']}." if due else ""


@require_safe
def sheets(request: HttpRequest, session_id: int) -> HttpResponse:
    """All the children of the list with whom to call, who may fetch them, and their health: for the way out."""
    session = access.get_session(request, session_id)
    user, now = access.person(request), timezone.now()
    reads_health = has_right(user, Right.READ_HEALTH)
    found = day_list(session, group=request.GET.get("groupe", ""), with_health=reads_health)
    children = {
        row.who: row.booking.household_id if row.booking else None for row in found.rows if row.is_known
    }
    people = people_of({who: home for who, home in children.items() if isinstance(who, int)}, session.date)
    note_pick_up(session, None, actor=user, now=now)
    if any(row.health for row in found.rows):
        note_health(session, actor=user, now=now)
    context = {
        "session": session,
        "list": found,
        "group": request.GET.get("groupe", ""),
        "sheets": [(row, people.get(row.who)) for row in found.rows if isinstance(row.who, int)],
        "reads_health": reads_health,
    }
    return render(request, "field/list/sheets.html", context)
