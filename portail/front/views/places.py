"""Waiting lists: the place that a mail offers, answered without signing in, and where each child stands."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from portail.bookings import offer_keys
from portail.bookings.actions import offers
from portail.bookings.models import Booking
from portail.bookings.offer_keys import Outcome
from portail.bookings.queries import law
from portail.bookings.queries.queues import own_places
from portail.front import access
from portail.front.forms.places import AnswerForm


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def offer(request: HttpRequest, key: str) -> HttpResponse:
    """Opening the link changes nothing, for mail scanners open them all: its buttons do."""
    now = timezone.now()
    booking, outcome = access.get_offered_place(key, now=now)
    form = AnswerForm(request.POST if request.method == "POST" else None)
    if outcome is not Outcome.OPEN or not form.is_valid():
        return _offer_page(request, booking, outcome, form, status=422 if form.errors else 200)
    actor = access.adult_of(request, booking.household)
    try:
        if form.cleaned_data["answer"] == AnswerForm.ACCEPT:
            offers.accept(booking.pk, actor=actor, now=now)
        else:
            offers.refuse(booking.pk, actor=actor, now=now)
    except offers.OfferEnded:
        return _offer_page(request, booking, Outcome.ENDED, form, status=422)
    except offers.CannotTake as refused:
        why = [change.standing.why for change in refused.recap.refused]
        return _offer_page(request, booking, outcome, form, status=422, why=why)
    return redirect("front:offer", key)


def _offer_page(
    request: HttpRequest,
    booking: Booking,
    outcome: Outcome,
    form: AnswerForm,
    *,
    status: int,
    why: object = (),
) -> HttpResponse:
    context = {"booking": booking, "outcome": outcome.value, "form": form, "why": why}
    return render(request, "front/places/offer.html", context, status=status)


@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Where the children of the household wait: their rank and why, and the places that are kept for them."""
    household = access.get_household(request)
    now = timezone.now()
    children = access.get_children(request).values("child")
    waiting, offered = own_places(household, children, law(now))
    context = {
        "waiting": waiting,
        "offered": [(booking, offer_keys.make(booking)) for booking in offered],
    }
    return render(request, "front/places/lists.html", context)
