"""The planning in the telephone's own calendar: a secret address to subscribe to, or a file."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portail.bookings.actions import feeds
from portail.bookings.models import CalendarFeed
from portail.bookings.queries.feeds import calendar_of
from portail.core.outbox import portal_host
from portail.core.site import current_site
from portail.families.models import Household
from portail.front import access


@require_http_methods(["GET", "HEAD", "POST"])
def subscription(request: HttpRequest) -> HttpResponse:
    """The address to subscribe to: opened, changed or closed."""
    adult = access.get_adult(request)
    if request.method == "POST":
        if "close" in request.POST:
            feeds.close_feed(adult, actor=access.person(request), now=timezone.now())
            messages.success(request, _("L'abonnement est arrêté : l'adresse ne répond plus."))
        else:
            feeds.open_feed(adult, actor=access.person(request), now=timezone.now())
            messages.success(request, _("L'adresse de votre calendrier est prête. Ne la donnez à personne."))
        return redirect("front:calendar")
    feed = CalendarFeed.objects.filter(adult=adult).first()
    address = settings.PUBLIC_URL + reverse("front:calendar_feed", args=[feed.secret]) if feed else ""
    context = {
        "address": address,
        "webcal": address.replace("https://", "webcal://").replace("http://", "webcal://"),
    }
    return render(request, "front/planning/calendar.html", context)


@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """The calendar as a file, once."""
    response = _calendar(access.get_household(request))
    response["Content-Disposition"] = 'attachment; filename="planning.ics"'
    return response


@login_not_required
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What the telephone reads: whoever knows the secret is that adult. An address that was changed is gone (404)."""
    return _calendar(access.get_feed(secret).adult.household)


def _calendar(household: Household) -> HttpResponse:
    now = timezone.now()
    title = f"{_('Portail Famille')} · {current_site().name}"
    content = calendar_of(household, title, today=timezone.localdate(now), now=now, host=portal_host())
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    return response
