"""Session lists: who comes on a day, on screen, on paper, in a spreadsheet."""

from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right, has_right
from portail.activities.models import Place, Service, Session
from portail.attendance.queries.reach import kept_by
from portail.bookings.queries.lists import Contact, SessionList, session_lists, sessions_of
from portail.core.spreadsheets import csv_response
from portail.desk import access

HEADER = (
    "Date",
    "Lieu",
    "Prestation",
    "Nom",
    "Prénom",
    "École",
    "Classe",
    "Absence signalée",
    "Téléphones des parents",
    "Peuvent venir chercher l'enfant",
    "En cas d'urgence",
)


class Asked(NamedTuple):
    """What the address asks for; what it does not say, or says badly, is left open."""

    day: date
    place_id: int | None
    service_id: int | None


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The sessions of a day and how many children each expects; the children when a single session is left."""
    access.require(request, Right.READ_SESSIONS)
    asked = _asked(request)
    sessions = list(_sessions(request, asked))
    context = {
        "day": asked.day,
        "today": timezone.localdate(),
        "sessions": sessions,
        "total": sum(session.taken for session in sessions),
        "detail": session_lists(sessions)[0] if len(sessions) == 1 else None,
        "places": Place.objects.filter(is_active=True),
        "services": Service.objects.filter(is_active=True),
        "place_id": asked.place_id,
        "service_id": asked.service_id,
        "may_mark": has_right(access.person(request), Right.TAKE_ATTENDANCE),
        **_neighbours(asked),
    }
    return render(request, "desk/lists/day.html", context)


@require_safe
def lists_print(request: HttpRequest) -> HttpResponse:
    """The same lists on paper, a session a sheet."""
    access.require(request, Right.READ_SESSIONS)
    asked = _asked(request)
    found = [each for each in session_lists(_sessions(request, asked)) if each.lines]
    return render(request, "desk/lists/print.html", {"day": asked.day, "lists": found})


@require_safe
def lists_csv(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.READ_SESSIONS)
    asked = _asked(request)
    rows = [row for each in session_lists(_sessions(request, asked)) for row in _rows(each)]
    return csv_response(f"liste-{asked.day}", HEADER, rows)


def _asked(request: HttpRequest) -> Asked:
    try:
        day = date.fromisoformat(request.GET.get("date", ""))
    except ValueError:
        day = timezone.localdate()
    return Asked(day, _number(request.GET.get("lieu", "")), _number(request.GET.get("prestation", "")))


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _sessions(request: HttpRequest, asked: Asked) -> QuerySet[Any]:
    """All of them; for whoever takes attendance in some places only, the lists of these places."""
    found = sessions_of(asked.day, place_id=asked.place_id, service_id=asked.service_id)
    user = access.person(request)
    return kept_by(user, found) if has_right(user, Right.TAKE_ATTENDANCE) else found


def _neighbours(asked: Asked) -> dict[str, date | None]:
    """The days before and after that have sessions of the same place and service."""
    same = Session.objects.order_by()
    if asked.place_id is not None:
        same = same.filter(place=asked.place_id)
    if asked.service_id is not None:
        same = same.filter(service=asked.service_id)
    days = same.values_list("date", flat=True)
    return {
        "before": days.filter(date__lt=asked.day).order_by("-date").first(),
        "after": days.filter(date__gt=asked.day).order_by("date").first(),
    }


def _rows(each: SessionList) -> list[tuple[str, ...]]:
    session = each.session
    head = (f"{session.date:%d/%m/%Y}", session.place.name, session.service.name)
    return [
        (
            *head,
            line.child.last_name,
            line.child.first_name,
            line.school,
            line.school_class,
            "oui" if line.is_absent else "",
            " / ".join(f"{phone.name} {', '.join(phone.numbers)}".strip() for phone in line.parents),
            _contacts(line.pick_up),
            _contacts(line.emergency),
        )
        for line in each.lines
    ]


def _contacts(contacts: tuple[Contact, ...]) -> str:
    return " / ".join(
        f"{c.name} ({c.relation}) {c.number}" if c.relation else f"{c.name} {c.number}" for c in contacts
    )
