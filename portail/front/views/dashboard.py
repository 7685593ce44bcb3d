"""The family's own first page, and the one that says what an account without a dossier waits for."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portail.families.actions import links
from portail.families.models import Adult
from portail.families.models import Request as FamilyRequest
from portail.front import access, today, turns
from portail.front.forms.sign_up import ReferencesForm
from portail.messaging.models import Audience, News


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    adult = access.get_adult(request)
    now = timezone.now()
    day = timezone.localdate(now)
    children = list(access.get_children(request, on=day))
    bookings = today.fortnight(adult.household, [link.child for link in children], today=day)
    bookable = [link.child for link in children if link.can_book]
    return render(
        request,
        "front/dashboard/dashboard.html",
        {
            "openings": turns.coming(adult.household, now) if children else [],
            "now": now,
            "tasks": today.tasks(adult, bookable, bookings, now=now),
            "week": today.week(bookings, today=day),
            "news": News.objects.on(day).for_audiences(Audience.PUBLIC, Audience.FAMILIES)[:3],
        },
    )


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    user = access.get_family_user(request)
    if Adult.objects.filter(user=user).exists():
        return redirect("front:dashboard")
    link = FamilyRequest.objects.filter(author=user, kind=FamilyRequest.Kind.LINK).first()
    return render(request, "front/dashboard/waiting.html", {"link": link})


@require_http_methods(["GET", "POST"])
def claim(request: HttpRequest) -> HttpResponse:
    """An account without dossier gives its references, later than at sign-up."""
    user = access.get_family_user(request)
    if Adult.objects.filter(user=user).exists():
        return redirect("front:dashboard")
    form = ReferencesForm(request.POST or None, request=request, initial={"email": user.email})
    if form.is_valid():
        try:
            adult = links.claim(user, form.references(), now=timezone.now())
        except (links.CannotLink, links.WrongReferences):
            return redirect(
                "front:dashboard"
            )  # tied meanwhile, or the dossier was just closed: the page says
        if adult:
            messages.success(request, _("Votre compte est rattaché à votre dossier."))
        else:
            messages.info(request, _("Votre demande est entre les mains du service."))
        return redirect("front:dashboard")
    status = 422 if form.is_bound else 200
    return render(request, "front/dashboard/claim.html", {"form": form}, status=status)
