"""Activities, their services, and the places where each service is offered."""

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right
from portail.activities.actions import structure
from portail.activities.models import Activity, Service, ServicePlace, Session
from portail.bookings.actions.closings import change_places_to_come
from portail.core.forms import written
from portail.desk import access
from portail.desk.forms.structure import ActivityForm, OfferForm, ServiceForm
from portail.desk.views.replies import Trail, edit_page


@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_ACTIVITIES)
    offers = ServicePlace.objects.filter(is_active=True).select_related("place").order_by("place__name")
    services = Service.objects.order_by("-is_active", "position", "name").prefetch_related(
        Prefetch("offers", offers, to_attr="open_offers")
    )
    rows = Activity.objects.order_by("-is_active", "position", "name").prefetch_related(
        Prefetch("services", services)
    )
    return render(request, "desk/activities/list.html", {"activities": rows})


@require_http_methods(["GET", "POST"])
def activity_new(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    form = ActivityForm(request.POST or None)
    if form.is_valid() and written(
        form, lambda: structure.keep(Activity(), form.cleaned_data, actor=agent, now=timezone.now())
    ):
        messages.success(request, "L'activité est ajoutée. Ajoutez maintenant ses prestations.")
        return redirect("desk:activities")
    return edit_page(request, form, title="Nouvelle activité", trail=_trail())


@require_http_methods(["GET", "POST"])
def activity_edit(request: HttpRequest, activity_id: int) -> HttpResponse:
    found = access.get_activity(request, activity_id)
    form = ActivityForm(request.POST or None, instance=found)
    if form.is_valid() and written(
        form,
        lambda: structure.keep(found, form.cleaned_data, actor=access.person(request), now=timezone.now()),
    ):
        messages.success(request, "L'activité est enregistrée.")
        return redirect("desk:activities")
    return edit_page(
        request,
        form,
        title="Activité",
        trail=_trail(),
        row=found,
        noun="activite",
        is_removable=structure.is_removable(found),
        why_kept="Des prestations ou des inscriptions en dépendent : archivez-la, elle gardera son passé.",
    )


@require_http_methods(["GET", "POST"])
def service_new(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    form = ServiceForm(request.POST or None, initial={"activity": request.GET.get("activite")})
    if form.is_valid():
        kept = written(
            form, lambda: structure.keep(Service(), form.cleaned_data, actor=agent, now=timezone.now())
        )
        if kept:
            messages.success(
                request, "La prestation est ajoutée. Choisissez maintenant où elle est proposée."
            )
            return redirect("desk:service", kept.pk)
    return edit_page(request, form, title="Nouvelle prestation", trail=_trail())


@require_http_methods(["GET", "POST"])
def service(request: HttpRequest, service_id: int) -> HttpResponse:
    """The service to edit, with the places where it is offered."""
    found = access.get_service(request, service_id)
    form = ServiceForm(request.POST or None, instance=found)
    if form.is_valid() and written(
        form,
        lambda: structure.keep(found, form.cleaned_data, actor=access.person(request), now=timezone.now()),
    ):
        _tell_service_kept(request, form)
        return redirect("desk:service", found.pk)
    return edit_page(
        request,
        form,
        title=found.name if not form.errors else "Prestation",
        trail=_trail(),
        template="desk/activities/service.html",
        row=found,
        noun="prestation",
        offers=found.offers.select_related("place").order_by("-is_active", "place__name"),
        is_removable=structure.is_removable(found),
        why_kept="Des séances existent : archivez-la, elle gardera son passé.",
    )


def _tell_service_kept(request: HttpRequest, form: ServiceForm) -> None:
    messages.success(request, "La prestation est enregistrée.")
    if {"weekdays", "period"} & set(form.changed_data):
        messages.warning(
            request,
            "Les séances déjà créées n'ont pas changé de jour : ouvrez « Séances » pour les générer à nouveau.",
        )


@require_http_methods(["GET", "POST"])
def offer_new(request: HttpRequest, service_id: int) -> HttpResponse:
    found = access.get_service(request, service_id)
    form = OfferForm(request.POST or None, instance=ServicePlace(service=found))
    if form.is_valid():
        values = {"service": found, **form.cleaned_data}
        kept = written(
            form,
            lambda: structure.keep(ServicePlace(), values, actor=access.person(request), now=timezone.now()),
        )
        if kept:
            messages.success(request, f"{found.name} est proposée à {kept.place.name}.")
            return redirect("desk:service", found.pk)
    trail = [*_trail(), (found.name, reverse("desk:service", args=[found.pk]))]
    return edit_page(request, form, title="Proposer dans un lieu", trail=trail)


@require_http_methods(["GET", "POST"])
def offer_edit(request: HttpRequest, offer_id: int) -> HttpResponse:
    found = access.get_offer(request, offer_id)
    form = OfferForm(request.POST or None, instance=found)
    if form.is_valid():
        capacity, agent, now = form.cleaned_data["capacity"], access.person(request), timezone.now()
        structure.keep(found, {"capacity": capacity}, actor=agent, now=now)
        messages.success(request, "Les prochaines séances créées auront ce nombre de places.")
        if form.cleaned_data["coming"]:
            _tell_coming(request, *change_places_to_come(found, capacity, actor=agent, now=now))
        return redirect("desk:service", found.service_id)
    sessions = Session.objects.filter(service=found.service_id, place=found.place_id)
    return edit_page(
        request,
        form,
        title=f"{found.service.name} · {found.place.name}",
        trail=[*_trail(), (found.service.name, reverse("desk:service", args=[found.service_id]))],
        row=found,
        noun="offre",
        is_removable=not sessions.exists(),
        why_kept="Des séances existent dans ce lieu : archivez-la, elle gardera son passé.",
    )


def _tell_coming(request: HttpRequest, changed: int, full: list[Session]) -> None:
    messages.success(request, f"Séances à venir qui ont reçu ce nombre de places : {changed}.")
    if full:
        tell_full(request, full)


def tell_full(request: HttpRequest, full: list[Session]) -> None:
    """Name the sessions that keep their places when the usual number goes down."""
    days = ", ".join(f"{session.date:%d/%m}" for session in full[:15]) + ("…" if len(full) > 15 else "")
    messages.warning(
        request,
        f"Gardent leurs places, car plus d'enfants y sont réservés : {days}. "
        "Ouvrez chacune depuis le mois pour choisir.",
    )


def _trail() -> Trail:
    return [("Activités et prestations", reverse("desk:activities"))]
