"""Booking periods at the desk: what opens when, and the waiting room as it lives."""

from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail import rules
from portail.accounts.rights import Right, has_right
from portail.activities import queries as activities
from portail.activities.actions import drafts
from portail.activities.actions.regulation import current_version
from portail.bookings.actions import rooms as actions
from portail.bookings.models import Ticket, WaitingRoom
from portail.bookings.queries import rooms
from portail.core.models import JournalEntry
from portail.desk import access, regulation_texts
from portail.desk.forms.openings import PeriodForm, RoomForm
from portail.desk.views.replies import edit_page, status_of

A_PAGE = 50
LINES = 10


@require_safe
def booking_periods(request: HttpRequest) -> HttpResponse:
    """Every period of the regulation in force, the latest first."""
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    in_force, now = activities.regulation(), timezone.now()
    calendar = in_force.calendar_with((), timezone.localdate())
    waiting = Count("tickets", filter=Q(tickets__state=Ticket.State.WAITING))
    kept = {room.period: room for room in WaitingRoom.objects.annotate(waiting=waiting)}
    periods = sorted(in_force.periods, key=lambda period: period.start, reverse=True)
    context = {
        "rows": [_row(period, kept.get(period.code), calendar, now) for period in periods],
        "may_add": has_right(agent, Right.MANAGE_SETTINGS),
    }
    return render(request, "desk/openings/list.html", context)


def _row(
    period: rules.BookingPeriod, room: WaitingRoom | None, calendar: rules.Calendar, now: datetime
) -> dict[str, object]:
    return {
        "period": period,
        "moments": period.moments(calendar),
        "closes": period.closes(calendar),
        "is_closed": now >= period.closes(calendar),
        "is_room_open": rooms.is_open(period, room, calendar, now),
        "waiting": getattr(room, "waiting", 0),
    }


@require_http_methods(["GET", "HEAD", "POST"])
def booking_period(request: HttpRequest, code: str) -> HttpResponse:
    """The waiting room live, and the desk's hand on it."""
    period, room, calendar = access.get_room(request, code)
    now = timezone.now()
    form = RoomForm(
        request.POST or None,
        initial={"mode": room.mode, "is_paused": room.is_paused, "families": room.by_hand, "reason": ""},
    )
    if form.is_valid():
        values = form.cleaned_data
        if actions.change_room(room, **values, actor=access.person(request), now=now):
            messages.success(
                request, "C'est fait : les familles qui attendent le voient à leur prochaine page."
            )
        else:
            messages.info(request, "Rien n'avait changé.")
        return redirect("desk:booking_period", code)
    tickets = room.tickets.select_related("household").order_by("rank", "pk")
    context = {
        "form": form,
        "room": room,
        "row": _row(period, room, calendar, now),
        "counts": rooms.counts(room),
        "early": room.tickets.filter(is_early=True).count(),
        "page": Paginator(tickets, A_PAGE).get_page(request.GET.get("page")),
        "journal": JournalEntry.objects.filter(subject=f"opening:{room.pk}")[:LINES],
        "trail": [("Ouvertures", reverse("desk:booking_periods"))],
    }
    return render(request, "desk/openings/room.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def booking_period_new(request: HttpRequest) -> HttpResponse:
    """A period written at the end of the administrator's draft, to be looked at and applied like any change."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    form = PeriodForm(request.POST or None)
    if form.is_valid():
        draft = drafts.draft_of(agent)
        over = draft.over if draft else current_version()
        text = (draft.text if draft else regulation_texts.text_in_force()).rstrip("\n") + "\n" + form.toml()
        try:
            drafts.keep_draft(text, over=over, actor=agent, now=timezone.now())
        except rules.SettingsErrors as refused:
            for problem in refused.problems:
                form.refuse(problem)
        else:
            messages.success(
                request, "C'est écrit dans votre brouillon : voyez ce que cela change, puis appliquez."
            )
            return redirect("desk:regulation_edit")
    return edit_page(
        request,
        form,
        title="Nouvelle période de réservation",
        trail=[("Ouvertures", reverse("desk:booking_periods"))],
        submit="Écrire dans le brouillon",
    )
