"""On paper: the list to print, and the whole list typed afterwards."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.attendance.actions.marks import Status
from portail.attendance.actions.readings import note_health
from portail.attendance.list_paper import list_paper
from portail.attendance.queries.lists import day_list
from portail.core import paper
from portail.core.site import current_site
from portail.core.text import many
from portail.field import access
from portail.field.forms.typing import TypingForm
from portail.field.views.lists import address, recorded


@require_safe
def printed(request: HttpRequest, session_id: int) -> HttpResponse:
    """The list in PDF; with what must be known of the children's health for those with the right."""
    session = access.get_session(request, session_id)
    user, now = access.person(request), timezone.now()
    reads_health = has_right(user, Right.READ_HEALTH)
    found = day_list(session, group=request.GET.get("groupe", ""), with_health=reads_health)
    if any(row.health for row in found.rows):
        note_health(session, actor=user, now=now)
    content = paper.render(list_paper(found), commune=current_site(), now=now)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="liste-{session.date:%Y-%m-%d}.pdf"'
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def typing(request: HttpRequest, session_id: int) -> HttpResponse:
    """The whole list on one page of fields, one button."""
    session = access.get_session(request, session_id)
    found = day_list(session, group=request.GET.get("groupe", ""))
    posted = request.POST if request.method == "POST" else None
    form = TypingForm(posted, rows=found.rows, initial={"token": uuid4()})
    if form.is_valid():
        answers = recorded(request, form.touches(session, timezone.now()))
        done = sum(answer.status is Status.ACCEPTED for answer in answers)
        if not answers:
            messages.info(request, "Rien n'a changé : la liste disait déjà cela.")
        elif done:
            messages.success(request, f"La liste est tapée : {many(done, 'pointage')}.")
        return redirect(address(session, request.GET.get("groupe", "")))
    context = {
        "session": session,
        "list": found,
        "form": form,
        "is_open": session.date <= timezone.localdate(),
    }
    return render(request, "field/list/typing.html", context, status=422 if form.is_bound else 200)
