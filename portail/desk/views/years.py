"""School years, and the next one made from this one."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right
from portail.activities.actions import structure, years
from portail.activities.models import SchoolYear
from portail.core.forms import written
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.structure import YearForm
from portail.desk.views.replies import Trail, edit_page


@require_safe
def year_list(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_ACTIVITIES)
    rows = SchoolYear.objects.annotate(class_count=Count("classes")).order_by("-start")
    return render(request, "desk/structure/years.html", {"years": rows, "now": timezone.now()})


@require_http_methods(["GET", "POST"])
def year_new(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    form = YearForm(request.POST or None)
    if form.is_valid() and written(
        form, lambda: years.keep_year(SchoolYear(), form.cleaned_data, actor=agent, now=timezone.now())
    ):
        messages.success(request, "L'année scolaire est ajoutée.")
        return redirect("desk:years")
    return edit_page(request, form, title="Nouvelle année scolaire", trail=_trail())


@require_http_methods(["GET", "POST"])
def year_edit(request: HttpRequest, year_id: int) -> HttpResponse:
    found = access.get_year(request, year_id)
    form = YearForm(request.POST or None, instance=found)
    if form.is_valid() and written(
        form,
        lambda: years.keep_year(found, form.cleaned_data, actor=access.person(request), now=timezone.now()),
    ):
        messages.success(request, "L'année scolaire est enregistrée.")
        return redirect("desk:years")
    return edit_page(
        request,
        form,
        title="Année scolaire",
        trail=_trail(),
        row=found,
        noun="annee",
        is_removable=structure.is_removable(found),
        why_kept="Des classes ou des inscriptions s'y rattachent : elle reste, pour que leur passé soit lisible.",
    )


@require_http_methods(["GET", "POST"])
def year_next(request: HttpRequest, year_id: int) -> HttpResponse:
    """The year after this one: its dates to check, its classes copied."""
    source = access.get_year(request, year_id)
    form = YearForm(request.POST or None, initial=_proposal(source))
    if form.is_valid():
        made = written(
            form,
            lambda: years.create_next_year(
                source, form.cleaned_data, actor=access.person(request), now=timezone.now()
            ),
        )
        if made:
            messages.success(
                request, f"L'année {made[0]} est prête, avec {many(made[1], 'classe reprise')} de {source}."
            )
            return redirect("desk:years")
    return edit_page(
        request,
        form,
        title=f"Année suivante, après {source}",
        trail=_trail(),
        submit="Créer l'année et reprendre les classes",
    )


def _proposal(source: SchoolYear) -> dict[str, object]:
    start, end = years.one_year_later(source.start), years.one_year_later(source.end)
    return {"label": f"{start.year}-{end.year}", "start": start, "end": end}


def _trail() -> Trail:
    return [("Années scolaires", reverse("desk:years"))]
