"""Sessions: a month of a service in a place, and making them from the calendar."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right
from portail.activities.actions.sessions import Generation, generate_sessions, name_programme, plan_sessions
from portail.activities.models import SchoolYear, ServicePlace, Session, SessionQuerySet
from portail.bookings.models import Booking
from portail.bookings.spans import month_of
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.sessions import GenerateForm, ProgrammeForm, open_offers
from portail.desk.views.replies import status_of
from portail.rules import CalendarUnknown


@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """A month of a service in a place: places, bookings, closings, day by day."""
    access.require(request, Right.MANAGE_ACTIVITIES)
    offers = list(open_offers())
    offer = _offer(request, offers)
    first = month_asked(request.GET)
    last = (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    rows = _rows(offer, first, last) if offer else []
    context = {
        "offers": offers,
        "offer": offer,
        "first": first,
        "before": first - timedelta(days=1),
        "after": last + timedelta(days=1),
        "rows": rows,
    }
    return render(request, "desk/sessions/month.html", context)


@require_http_methods(["GET", "POST"])
def programme(request: HttpRequest) -> HttpResponse:
    """Name the outing or the programme of some days of the month shown; `seance` in the address: already ticked."""
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    offer, first = _offer(request, list(open_offers())), month_asked(request.GET)
    if offer is None:
        return redirect("desk:sessions")
    found = Session.objects.between(first, month_of(first).last)
    found = found.filter(service=offer.service_id, place=offer.place_id).order_by("date")
    ticked = found.filter(
        pk__in=[pk for pk in request.GET.getlist("seance") if pk.isdigit() and len(pk) < 19]
    )
    initial = {"seances": ticked, "programme": ticked[0].programme if ticked else ""}
    form = ProgrammeForm(request.POST or None, sessions=found, initial=initial)
    back = f"{reverse('desk:sessions')}?offre={offer.pk}&mois={first:%Y-%m}"
    if form.is_valid():
        named = form.cleaned_data["programme"]
        count = name_programme(form.sessions(), named, actor=agent, now=timezone.now())
        told = f"{many(count, 'séance')} : {named or 'plus rien de particulier'}."
        messages.success(request, told if count else "Rien n'a changé : ces jours étaient déjà nommés ainsi.")
        return redirect(back)
    context = {"form": form, "offer": offer, "first": first, "found": found, "back": back}
    return render(request, "desk/sessions/programme.html", context, status=status_of(form))


@require_http_methods(["GET", "POST"])
def generate(request: HttpRequest) -> HttpResponse:
    """Which days would be made or removed, then the same for good."""
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    asked = request.POST or request.GET
    form = GenerateForm(asked if "du" in asked else None, initial=_usual())
    plan = None
    if form.is_valid():
        offers, start, end = (form.cleaned_data[name] for name in ("offres", "du", "au"))
        try:
            if request.method == "POST":
                done = generate_sessions(offers, start, end, actor=agent, now=timezone.now())
                _tell(request, done)
                return redirect("desk:sessions")
            plan = plan_sessions(offers, start, end)
        except CalendarUnknown as unknown:
            form.add_error("au", str(unknown))
    context = {"form": form, "plan": plan, "counts": _counts(form, plan) if plan else []}
    return render(request, "desk/sessions/generate.html", context, status=status_of(form))


def _tell(request: HttpRequest, done: Generation) -> None:
    messages.success(
        request,
        f"{many(len(done.created), 'séance créée')}, {done.kept} déjà là, {many(len(done.removed), 'retirée')}.",
    )
    if done.booked:
        messages.warning(
            request,
            f"{many(len(done.booked), 'séance')} de jours qui ne sont plus servis, où des enfants ont été réservés : "
            "fermez-les dans « Fermetures », les familles seront prévenues.",
        )


def _counts(form: GenerateForm, plan: Generation) -> list[dict[str, Any]]:
    """What would happen, for each service in a place."""
    created = Counter(key[:2] for key in plan.created)
    removed = Counter((s.service_id, s.place_id) for s in plan.removed)
    booked = Counter((s.service_id, s.place_id) for s in plan.booked)
    return [
        {
            "offer": offer,
            "created": created[offer.service_id, offer.place_id],
            "removed": removed[offer.service_id, offer.place_id],
            "booked": booked[offer.service_id, offer.place_id],
        }
        for offer in form.cleaned_data["offres"]
    ]


def _usual() -> dict[str, Any]:
    """From today to the end of the school year, for everything."""
    today = timezone.localdate()
    year = SchoolYear.objects.filter(end__gte=today).order_by("start").first()
    return {
        "du": max(today, year.start) if year else today,
        "au": year.end if year else today,
        "offres": open_offers(),
    }


def _offer(request: HttpRequest, offers: list[ServicePlace]) -> ServicePlace | None:
    """The service and place of the address; else the first. None when the address names none there is."""
    query = request.GET
    if "offre" in query:
        return next((o for o in offers if str(o.pk) == query["offre"]), None)
    if "prestation" in query:
        asked = query["prestation"], query.get("lieu", "")
        return next((o for o in offers if (str(o.service_id), str(o.place_id)) == asked), None)
    return offers[0] if offers else None


def _rows(offer: ServicePlace, first: date, last: date) -> SessionQuerySet:
    taking = Q(bookings__state__in=Booking.TAKING)
    return (
        Session.objects.between(first, last)
        .filter(service=offer.service_id, place=offer.place_id)
        .select_related("closing")
        .annotate(taken=Count("bookings", filter=taking))
        .order_by("date")
    )


def month_asked(query: QueryDict) -> date:
    """The first day of the month of the address ("2026-12"); else of this month."""
    typed = query.get("mois", "")
    try:
        asked = date.fromisoformat(f"{typed}-01")
    except ValueError:
        asked = timezone.localdate()
    if not 2000 <= asked.year <= 2100:
        asked = timezone.localdate()
    return asked.replace(day=1)


def month_url(session: Session) -> str:
    """The month of a session, on the screen of months."""
    query = QueryDict(mutable=True)
    query["prestation"], query["lieu"] = str(session.service_id), str(session.place_id)
    query["mois"] = f"{session.date:%Y-%m}"
    return f"{reverse('desk:sessions')}?{query.urlencode()}"
