"""Waiting lists at the desk: the days where children wait, the list of a session, a place given by hand."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right
from portail.activities.models import Service, Session, SessionQuerySet
from portail.bookings.actions import offers
from portail.bookings.models import Booking
from portail.bookings.queries import law
from portail.bookings.queries.queues import Queue, queues
from portail.bookings.standing import said
from portail.desk import access
from portail.desk.forms.waiting import GiveForm
from portail.desk.views.replies import edit_page

PER_PAGE = 50
GONE = "Cet enfant n'attend plus ce jour : rien n'a été changé."


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The sessions to come where somebody waits, or has to answer an offer."""
    access.require(request, Right.BOOK)
    asked = request.GET.get("prestation", "")
    services = Service.objects.filter(is_active=True).order_by("position", "name")
    service = next((one for one in services if str(one.pk) == asked), None)
    page = Paginator(_sessions(service), PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "services": services, "service": service}
    return render(request, "desk/waiting/overview.html", context)


def _sessions(service: Service | None) -> SessionQuerySet:
    state = Booking.State
    listed = Booking.objects.filter(state__in=Booking.LISTED)
    found = Session.objects.filter(pk__in=listed.values("session"), date__gte=timezone.localdate())
    if service is not None:
        found = found.filter(service=service)
    return (
        found.select_related("service", "place")
        .annotate(
            taken=Count("bookings", filter=Q(bookings__state__in=Booking.TAKING)),
            waiting=Count("bookings", filter=Q(bookings__state=state.WAITING)),
            offered=Count("bookings", filter=Q(bookings__state=state.OFFERED)),
        )
        .order_by("date", "service__position", "place__name", "pk")
    )


@require_safe
def session_list(request: HttpRequest, session_id: int) -> HttpResponse:
    """Who waits for a session, in which order and why; who has to answer."""
    session = access.get_session_to_book(request, session_id)
    queue = _queue(session)
    return render(request, "desk/waiting/list.html", {"session": session, "queue": queue})


def _queue(session: Session) -> Queue:
    (queue,) = queues([session.pk], law(timezone.now()))
    return queue


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, booking_id: int) -> HttpResponse:
    """Give a place to a child of the list, out of turn or beyond the places, with a reason that the family reads."""
    booking = access.get_listed_booking(request, booking_id)
    back = reverse("desk:waiting_list", args=[booking.session_id])
    form = GiveForm(
        request.POST if request.method == "POST" else None,
        is_full=_is_full(booking),
        may_exceed=access.may_exceed(request),
    )
    if form.is_valid():
        try:
            receipt = offers.give(
                booking.pk,
                actor=access.person(request),
                now=timezone.now(),
                reason=form.cleaned_data["reason"],
                may_exceed=form.cleaned_data["beyond"],
            )
        except offers.OfferEnded:
            messages.warning(request, GONE)
            return redirect(back)
        except offers.CannotTake as refused:
            form.add_error(None, _why(refused))
        else:
            messages.success(
                request, f"La place est donnée : reçu {receipt.number}. La famille est prévenue."
            )
            return redirect(back)
    return edit_page(
        request,
        form,
        title=f"Donner une place à {booking.child.first_name}",
        trail=[("Listes d'attente", reverse("desk:waiting")), (str(booking.session.service), back)],
        submit="Donner la place",
    )


def _is_full(booking: Booking) -> bool:
    """Whether no place is left; one that is offered to this very child is its own."""
    session = booking.session
    if session.capacity is None:
        return False
    return session.bookings.taking_a_place().exclude(pk=booking.pk).count() >= session.capacity


def _why(refused: offers.CannotTake) -> str:
    told = [said(change.standing.why) for change in refused.recap.refused]
    return f"La place n'est pas donnée. {'. '.join(told) or GONE}"
