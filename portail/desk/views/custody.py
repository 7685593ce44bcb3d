"""The custody of a child at the desk: what holds, a calendar set by the service, what a court forbids."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities import queries as activities
from portail.bookings.actions import custody as actions
from portail.bookings.models import CustodyConflict
from portail.core import uploads
from portail.core.forms import written
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.custody import CourtForm, LiftForm, WhyForm
from portail.families import custody
from portail.families.actions.court import note_reading
from portail.families.actions.custody import AlreadyDecided, NotShared, homes_of
from portail.families.custody_forms import CalendarForm, hidden_fields
from portail.families.custody_words import terms_in_words
from portail.families.models import Household, HouseholdChild
from portail.rules.custody import Home, shared_holidays

WEEKS = 8


@require_safe
def page(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """What holds and what was decided, the weeks to come, the bookings in conflict."""
    link = access.get_custody(request, household_id, child_id)
    agent, child, today = access.person(request), link.child, timezone.localdate()
    known = custody.of_children([child.pk]).get(child.pk, custody.UNSHARED)
    homes = child.household_links.select_related("household").order_by("household_id")
    can_edit = has_right(agent, Right.EDIT_FAMILIES)
    context = {
        "link": link,
        "household": link.household,
        "child": child,
        "homes": list(homes),
        "numbers": {home.household_id: home.household.number for home in homes},
        "is_shared": _is_shared(link),
        "terms": list(child.custody_terms.select_related("first", "second", "proposed_by")),
        "decisions": list(child.court_decisions.select_related("household", "created_by", "lifted_by"))
        if can_edit
        else [],
        "weeks": _weeks(known) if known.terms else [],
        "conflicts": CustodyConflict.objects.waiting(today).filter(booking__child=child).count(),
        "can_edit": can_edit,
        "can_book": has_right(agent, Right.BOOK),
        "today": today,
    }
    return render(request, "desk/custody/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def decide(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """The service sets the calendar: typed, seen over the weeks to come, then it holds and both homes are told."""
    link = access.get_child_link(request, household_id, child_id)
    try:
        homes = homes_of(link.child, timezone.localdate())
    except NotShared:
        messages.warning(
            request,
            f"{link.child.first_name} n'a pas deux dossiers qui le voient aujourd'hui : ajoutez le second, ou revoyez "
            "les droits, puis recommencez.",
        )
        return redirect("desk:custody", household_id, child_id)
    numbers = dict(Household.objects.filter(pk__in=homes).values_list("pk", "number"))
    names = (f"dossier {numbers[homes[0]]}", f"dossier {numbers[homes[1]]}")
    first = Home.A if homes[0] == household_id else Home.B
    initial = {"since": timezone.localdate()}
    form = CalendarForm(request.POST or None, names=names, first=first, initial=initial)
    is_edited = request.POST.get("step") == "edit"
    context: dict[str, Any] = {"link": link, "household": link.household, "child": link.child, "form": form}
    if not form.is_valid() or is_edited:
        status = 422 if form.is_bound and not is_edited else 200
        return render(request, "desk/custody/form.html", context, status=status)
    if request.POST.get("step") != "save":
        return render(request, "desk/custody/preview.html", context | _preview(request, homes, numbers, form))
    _term, waiting = actions.decide_calendar(
        link.child,
        homes,
        form.calendar(),
        token=_token(request),
        actor=access.person(request),
        now=timezone.now(),
        message=form.cleaned_data["message"],
    )
    messages.success(request, f"Le calendrier est fixé ; les deux foyers sont prévenus. {_told(waiting)}")
    return redirect("desk:custody", household_id, child_id)


@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, household_id: int, term_id: int) -> HttpResponse:
    """Take back what is in force; what was decided before holds again."""
    link, term = access.get_custody_term(request, household_id, term_id)
    form = WhyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            waiting = actions.stop(
                term, why=form.cleaned_data["why"], actor=access.person(request), now=timezone.now()
            )
        except AlreadyDecided:
            messages.info(request, "Cela ne s'applique pas : rien n'a été changé.")
        else:
            messages.success(request, f"C'est annulé ; les deux foyers sont prévenus. {_told(waiting)}")
        return redirect("desk:custody", household_id, term.child_id)
    context = {"link": link, "household": link.household, "child": link.child, "term": term, "form": form}
    return render(request, "desk/custody/stop.html", context, status=422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def forbid(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """Write what a court forbids to this dossier, with its paper."""
    link = access.get_child_link(request, household_id, child_id)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = CourtForm(*posted, initial={"token": uuid4(), "since": timezone.localdate()})
    if form.is_valid():
        made = written(
            form,
            lambda: actions.forbid(
                link,
                form.decision(),
                form.cleaned_data["paper"],
                token=form.cleaned_data["token"],
                actor=access.person(request),
                now=timezone.now(),
            ),
        )
        if made:
            messages.success(request, f"La décision s'applique à partir de sa date. {_told(made[1])}")
            return redirect("desk:custody", household_id, child_id)
    context = {
        "link": link,
        "household": link.household,
        "child": link.child,
        "form": form,
        "title": f"Décision de justice : {link.child.first_name}, dossier {link.household.number}",
    }
    return render(request, "desk/custody/court.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, household_id: int, decision_id: int) -> HttpResponse:
    decision = access.get_court_decision(request, household_id, decision_id)
    form = LiftForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        waiting = actions.lift(
            decision, why=form.cleaned_data["why"], actor=access.person(request), now=timezone.now()
        )
        messages.success(request, f"La décision est levée. {_told(waiting)}")
        return redirect("desk:custody", household_id, decision.child_id)
    context = {"household": decision.household, "child": decision.child, "decision": decision, "form": form}
    return render(request, "desk/custody/lift.html", context, status=422 if form.is_bound else 200)


@require_safe
def paper(request: HttpRequest, household_id: int, decision_id: int) -> FileResponse:
    """The paper of a decision. The journal says who read it."""
    decision = access.get_court_decision(request, household_id, decision_id)
    note_reading(decision, actor=access.person(request), now=timezone.now())
    document = decision.document
    return uploads.download(document.file, name=document.file_name, content_type=document.content_type)


def _is_shared(link: HouseholdChild) -> bool:
    try:
        homes_of(link.child, timezone.localdate())
    except NotShared:
        return False
    return True


def _weeks(known: custody.Custody) -> list[custody.Week]:
    holidays = shared_holidays(activities.calendar().entries)
    return custody.weeks(known, timezone.localdate(), WEEKS, holidays)


def _preview(
    request: HttpRequest, homes: tuple[int, int], numbers: dict[int, str], form: CalendarForm
) -> dict[str, Any]:
    """The weeks that this calendar would give, and the form to send again as it is."""
    calendar = form.calendar()
    names = (f"dossier {numbers[homes[0]]}", f"dossier {numbers[homes[1]]}")
    known = custody.Custody(homes, [calendar])
    first = max(timezone.localdate(), calendar.since)
    return {
        "weeks": custody.weeks(known, first, WEEKS, shared_holidays(activities.calendar().entries)),
        "lines": terms_in_words(calendar, names),
        "numbers": numbers,
        "hidden": hidden_fields(request.POST),
        "token": uuid4(),
    }


def _token(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return uuid4()


def _told(waiting: int) -> str:
    if not waiting:
        return "Aucune réservation n'est en conflit."
    return f"{many(waiting, 'réservation')} à régler : voyez les conflits de garde."
