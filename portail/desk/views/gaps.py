"""« Écarts » : what differs from the bookings, day by day, and the page where an agent decides."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities import queries as activities
from portail.activities.models import Session
from portail.attendance.actions.settlements import (
    HouseholdNeeded,
    NothingDiffers,
    SettledMeanwhile,
    settle,
)
from portail.attendance.models import Settlement
from portail.attendance.queries import gaps as queries
from portail.attendance.queries.facts import Fact, facts
from portail.attendance.queries.marks import history
from portail.billing.queries.absences import OTHER, reasons_of
from portail.billing.queries.seen import due_of
from portail.desk import access
from portail.desk.forms.gaps import OPEN, SETTLED, GapsFilter, SettleForm
from portail.desk.views.replies import status_of
from portail.families.models import Child, Household

A_PAGE = 40
USUAL = timedelta(days=7)


@require_safe
def gap_list(request: HttpRequest) -> HttpResponse:
    """The last days unless others are asked: no-shows, unbooked, late; then the lists left unfinished, the guests."""
    agent = access.require(request, Right.READ_SESSIONS, Right.READ_FAMILIES)
    today = timezone.localdate()
    usual = {"first": today - USUAL, "last": today, "state": OPEN}
    form = GapsFilter({**usual, **request.GET.dict()})
    context: dict[str, Any] = {"form": form, "may_settle": has_right(agent, Right.BOOK)}
    if form.is_valid():
        context |= _found(request, form.cleaned_data)
    return render(request, "desk/gaps/list.html", context, status=status_of(form))


def _found(request: HttpRequest, asked: dict[str, Any]) -> dict[str, Any]:
    sessions = Session.objects.all()
    if asked["place"]:
        sessions = sessions.filter(place=asked["place"])
    if asked["service"]:
        sessions = sessions.filter(service=asked["service"])
    found = queries.gaps(asked["first"], asked["last"], sessions)
    if asked["kind"]:
        found = [gap for gap in found if gap.fact.kind == asked["kind"]]
    if asked["state"] in (OPEN, SETTLED):
        found = [gap for gap in found if (gap.fact.settlement is not None) is (asked["state"] == SETTLED)]
    lists, guests = queries.unfinished(asked["first"], asked["last"], sessions)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    return {"page": page, "lists": lists[:A_PAGE], "guests": guests[:A_PAGE]}


@require_http_methods(["GET", "HEAD", "POST"])
def gap(request: HttpRequest, session_id: int, child_id: int, kind: str) -> HttpResponse:
    """One gap: what was marked, what the regulation asks, and the decision."""
    agent = access.require(request, Right.BOOK)
    fact, child = _fact(session_id, child_id, kind)
    homes = _homes(child, fact)
    form = SettleForm(
        request.POST if request.method == "POST" else None,
        kind=fact.kind,
        households=homes,
        absences=_reasons(fact),
        initial={"token": uuid4(), "seen": fact.settlement.pk if fact.settlement else None},
    )
    if form.is_valid():
        try:
            settle(
                fact.session,
                child,
                fact.kind,
                form.decision(),
                token=form.cleaned_data["token"],
                seen=form.cleaned_data["seen"],
                actor=agent,
                now=timezone.now(),
            )
        except NothingDiffers:
            messages.info(request, "La liste a été corrigée entre-temps : il n'y a plus rien à régler.")
            return redirect("desk:gaps")
        except SettledMeanwhile as met:
            text = f"{met.by.author_label} a décidé entre-temps : « {met.by.reason} ». Relisez, puis décidez."
            form.add_error(None, text)
        except HouseholdNeeded:
            form.add_error(None, "Dites quel dossier répond de l'enfant ce jour-là : personne n'est connu.")
        else:
            messages.success(request, "La décision est enregistrée.")
            return redirect("desk:gaps")
    context = {
        "form": form,
        "fact": fact,
        "child": child,
        "home": next((home for home in homes if home.pk == fact.household_id), None),
        "due": due_of(fact),
        "history": history(fact.session.pk, child.pk),
        "trail": [("Écarts", reverse("desk:gaps"))],
    }
    return render(request, "desk/gaps/gap.html", context, status=status_of(form))


def _fact(session_id: int, child_id: int, kind: str) -> tuple[Fact, Child]:
    session = Session.objects.filter(pk=session_id).first()
    if session is None or kind not in Settlement.Kind.values:
        raise Http404
    same = Session.objects.filter(pk=session_id)
    found = facts(session.date, session.date, children=[child_id], sessions=same)
    fact = next((fact for fact in found if fact.kind == kind), None)
    if fact is None:
        raise Http404
    return fact, Child.objects.get(pk=child_id)


def _homes(child: Child, fact: Fact) -> list[Household]:
    """The household that booked; otherwise all those that look after the child that day."""
    day = fact.session.date
    if fact.booking_id is not None and fact.household_id is not None:
        return list(Household.objects.filter(pk=fact.household_id))
    there = Q(child_links__until=None) | Q(child_links__until__gte=day)
    return list(
        Household.objects.filter(there, child_links__child=child, child_links__since__lte=day).distinct()
    )


def _reasons(fact: Fact) -> list[tuple[str, str]]:
    words = reasons_of(activities.regulation(), {fact.session.service.code})
    return [(word, word.capitalize() if word != OTHER else "Autre raison") for word in words]
