"""Archive, restore, remove: the same three gestures for every row of the structure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from portail.activities.actions import structure
from portail.activities.models import ServicePlace
from portail.bookings.queries import touched
from portail.core.text import many
from portail.desk import access
from portail.desk.views.replies import confirmation, is_confirmed


@dataclass(frozen=True)
class Kind:
    """How a row is found, where its page and its list are, and which bookings to come stop its archiving."""

    get: Callable[[HttpRequest, int], Model]
    name: str
    end: str
    page: str
    list_page: str
    bookings: str = ""


KINDS = {
    "ecole": Kind(access.get_school, "L'école", "e", "desk:school", "desk:schools", "session__place__school"),
    "classe": Kind(access.get_class, "La classe", "e", "desk:class", "desk:schools"),
    "lieu": Kind(access.get_place, "Le lieu", "", "desk:place", "desk:places", "session__place"),
    "activite": Kind(
        access.get_activity,
        "L'activité",
        "e",
        "desk:activity",
        "desk:activities",
        "session__service__activity",
    ),
    "prestation": Kind(
        access.get_service, "La prestation", "e", "desk:service", "desk:activities", "session__service"
    ),
    "offre": Kind(
        access.get_offer, "La prestation dans ce lieu", "e", "desk:offer", "desk:activities", "session"
    ),
    "annee": Kind(access.get_year, "L'année scolaire", "e", "desk:year", "desk:years"),
}


def _found(request: HttpRequest, noun: str, row_id: int, *, archivable: bool) -> tuple[Kind, Model]:
    kind = KINDS.get(noun)
    if kind is None or (archivable and not kind.bookings):
        raise Http404
    return kind, kind.get(request, row_id)


@require_POST
def archive(request: HttpRequest, noun: str, row_id: int) -> HttpResponse:
    """Offer it no more. Refused while bookings to come hang on it: closing them tells the families."""
    kind, row = _found(request, noun, row_id, archivable=True)
    count = touched.coming(timezone.localdate(), **_where(kind, row)).count()
    if count:
        messages.error(
            request,
            f"{row} n'est pas archivé{kind.end} : {many(count, 'réservation')} à venir. "
            "Fermez d'abord ces séances dans « Fermetures » : les familles seront prévenues.",
        )
    else:
        structure.archive(row, actor=access.person(request), now=timezone.now())
        messages.success(
            request, f"{kind.name} est archivé{kind.end} : son passé reste, rien de neuf n'y sera proposé."
        )
    return redirect(_page_of(kind, row))


@require_POST
def restore(request: HttpRequest, noun: str, row_id: int) -> HttpResponse:
    kind, row = _found(request, noun, row_id, archivable=True)
    structure.restore(row, actor=access.person(request), now=timezone.now())
    messages.success(request, f"{kind.name} est de nouveau proposé{kind.end}.")
    return redirect(_page_of(kind, row))


@require_POST
def remove(request: HttpRequest, noun: str, row_id: int) -> HttpResponse:
    """Delete what nothing points to, after one question."""
    kind, row = _found(request, noun, row_id, archivable=False)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=f"Supprimer {row} ?",
            text="Rien ne s'y rattache : cela disparaît pour de bon. Le journal en garde la trace.",
            confirm="Supprimer",
            back=_page_of(kind, row),
        )
    try:
        structure.remove(row, actor=access.person(request), now=timezone.now())
    except structure.StillUsed:
        messages.error(
            request,
            f"{row} n'est pas supprimé{kind.end} : d'autres informations s'y rattachent, "
            "et leur passé doit rester lisible.",
        )
        return redirect(_page_of(kind, row))
    messages.success(request, f"{kind.name} est supprimé{kind.end}.")
    return redirect(kind.list_page)


def _where(kind: Kind, row: Model) -> dict[str, Any]:
    if isinstance(row, ServicePlace):
        return {"session__service": row.service_id, "session__place": row.place_id}
    return {kind.bookings: row}


def _page_of(kind: Kind, row: Model) -> str:
    return reverse(kind.page, args=[row.pk])
