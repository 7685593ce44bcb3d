"""Whose quotient is missing or to be renewed, and quotients entered by the dozen: a table, a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.activities import queries as activities
from portail.core.spreadsheets import csv_response
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.quotients import ImportForm, ListForm, ReceivedForm, RowForm, rows_form
from portail.desk.quotient_lines import Lines, lines_of, read
from portail.families import queries, quotients
from portail.families.actions import quotients as actions
from portail.families.models import Household, Quotient, QuotientReminder
from portail.families.quotients import Standing, State

PER_PAGE = 25
HEADER = (
    "Dossier",
    "Nom",
    "Adultes",
    "État",
    "Quotient",
    "Justificatif",
    "Valable du",
    "Valable au",
    "À partir du",
    "Justificatif à lire",
    "Dernier rappel",
    "Courriel",
)
WORDS = {State.MISSING: "Manquant", State.ENDING: "À renouveler", State.GOOD: "Valable"}
TONES = {State.MISSING: "warn", State.ENDING: "warn", State.GOOD: "ok"}


@dataclass(frozen=True)
class Row:
    """A household of the list; `reminded_on`: the last reminder that left."""

    household: Household
    standing: Standing
    word: str
    tone: str
    reminded_on: date | None
    email: str


@require_safe
def quotient_list(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.READ_FAMILIES)
    form = ListForm(request.GET)
    today = timezone.localdate()
    found = _filtered(form, today)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    rule = activities.regulation().quotient
    context = {
        "form": form,
        "page": page,
        "rows": _rows(list(page.object_list), today),
        "rule": rule,
        "renewal": rule.next_renewal(today),
        "can_edit": has_right(agent, Right.EDIT_FAMILIES),
        "query": request.GET.urlencode(),
    }
    return render(request, "desk/quotients/list.html", context)


@require_safe
def quotients_csv(request: HttpRequest) -> HttpResponse:
    """The whole list that the filters keep."""
    access.require(request, Right.READ_FAMILIES)
    today = timezone.localdate()
    rows = _rows(_filtered(ListForm(request.GET), today), today)
    return csv_response(f"quotients-{today}", HEADER, [_cells(row) for row in rows])


@require_http_methods(["GET", "HEAD", "POST"])
def batch(request: HttpRequest) -> HttpResponse:
    """A table that is filled without the mouse: number, quotient, date; all that is right is entered, or nothing."""
    access.require(request, Right.EDIT_FAMILIES)
    kinds = quotients.kinds(activities.regulation().quotient)
    form = ReceivedForm(request.POST or None, initial={"received_on": timezone.localdate()})
    rows = rows_form(kinds, request.POST or None)
    if form.is_valid() & rows.is_valid():
        typed = [one for row in rows for one in [row.typed()] if not one.is_empty]
        lines = read(typed, kinds=kinds, received_on=form.cleaned_data["received_on"])
        if _show_problems(rows, lines):
            wrong = many(len(lines.problems), "ligne")
            form.add_error(None, f"{wrong} à corriger : rien n'est encore enregistré.")
        elif not typed:
            form.add_error(None, "Remplissez au moins une ligne : numéro de dossier et quotient.")
        elif _is_entered(request, lines, form, Quotient.Source.DESK, tells=True):
            return redirect("desk:quotients_batch")
    context = {"form": form, "rows": rows}
    status = 422 if form.errors or (request.method == "POST" and not rows.is_valid()) else 200
    return render(request, "desk/quotients/batch.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def import_lines(request: HttpRequest) -> HttpResponse:
    """A file: what it would enter, its problems by line; then entered, whole or not at all."""
    access.require(request, Right.EDIT_FAMILIES)
    kinds = quotients.kinds(activities.regulation().quotient)
    form = ImportForm(
        request.POST or None, request.FILES or None, initial={"received_on": timezone.localdate()}
    )
    lines = None
    if form.is_valid():
        values = form.cleaned_data
        lines = read(lines_of(values["text"]), kinds=kinds, received_on=values["received_on"])
        if (
            request.POST.get("confirmed") == "1"
            and lines.new
            and not lines.problems
            and _is_entered(request, lines, form, Quotient.Source.IMPORT, tells=values["tells"])
        ):
            return redirect("desk:quotients")
        form.data = {**dict(form.data.items()), "text": values["text"]}
    context = {"form": form, "lines": lines, "kinds": kinds}
    status = 422 if form.errors or (lines and lines.problems) else 200
    return render(request, "desk/quotients/import.html", context, status=status)


def _is_entered(request: HttpRequest, lines: Lines, form: ReceivedForm, source: str, *, tells: bool) -> bool:
    """Enter what is new, and say how much; False when a line is refused, which the form then shows."""
    try:
        made = actions.enter_many(
            [(entry.household, entry.given) for entry in lines.new],
            token=form.cleaned_data["token"],
            actor=access.person(request),
            now=timezone.now(),
            source=source,
            tells=tells,
        )
    except actions.Refused as refused:
        form.add_error(None, f"Dossier {refused.household.number} : {refused}")
        return False
    said = many(len(made), "quotient enregistré")
    known = f" {many(len(lines.known), 'déjà connu')}." if lines.known else ""
    messages.success(request, f"{said}.{known}")
    return True


def _show_problems(rows: Sequence[RowForm], lines: Lines) -> bool:
    """Put each problem beside its row. Whether there is one."""
    by_line = {problem.line: problem.text for problem in lines.problems}
    for row in rows:
        row.problem = by_line.get(row.line, "")
    return bool(by_line)


def _filtered(form: ListForm, today: date) -> list[tuple[int, Standing]]:
    """The households that the filters keep, by name, each with how it stands; four queries."""
    form.is_valid()
    asked = form.cleaned_data
    homes = quotients.concerned(today).order_by("name_key", "number")
    address = Household.objects.filter(
        Q(adults__email__gt="") | Q(adults__user__is_active=True, adults__user__activated_at__isnull=False)
    )
    if asked.get("courriel") == "avec":
        homes = homes.filter(pk__in=address.values("pk"))
    elif asked.get("courriel") == "sans":
        homes = homes.exclude(pk__in=address.values("pk"))
    found = quotients.standings(
        homes.values_list("pk", flat=True), activities.regulation().quotient, on=today
    )
    return [(pk, standing) for pk, standing in found.items() if _is_kept(standing, asked.get("etat", ""))]


def _is_kept(standing: Standing, state: str) -> bool:
    if state == "tous":
        return True
    if state == "a-lire":
        return standing.waiting is not None
    if state == "bientot":
        return _is_soon(standing)
    wanted = {
        "": (State.MISSING, State.ENDING),
        "manquants": (State.MISSING,),
        "a-renouveler": (State.ENDING,),
        "valables": (State.GOOD,),
    }
    return standing.state in wanted.get(state, wanted[""]) and not _is_soon(standing)


def _is_soon(standing: Standing) -> bool:
    """Nothing counts today, but a value is entered that will: nobody has anything to do."""
    return standing.state is State.MISSING and standing.coming is not None


def _rows(found: Sequence[tuple[int, Standing]], today: date) -> list[Row]:
    pks = [pk for pk, _ in found]
    homes = queries.with_people(Household.objects.filter(pk__in=pks), day=today).in_bulk()
    last = QuotientReminder.objects.filter(household__in=pks).order_by().values_list("household")
    reminded = dict(last.annotate(Max("sent_at")))
    return [
        Row(
            household=homes[pk],
            standing=standing,
            word="Compte bientôt" if _is_soon(standing) else WORDS[standing.state],
            tone="calm" if _is_soon(standing) else TONES[standing.state],
            reminded_on=timezone.localdate(reminded[pk]) if pk in reminded else None,
            email=_email(homes[pk]),
        )
        for pk, standing in found
        if pk in homes
    ]


def _email(household: Household) -> str:
    return next(
        (
            adult.user.email if adult.user and adult.user.activated_at else adult.email
            for adult in household.adults.all()
            if adult.email or (adult.user and adult.user.activated_at)
        ),
        "",
    )


def _cells(row: Row) -> tuple[object, ...]:
    found, coming = row.standing.found, row.standing.coming
    return (
        row.household.number,
        row.household.name,
        ", ".join(map(str, row.household.adults.all())),
        row.word,
        found.value,
        found.proved.kind if found.proved else "",
        found.start,
        found.end,
        coming.start if coming else None,
        row.standing.waiting.number if row.standing.waiting else "",
        row.reminded_on,
        row.email,
    )
