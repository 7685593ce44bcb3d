"""Closings: whose bookings are touched, closed for good, opened again. And the places of one session."""

from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right
from portail.activities.actions.closings import NothingToClose, Selection
from portail.activities.models import Closing, Session
from portail.billing.queries.cancelling import credit_of
from portail.bookings.actions import closings as actions
from portail.bookings.actions.by_batches import take_up_again
from portail.bookings.models import Booking
from portail.bookings.queries.audiences import Audience
from portail.bookings.queries.child_closings import pairs_to_close
from portail.bookings.queries.touched import by_family, fingerprint
from portail.core import jobs
from portail.core.spreadsheets import csv_response
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.sessions import CapacityForm, ClosingForm, ReasonForm, SelectionForm
from portail.desk.views.replies import status_of
from portail.desk.views.sessions import month_url

A_PAGE = 25
FAMILIES_A_PAGE = 40
HEADER = ("Dossier", "Famille", "Nom", "Prénom", "Date", "Prestation", "Lieu", "État")


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
    selection, audience = form.selection(), form.audience()
    reason_form = ClosingForm(request.POST or None, initial={"token": uuid4()})
    if reason_form.is_valid():
        values = reason_form.cleaned_data
        try:
            closing = actions.close(
                selection,
                actions.Said(values["reason"], values["message"], values["token"]),
                seen=values["seen"],
                actor=agent,
                now=timezone.now(),
                audience=audience,
            )
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
    context = _preview(request, selection, audience) | {
        "form": form,
        "reason_form": reason_form,
        "audience": audience,
        "closed_count": selection.sessions().exclude(closing=None).count(),
        "first_past": selection.start < timezone.localdate(),
    }
    return render(request, "desk/closings/new.html", context, status=status_of(reason_form))


@require_safe
def closing_csv(request: HttpRequest) -> HttpResponse:
    """Whom the closing chosen in the address would touch, a line a booking."""
    access.require(request, Right.MANAGE_ACTIVITIES)
    form = SelectionForm(request.GET)
    if not form.is_valid():
        return redirect("desk:closing_new")
    touched = by_family(actions.touched_by(form.selection(), form.audience()))
    rows = [
        (
            family.household.number,
            family.household.name,
            booking.child.last_name,
            booking.child.first_name,
            booking.session.date,
            booking.session.service.name,
            booking.session.place.name,
            booking.get_state_display(),
        )
        for family in touched
        for booking in family.bookings
    ]
    return csv_response(f"fermeture-{form.cleaned_data['du']}", HEADER, rows)


@require_safe
def closing(request: HttpRequest, closing_id: int) -> HttpResponse:
    """What was closed, for whom, how far the worker is, and the way back."""
    found = access.get_closing(request, closing_id)
    receipts = (
        found.receipts.select_related("household")
        .annotate(days=Count("lines"))
        .order_by("household__name_key", "pk")
    )
    closed = Session.objects.filter(Q(closing=found) | Q(child_closings__closing=found))
    sessions = (
        closed.values("service__name", "place__name")
        .annotate(count=Count("pk", distinct=True))
        .order_by("place__name", "service__name")
    )
    context = {
        "closing": found,
        "sessions": sessions,
        "children": found.child_closings.values("child").distinct().count(),
        "job": jobs.last(f"closing:{found.pk}"),
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
    if done.later:
        messages.success(
            request,
            f"Les séances sont rouvertes. {many(done.later, 'famille')} sont prévenues, l'avancement est ci-dessous.",
        )
    elif done.sessions:
        opened = "Séances rouvertes" if found.audience else many(done.sessions, "séance rouverte")
        messages.success(
            request,
            f"{opened}. Réservations rétablies : {done.given_back} ; "
            f"non rétablies : {done.not_given_back}. Les familles sont prévenues.",
        )
    else:
        messages.info(request, "Cette fermeture était déjà levée : rien n'a changé.")
    return redirect("desk:closing", found.pk)


@require_POST
def closing_resume(request: HttpRequest, closing_id: int) -> HttpResponse:
    """Take up the work on families again, where it stopped."""
    found = access.get_closing(request, closing_id)
    if take_up_again(f"closing:{found.pk}", now=timezone.now()):
        messages.success(request, "Le travail reprend là où il s'était arrêté.")
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


def _preview(request: HttpRequest, selection: Selection, audience: Audience | None) -> dict[str, object]:
    """Who is touched, a page at a time, and what they get back; what is confirmed is the whole."""
    families = by_family(actions.touched_by(selection, audience))
    bookings = [booking for family in families for booking in family.bookings]
    return {
        "session_count": _sessions_to_close(selection, audience),
        "page": Paginator(families, FAMILIES_A_PAGE).get_page(request.GET.get("page")),
        "family_count": len(families),
        "booking_count": len(bookings),
        "credit": credit_of(booking.pk for booking in bookings),
        "seen": fingerprint(bookings),
    }


def _sessions_to_close(selection: Selection, audience: Audience | None) -> int:
    if audience is None:
        return selection.open_sessions().count()
    return len({session for _, session in pairs_to_close(selection.open_sessions(), audience.children)})
