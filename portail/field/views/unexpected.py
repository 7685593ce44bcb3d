"""A child who is there without being on the list: found by its name, or noted without dossier."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.activities.models import Session
from portail.attendance.queries.lists import find_children
from portail.attendance.queries.marks import states
from portail.field import access
from portail.field.forms.marks import GuestForm, SearchForm
from portail.field.views.lists import address, recorded


@require_http_methods(["GET", "HEAD", "POST"])
def unexpected(request: HttpRequest, session_id: int) -> HttpResponse:
    """The words are posted: no name is ever in an address. Adding somebody leads back to the list."""
    session = access.get_session(request, session_id)
    searching = SearchForm(request.POST if "q" in request.POST else None)
    guest = GuestForm(request.POST if "text" in request.POST else None, initial={"token": uuid4()})
    if guest.is_valid():
        touch = guest.touch(session, timezone.now())
        [answer] = recorded(request, [touch])
        if answer.refusal is None:
            messages.success(
                request, f"{touch.text} est sur la liste, sans dossier. Le service en est informé."
            )
        return redirect(f"{address(session)}#e{touch.guest}")
    if request.method == "POST" and not searching.is_bound and not guest.is_bound:
        searching = SearchForm({})
    found = find_children(searching.cleaned_data["q"], session.date) if searching.is_valid() else []
    context = {
        "session": session,
        "form": searching,
        "guest": guest,
        "searched": searching.is_bound and searching.is_valid(),
        "found": [(child, where, child.pk in _listed(session)) for child, where in found],
        "token": uuid4,
        "is_open": session.date <= timezone.localdate(),
    }
    status = 422 if searching.errors or guest.errors else 200
    return render(request, "field/list/unexpected.html", context, status=status)


def _listed(session: Session) -> set[object]:
    """Who is on the list already."""
    there = {who for who, state in states([session.pk]).get(session.pk, {}).items() if state.marks}
    return there | set(session.bookings.filter(state="booked").values_list("child", flat=True))
