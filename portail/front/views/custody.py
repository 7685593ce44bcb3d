"""« Garde partagée »: the calendar of a child between two homes, proposed by one parent, accepted by the other."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.activities import queries as activities
from portail.bookings.actions.custody import accept as accept_term
from portail.families import custody
from portail.families.actions import custody as actions
from portail.families.custody_forms import CalendarForm, ExchangeForm, hidden_fields
from portail.families.custody_words import OTHERS, YOURS
from portail.families.models import CustodyTerm, HouseholdChild
from portail.front import access
from portail.front.forms.custody import RefuseForm
from portail.rules.custody import Calendar, Exchange, Home, shared_holidays
from portail.rules.custody_text import written

WEEKS = 8
PAST_TERMS = 10


@require_safe
def page(request: HttpRequest, child_id: int) -> HttpResponse:
    """What holds, the eight weeks to come, what waits for an answer, what was decided."""
    link = access.get_shared_child(request, child_id)
    terms = list(link.child.custody_terms.select_related("child"))
    current = _current(terms, timezone.localdate())
    return render(
        request,
        "front/custody/page.html",
        {
            "link": link,
            "child": link.child,
            "household": link.household,
            "current": current,
            "weeks": _weeks(link, None),
            "asked": [t for t in terms if t.is_waiting and t.proposed_by_id != link.household_id],
            "own": [t for t in terms if t.is_waiting and t.proposed_by_id == link.household_id],
            "decided": [t for t in terms if not t.is_waiting and t != current][:PAST_TERMS],
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
def propose(request: HttpRequest, child_id: int) -> HttpResponse:
    """A calendar: typed, then seen over the weeks to come, then sent to the other parent."""
    link = access.get_shared_child(request, child_id)
    names, mine = _homes(link)
    initial = {"since": timezone.localdate()}
    form = CalendarForm(request.POST or None, names=names, first=mine, initial=initial)
    return _two_steps(request, link, form, "calendar")


@require_http_methods(["GET", "HEAD", "POST"])
def exchange(request: HttpRequest, child_id: int) -> HttpResponse:
    """Some days otherwise: typed, seen, then sent to the other parent."""
    link = access.get_shared_child(request, child_id)
    _names, mine = _homes(link)
    initial = {"first": request.GET.get("jour", "")}
    form = ExchangeForm(request.POST or None, mine=mine, initial=initial)
    return _two_steps(request, link, form, "exchange")


@require_POST
def accept(request: HttpRequest, term_id: int) -> HttpResponse:
    link, term = access.get_custody_term(request, term_id)
    try:
        accept_term(term, link.household, actor=access.person(request), now=timezone.now())
    except actions.AlreadyDecided:
        messages.info(request, _("Cette proposition n'attend plus de réponse : voici où elle en est."))
    except actions.NotShared:
        messages.warning(request, _("Les dossiers de cet enfant ont changé : adressez-vous au service."))
    else:
        messages.success(request, _("C'est accepté. Les deux foyers reçoivent un courriel."))
    return redirect("front:custody", term.child_id)


@require_http_methods(["GET", "HEAD", "POST"])
def refuse(request: HttpRequest, term_id: int) -> HttpResponse:
    link, term = access.get_custody_term(request, term_id)
    form = RefuseForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"form": form, "term": term, "household": link.household, "child": link.child}
        status = 422 if form.is_bound else 200
        return render(request, "front/custody/refuse.html", context, status=status)
    try:
        actions.refuse(
            term,
            link.household,
            answer=form.cleaned_data["answer"],
            actor=access.person(request),
            now=timezone.now(),
        )
    except actions.AlreadyDecided:
        messages.info(request, _("Cette proposition n'attend plus de réponse : voici où elle en est."))
    else:
        messages.success(request, _("C'est refusé : rien ne change. L'autre parent reçoit un courriel."))
    return redirect("front:custody", term.child_id)


@require_POST
def withdraw(request: HttpRequest, term_id: int) -> HttpResponse:
    link, term = access.get_custody_term(request, term_id)
    try:
        actions.withdraw(term, link.household, actor=access.person(request), now=timezone.now())
    except actions.AlreadyDecided:
        messages.info(request, _("Cette proposition n'attend plus de réponse : voici où elle en est."))
    else:
        messages.success(request, _("Votre proposition est retirée : rien ne change."))
    return redirect("front:custody", term.child_id)


def _two_steps(
    request: HttpRequest, link: HouseholdChild, form: CalendarForm | ExchangeForm, kind: str
) -> HttpResponse:
    """The form; once it is right, the weeks that it would give; once these are confirmed, the proposal."""
    is_edited = request.POST.get("step") == "edit"
    if form.is_valid() and not is_edited:
        typed = form.calendar() if isinstance(form, CalendarForm) else form.exchange()
        if request.POST.get("step") != "send":
            return _preview(request, link, typed, kind)
        if done := _sent(request, link, typed, form):
            return done
    context = {"form": form, "child": link.child, "kind": kind}
    invalid = form.is_bound and not is_edited
    return render(request, "front/custody/form.html", context, status=422 if invalid else 200)


def _preview(
    request: HttpRequest, link: HouseholdChild, typed: Calendar | Exchange, kind: str
) -> HttpResponse:
    term = _as_term(link, typed)
    context = {
        "child": link.child,
        "household": link.household,
        "term": term,
        "weeks": _weeks(link, term),
        "hidden": hidden_fields(request.POST),
        "token": uuid4(),
        "kind": kind,
    }
    return render(request, "front/custody/preview.html", context)


def _sent(
    request: HttpRequest,
    link: HouseholdChild,
    typed: Calendar | Exchange,
    form: CalendarForm | ExchangeForm,
) -> HttpResponse | None:
    try:
        token = UUID(request.POST.get("token", ""))
    except ValueError:
        token = uuid4()
    asked: dict[str, Any] = {
        "token": token,
        "author": access.person(request),
        "now": timezone.now(),
        "message": form.cleaned_data["message"],
    }
    try:
        if isinstance(typed, Exchange):
            holidays = shared_holidays(activities.calendar().entries)
            actions.propose_exchange(link.child, link.household, typed, holidays=holidays, **asked)
        else:
            actions.propose_calendar(link.child, link.household, typed, **asked)
    except ValidationError as refused:
        form.add_error(None, refused.messages)
        return None
    except actions.AnswerFirst:
        messages.info(request, _("L'autre parent vous a déjà proposé un calendrier : répondez-lui d'abord."))
    except actions.NotShared as gone:
        raise Http404 from gone
    else:
        messages.success(request, _("Votre proposition est envoyée : l'autre parent reçoit un courriel."))
    return redirect("front:custody", link.child_id)


def _homes(link: HouseholdChild) -> tuple[tuple[Any, Any], Home]:
    """How this parent calls the homes "a" and "b", and which is its own."""
    first, _second = actions.homes_of(link.child, timezone.localdate())
    mine = Home.A if first == link.household_id else Home.B
    return ((YOURS, OTHERS) if mine is Home.A else (OTHERS, YOURS)), mine


def _as_term(link: HouseholdChild, typed: Calendar | Exchange) -> CustodyTerm:
    """What would be proposed, never saved."""
    first, second = actions.homes_of(link.child, timezone.localdate())
    is_exchange = isinstance(typed, Exchange)
    since = min(s.first for s in typed.stretches) if isinstance(typed, Exchange) else typed.since
    return CustodyTerm(
        child=link.child,
        first_id=first,
        second_id=second,
        kind=CustodyTerm.Kind.EXCHANGE if is_exchange else CustodyTerm.Kind.CALENDAR,
        since=since,
        until=None if isinstance(typed, Exchange) else typed.until,
        terms=written(typed),
    )


def _weeks(link: HouseholdChild, term: CustodyTerm | None) -> list[custody.Week]:
    """Eight weeks from today on, or from the first day that a term would change."""
    today = timezone.localdate()
    known = custody.of_children([link.child_id]).get(link.child_id, custody.UNSHARED)
    if term is None and not known.terms:
        return []
    first = today
    if term is not None:
        known, first = custody.with_term(known, term), max(today, term.since)
    return custody.weeks(known, first, WEEKS, shared_holidays(activities.calendar().entries))


def _current(terms: list[CustodyTerm], today: date) -> CustodyTerm | None:
    """The calendar in force today, or else the next one to come."""
    calendars = [t for t in terms if t.is_in_force and t.kind == CustodyTerm.Kind.CALENDAR]
    calendars.sort(key=lambda t: (t.decided_at, t.pk), reverse=True)
    alive = [t for t in calendars if t.until is None or t.until >= today]
    return next((t for t in alive if t.since <= today), alive[-1] if alive else None)
