"""The commune's calendar, a civil year at a time; the national calendars brought in."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right
from portail.activities.actions import calendar as actions
from portail.activities.actions.sessions import calendar_of_holidays
from portail.activities.models import CalendarEntry, Commune
from portail.bookings.models import Booking
from portail.core.forms import written
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.calendar import EARLIEST, LATEST, EntryForm, ImportForm
from portail.desk.views.replies import Trail, confirmation, edit_page, is_confirmed, status_of

Kind = CalendarEntry.Kind
SHUTS = (Kind.CLOSURE, Kind.PUBLIC_HOLIDAY)


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_ACTIVITIES)
    year = _year(request)
    entries = CalendarEntry.objects.filter(start__lte=date(year, 12, 31), end__gte=date(year, 1, 1))
    known_until = calendar_of_holidays().known_until
    context = {
        "entries": entries,
        "year": year,
        "before": year - 1 if year > EARLIEST else None,
        "after": year + 1 if year < LATEST else None,
        "known_until": known_until if known_until != date.min else None,
    }
    return render(request, "desk/calendar/year.html", context)


@require_http_methods(["GET", "POST"])
def entry_new(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_ACTIVITIES)
    return _edit(request, CalendarEntry(kind=Kind.CLOSURE), "Nouvelle période")


@require_http_methods(["GET", "POST"])
def entry_edit(request: HttpRequest, entry_id: int) -> HttpResponse:
    found = access.get_calendar_entry(request, entry_id)
    return _edit(request, found, "Période du calendrier", template="desk/calendar/entry.html")


def _edit(request: HttpRequest, entry: CalendarEntry, title: str, **more: Any) -> HttpResponse:
    form = EntryForm(request.POST or None, instance=entry)
    if form.is_valid():
        kept = written(form, lambda: _keep(request, entry, form))
        if kept:
            messages.success(
                request,
                "La période est enregistrée. Les séances déjà créées ne changent pas toutes seules : "
                "générez-les à nouveau dans « Séances ».",
            )
            return redirect(_url(kept.start.year))
    year = entry.start.year if entry.pk and not form.errors else timezone.localdate().year
    return edit_page(request, form, title=title, trail=_trail(year), entry=entry, **more)


def _keep(request: HttpRequest, entry: CalendarEntry, form: EntryForm) -> CalendarEntry:
    """Keep the period, unless it would shut days that families have booked: closing them tells the families first."""
    values = form.cleaned_data
    if values["kind"] in SHUTS:
        booked = Booking.objects.active().filter(
            session__date__gte=max(values["start"], timezone.localdate()), session__date__lte=values["end"]
        )
        if count := booked.count():
            raise ValidationError(
                f"Ces jours ont déjà {many(count, 'réservation')}. Fermez d'abord les séances dans « Fermetures » : "
                "les familles seront prévenues et leurs réservations annulées. Revenez ensuite ici."
            )
    return actions.keep_entry(entry, values, actor=access.person(request), now=timezone.now())


@require_POST
def entry_remove(request: HttpRequest, entry_id: int) -> HttpResponse:
    found = access.get_calendar_entry(request, entry_id)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=f"Retirer « {found.label} » du calendrier ?",
            text="Les jours de cette période redeviennent des jours ordinaires.",
            confirm="Retirer",
            back=reverse("desk:calendar_entry", args=[found.pk]),
        )
    actions.remove_entry(found, actor=access.person(request), now=timezone.now())
    messages.success(request, f"« {found.label} » est retiré du calendrier.")
    return redirect(_url(found.start.year))


@require_http_methods(["GET", "POST"])
def calendar_import(request: HttpRequest) -> HttpResponse:
    """The national calendars of some years: what would come and go, then done."""
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    commune = Commune.objects.first() or Commune(zone="")
    today = timezone.localdate()
    form = ImportForm(request.POST or None, initial={"first": today.year, "last": today.year + 1})
    plan = None
    if form.is_valid():
        zone, subdivision = commune.zone, commune.subdivision or None
        try:
            plan = actions.plan_import(zone, subdivision, form.years())
            if is_confirmed(request) and request.POST.get("seen") == _span(form):
                done = actions.import_calendar(
                    zone, subdivision, form.years(), actor=agent, now=timezone.now()
                )
                messages.success(
                    request,
                    f"{many(len(done.added), 'période ajoutée')}, {many(len(done.removed), 'retirée')}, "
                    f"{many(done.kept, 'inchangée')}.",
                )
                return redirect(_url(form.years()[0]))
        except actions.YearsUnknown as unknown:
            form.add_error("last", str(unknown))
    context = {
        "form": form,
        "plan": plan,
        "seen": _span(form) if plan else "",
        "commune_row": commune,
        "trail": _trail(today.year),
    }
    return render(request, "desk/calendar/import.html", context, status=status_of(form))


def _span(form: ImportForm) -> str:
    """The years of the preview that was shown: changing them asks for another preview."""
    return f"{form.cleaned_data['first']}-{form.cleaned_data['last']}"


def _year(request: HttpRequest) -> int:
    typed = request.GET.get("annee", "")
    if typed.isascii() and typed.isdigit() and EARLIEST <= int(typed[:5]) <= LATEST:
        return int(typed)
    return timezone.localdate().year


def _url(year: int) -> str:
    return f"{reverse('desk:calendar')}?annee={year}"


def _trail(year: int) -> Trail:
    return [("Calendrier", _url(year))]
