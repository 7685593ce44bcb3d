"""Closings: whose bookings are touched, closed for good, opened again. And the places of one session."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right
from portail.activities.actions.closings import NothingToClose
from portail.activities.models import Closing, Session
from portail.bookings.actions import closings as actions
from portail.bookings.models import Booking
from portail.bookings.queries.touched import Family, by_family, fingerprint
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.sessions import CapacityForm, ReasonForm, SelectionForm
from portail.desk.views.replies import status_of
from portail.desk.views.sessions import month_url

A_PAGE = 25
FAMILIES_A_PAGE = 40


@require_safe
def closing_list(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_ACTIVITIES)
    told = Count("receipts__household", distinct=True)
    rows = Closing.objects.annotate(told=told).order_by("-start", "-pk")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/closings/list.html", {"page": page, "today": timezone.localdate()})


@require_http_methods(["GET", "POST"])
def closing_new(request: HttpRequest) -> HttpResponse:
    """Choose the sessions, see who is touched, say why, close. The choice stays in the address."""
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    form = SelectionForm(request.GET if "du" in request.GET else None)
    if not form.is_valid():
        return render(request, "desk/closings/new.html", {"form": form}, status=status_of(form))
    selection = form.selection()
    reason_form = ReasonForm(request.POST or None)
    if reason_form.is_valid():
        reason, seen = reason_form.cleaned_data["reason"], reason_form.cleaned_data["seen"]
        try:
            closing = actions.close(selection, reason, seen=seen, actor=agent, now=timezone.now())
        except NothingToClose:
            reason_form.add_error(None, "Aucune de ces séances n'est ouverte : il n'y a plus rien à fermer.")
        except actions.OthersTouched:
            reason_form.add_error(
                None,
                "Des réservations ont changé pendant que vous lisiez : rien n'est fermé. "
                "Relisez la liste, elle est à jour, puis confirmez.",
            )
        else:
            messages.success(request, "Les séances sont fermées, et les familles touchées prévenues.")
            return redirect("desk:closing", closing.pk)
    families = by_family(actions.touched_by(selection))
    context = _preview(request, families) | {
        "form": form,
        "reason_form": reason_form,
        "session_count": selection.open_sessions().count(),
        "closed_count": selection.sessions().exclude(closing=None).count(),
        "first_past": selection.start < timezone.localdate(),
    }
    return render(request, "desk/closings/new.html", context, status=status_of(reason_form))


@require_safe
def closing(request: HttpRequest, closing_id: int) -> HttpResponse:
    """What was closed, for whom, and the way back."""
    found = access.get_closing(request, closing_id)
    receipts = (
        found.receipts.select_related("household")
        .annotate(days=Count("lines"))
        .order_by("household__name_key", "pk")
    )
    sessions = (
        found.sessions.values("service__name", "place__name")
        .annotate(count=Count("pk"))
        .order_by("place__name", "service__name")
    )
    context = {
        "closing": found,
        "sessions": sessions,
        "page": Paginator(receipts, FAMILIES_A_PAGE).get_page(request.GET.get("page")),
        "is_past": found.end < timezone.localdate(),
    }
    return render(request, "desk/closings/closing.html", context)


@require_POST
def closing_reopen(request: HttpRequest, closing_id: int) -> HttpResponse:
    found = access.get_closing(request, closing_id)
    done = actions.reopen(
        found,
        give_back=request.POST.get("give_back") == "1",
        actor=access.person(request),
        now=timezone.now(),
    )
    if done.sessions:
        messages.success(
            request,
            f"{many(done.sessions, 'séance rouverte')}. Réservations rétablies : {done.given_back} ; "
            f"non rétablies : {done.not_given_back}. Les familles sont prévenues.",
        )
    else:
        messages.info(request, "Cette fermeture était déjà levée : rien n'a changé.")
    return redirect("desk:closing", found.pk)


@require_http_methods(["GET", "POST"])
def session(request: HttpRequest, session_id: int) -> HttpResponse:
    """A session and its number of places; below what is taken, whose place would be lost is shown first."""
    found = access.get_session(request, session_id)
    form = CapacityForm(request.POST or None, initial={"capacity": found.capacity})
    reason_form = ReasonForm(request.POST if "seen" in request.POST else None)
    last: list[Booking] = []
    if form.is_valid() and (not reason_form.is_bound or reason_form.is_valid()):
        try:
            actions.change_places(
                found,
                form.cleaned_data["capacity"],
                actor=access.person(request),
                now=timezone.now(),
                reason=reason_form.cleaned_data["reason"] if reason_form.is_bound else "",
                seen=reason_form.cleaned_data["seen"] if reason_form.is_bound else None,
            )
        except actions.PlacesTaken as refused:
            last = list(refused.last)
            form.add_error("capacity", _too_few(last))
        except actions.OthersTouched:
            form.add_error(None, "La liste a changé depuis que vous l'avez lue : relisez-la, puis confirmez.")
        else:
            messages.success(request, "Le nombre de places est enregistré.")
            return redirect(month_url(found))
    if not last and form.is_bound and "capacity" in form.cleaned_data:
        last = actions.beyond(found, form.cleaned_data["capacity"])
    return _session_page(request, found, form, reason_form, last)


def _session_page(
    request: HttpRequest, found: Session, form: CapacityForm, reason_form: ReasonForm, last: list[Booking]
) -> HttpResponse:
    if last and not reason_form.errors:
        typed = request.POST.get("reason", "")
        reason_form = ReasonForm(initial={"seen": fingerprint(last), "reason": typed})
    context = {
        "session": found,
        "form": form,
        "reason_form": reason_form,
        "last": last,
        "taken": found.bookings.taking_a_place().count(),
        "back": month_url(found),
        "trail": [("Séances", month_url(found))],
    }
    return render(request, "desk/sessions/session.html", context, status=status_of(form, reason_form))


def _too_few(last: list[Booking]) -> str:
    count = len(last)
    return (
        f"{count} enfant{'s' if count > 1 else ''} réservé{'s' if count > 1 else ''} de trop pour ce nombre de places. "
        "Écrivez-en davantage, ou annulez les dernières réservations ci-dessous."
    )


def _preview(request: HttpRequest, families: list[Family]) -> dict[str, object]:
    """Who is touched, a page at a time; what is confirmed is the whole."""
    bookings = [booking for family in families for booking in family.bookings]
    return {
        "page": Paginator(families, FAMILIES_A_PAGE).get_page(request.GET.get("page")),
        "family_count": len(families),
        "booking_count": len(bookings),
        "seen": fingerprint(bookings),
        "edit_url": f"{reverse('desk:closing_new')}",
    }
