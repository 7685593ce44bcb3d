"""How full the coming weeks are, service by service: a table of figures and colours, that leads to each day's list."""

from datetime import date, timedelta
from typing import NamedTuple

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right
from portail.activities.models import Place, Service, ServicePlace
from portail.bookings.queries import heat
from portail.core.spreadsheets import csv_response, xlsx_response
from portail.desk import access

LINES = 20
WEEKS, WEEKS_BY_DAY = 12, 3
HEADER = ("Lieu", "Prestation", "Date", "Réservées", "Places", "Remplissage (%)", "État")


class Asked(NamedTuple):
    """What the address asks for; what it does not say, or says badly, is left open."""

    monday: date
    by_day: bool
    place_id: int | None
    service_id: int | None

    @property
    def weeks(self) -> int:
        return WEEKS_BY_DAY if self.by_day else WEEKS


@require_safe
def capacities(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.READ_SESSIONS)
    asked = _asked(request)
    page = Paginator(_offers(asked), LINES).get_page(request.GET.get("page"))
    build = heat.by_day if asked.by_day else heat.by_week
    starts, lines = build(list(page.object_list), asked.monday, asked.weeks)
    step = timedelta(days=7 * asked.weeks)
    context = {
        "asked": asked,
        "page": page,
        "starts": starts,
        "lines": lines,
        "last": asked.monday + step - timedelta(days=1),
        "before": asked.monday - step,
        "after": asked.monday + step,
        "places": Place.objects.filter(is_active=True),
        "services": Service.objects.filter(is_active=True),
    }
    return render(request, "desk/capacities/table.html", context)


@require_safe
def capacities_sheet(request: HttpRequest, sheet: str) -> HttpResponse:
    """The same weeks for a spreadsheet, session by session."""
    access.require(request, Right.READ_SESSIONS)
    answers = {"csv": csv_response, "xlsx": xlsx_response}
    if sheet not in answers:
        raise Http404
    asked = _asked(request)
    offers = list(_offers(asked))
    last = asked.monday + timedelta(days=7 * asked.weeks - 1)
    known = heat.fillings(offers, asked.monday, last)
    rows = [
        (
            offer.place.name,
            offer.service.name,
            filling.day,
            filling.taken,
            filling.capacity,
            filling.percent,
            "Fermée" if filling.is_closed else "Ouverte",
        )
        for offer in offers
        for filling in known.get((offer.service_id, offer.place_id), ())
    ]
    return answers[sheet](f"remplissage-{asked.monday}", HEADER, rows)


def _asked(request: HttpRequest) -> Asked:
    query = request.GET
    try:
        day = date.fromisoformat(query.get("du", ""))
    except ValueError:
        day = timezone.localdate()
    if not 2000 <= day.year <= 2100:
        day = timezone.localdate()
    monday = day - timedelta(days=day.weekday())
    place, service = (_number(query.get(name, "")) for name in ("lieu", "prestation"))
    return Asked(monday, query.get("echelle") == "jours", place, service)


def _number(typed: str) -> int | None:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 10 else None


def _offers(asked: Asked) -> QuerySet[ServicePlace]:
    found = ServicePlace.objects.filter(is_active=True, service__is_active=True, place__is_active=True)
    if asked.place_id is not None:
        found = found.filter(place=asked.place_id)
    if asked.service_id is not None:
        found = found.filter(service=asked.service_id)
    return found.select_related("service", "place").order_by(
        "place__name", "service__position", "service__name", "pk"
    )
