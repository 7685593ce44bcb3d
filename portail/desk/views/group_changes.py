"""Booking for a class, moving a group: asked, looked at child by child, confirmed, followed, undone."""

from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right
from portail.bookings.actions import group_changes as actions
from portail.bookings.actions.by_batches import take_up_again
from portail.bookings.models import GroupChange
from portail.core import jobs
from portail.core.money import to_cents
from portail.core.spreadsheets import csv_response
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.group_changes import NOBODY, ConfirmForm, GroupBookForm, GroupMoveForm
from portail.desk.views.replies import confirmation, is_confirmed, status_of

A_PAGE, CHILDREN_A_PAGE = 25, 40
HEADER = ("Dossier", "Nom", "Prénom", "Compris", "Jours", "Après la limite", "Déjà", "Prix", "Impossible")
State, Kind = GroupChange.State, GroupChange.Kind


@require_safe
def group_changes(request: HttpRequest) -> HttpResponse:
    """The operations, the last first."""
    access.require(request, Right.BOOK)
    rows = GroupChange.objects.select_related("created_by").annotate(
        children=Count("lines__child", filter=Q(lines__is_kept=True), distinct=True)
    )
    page = Paginator(rows.order_by("-created_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/groups/list.html", {"page": page})


@require_http_methods(["GET", "HEAD", "POST"])
def group_book(request: HttpRequest) -> HttpResponse:
    """For whom, what and which days; posting looks at it child by child."""
    agent = access.require(request, Right.BOOK)
    form = GroupBookForm(request.POST or None, initial={"token": uuid4()})
    if form.is_valid():
        audience = form.audience()
        assert audience is not None
        token, now = form.cleaned_data["token"], timezone.now()
        try:
            change = actions.prepare_bookings(audience, form.days(), token=token, actor=agent, now=now)
        except actions.NobodyThere:
            form.add_error("classe", f"Aucun enfant n'y est pour l'instant. {NOBODY}")
        else:
            return redirect("desk:group", change.pk)
    context = {"form": form, "title": "Réserver pour une classe", "kind": "book"}
    return render(request, "desk/groups/new.html", context, status=status_of(form))


@require_http_methods(["GET", "HEAD", "POST"])
def group_move(request: HttpRequest) -> HttpResponse:
    """Who goes where, from when to when; posting looks at it child by child."""
    agent = access.require(request, Right.BOOK)
    form = GroupMoveForm(request.POST or None, initial={"token": uuid4()})
    if form.is_valid():
        audience = form.audience()
        assert audience is not None
        try:
            change = actions.prepare_move(
                audience,
                form.move(),
                token=form.cleaned_data["token"],
                today=timezone.localdate(),
                actor=agent,
                now=timezone.now(),
            )
        except actions.NobodyThere:
            form.add_error("classe", f"Aucun enfant n'y est pour l'instant. {NOBODY}")
        else:
            return redirect("desk:group", change.pk)
    context = {"form": form, "title": "Déplacer un groupe", "kind": "move"}
    return render(request, "desk/groups/new.html", context, status=status_of(form))


@require_safe
def group(request: HttpRequest, group_id: int) -> HttpResponse:
    """An operation as it stands: what it would do, how far it is, or what it did."""
    return _page(request, access.get_group_change(request, group_id))


@require_POST
def group_confirm(request: HttpRequest, group_id: int) -> HttpResponse:
    """Leave out the children that were unticked; then, unless that is all that is asked, do it."""
    change = access.get_group_change(request, group_id)
    shown, kept = (_numbers(request.POST.getlist(name)) for name in ("shown", "keep"))
    form = _confirm_form(change, request)
    if "leave" in request.POST:
        if not change.confirmed_at:
            actions.set_aside(change, shown - kept)
            actions.take_in(change, kept)
        page = _digits(request.POST.get("page", ""))
        return redirect(f"{reverse('desk:group', args=[change.pk])}?page={page}")
    if not form.is_valid():
        return _page(request, change, form=form)
    try:
        actions.confirm(
            change,
            left_out=shown - kept,
            reason=form.cleaned_data["reason"],
            past_deadlines=form.cleaned_data.get("past_deadlines", False),
            actor=access.person(request),
            now=timezone.now(),
        )
    except actions.NotReady:
        messages.warning(request, "Cette opération ne peut plus être confirmée : rien n'a été fait.")
    else:
        messages.success(request, "C'est confirmé. Chaque famille reçoit son reçu.")
    return redirect("desk:group", change.pk)


@require_POST
def group_undo(request: HttpRequest, group_id: int) -> HttpResponse:
    """Take the whole operation back, as far as the days are still to come."""
    change = access.get_group_change(request, group_id)
    if change.state == State.DONE and not is_confirmed(request):
        return confirmation(
            request,
            title="Annuler toute l'opération ?",
            text=f"{change.title}. Ce qui est encore à venir est rendu, chaque famille reçoit un reçu.",
            confirm="Annuler l'opération",
            back=reverse("desk:group", args=[change.pk]),
        )
    try:
        actions.undo(change, actor=access.person(request), now=timezone.now())
    except actions.NotReady:
        messages.warning(
            request, "Cette opération ne peut pas être annulée maintenant : rien n'a été changé."
        )
    else:
        messages.success(request, "L'opération est annulée, les familles en sont prévenues.")
    return redirect("desk:group", change.pk)


@require_POST
def group_drop(request: HttpRequest, group_id: int) -> HttpResponse:
    """Give up what was only prepared."""
    change = access.get_group_change(request, group_id)
    try:
        actions.drop(change, actor=access.person(request), now=timezone.now())
    except actions.NotReady:
        messages.warning(request, "Cette opération est déjà confirmée : annulez-la si elle ne convient pas.")
        return redirect("desk:group", change.pk)
    messages.info(request, "L'opération est abandonnée : rien n'a été réservé.")
    return redirect("desk:groups")


@require_POST
def group_resume(request: HttpRequest, group_id: int) -> HttpResponse:
    """Take up the work again, where it stopped."""
    change = access.get_group_change(request, group_id)
    if take_up_again(change.subject, now=timezone.now()):
        messages.success(request, "Le travail reprend là où il s'était arrêté.")
    return redirect("desk:group", change.pk)


@require_safe
def group_csv(request: HttpRequest, group_id: int) -> HttpResponse:
    """Every child of the operation, with what is possible and what is not."""
    change = access.get_group_change(request, group_id)
    rows = [
        (
            line.household.number,
            line.child.last_name,
            line.child.first_name,
            "oui" if line.is_kept else "non",
            line.possible,
            line.late,
            line.already,
            line.price,
            " / ".join(f"{days} : {why}" if days else why for days, why in line.refusals),
        )
        for line in change.lines.select_related("household", "child")
    ]
    return csv_response(f"operation-{change.pk}", HEADER, rows)


def _confirm_form(change: GroupChange, request: HttpRequest) -> ConfirmForm:
    has_late = change.kind == Kind.BOOK and change.lines.filter(late__gt=0).exists()
    posted = request.POST if request.method == "POST" else None
    return ConfirmForm(posted, needs_reason=change.kind == Kind.MOVE, has_late=has_late)


def _page(request: HttpRequest, change: GroupChange, *, form: ConfirmForm | None = None) -> HttpResponse:
    lines = change.lines.select_related("household", "child")
    page = Paginator(lines, CHILDREN_A_PAGE).get_page(request.GET.get("page"))
    kept = change.lines.filter(is_kept=True)
    totals = kept.aggregate(
        children=Count("child", distinct=True),
        days=Sum("possible"),
        late=Sum("late"),
        euros=Sum("price"),
        without_price=Count("pk", filter=Q(possible__gt=0, price=None)),
        kept_back=Sum("kept_back"),
    )
    totals["refused"] = sum(bool(refusals) for refusals in kept.values_list("refusals", flat=True))
    totals["euros"] = to_cents(totals["euros"])
    is_ready = change.state == State.READY
    context = {
        "change": change,
        "page": page,
        "totals": totals,
        "form": form or (_confirm_form(change, request) if is_ready else None),
        "is_ready": is_ready,
        "is_move": change.kind == Kind.MOVE,
        "days_word": many(totals["days"] or 0, "jour"),
        "job": jobs.last(change.subject) if change.state in _AT_WORK else None,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "desk/groups/group.html", context, status=status)


_AT_WORK = (State.CHECKING, State.WORKING, State.UNDOING)


def _numbers(typed: list[str]) -> set[int]:
    return {int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 19}


def _digits(typed: str) -> str:
    return typed if typed.isascii() and typed.isdigit() and len(typed) < 6 else "1"
