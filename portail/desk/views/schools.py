"""Schools and their classes, year by year."""

from django.contrib import messages
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right
from portail.activities.actions import structure
from portail.activities.models import School, SchoolClass, SchoolYear
from portail.core.forms import written
from portail.desk import access
from portail.desk.forms.structure import ClassForm, SchoolForm
from portail.desk.views.replies import Trail, edit_page


@require_safe
def schools(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_ACTIVITIES)
    rows = School.objects.annotate(place_count=Count("places")).order_by("-is_active", "name")
    return render(request, "desk/structure/schools.html", {"schools": rows})


@require_http_methods(["GET", "POST"])
def school_new(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    form = SchoolForm(request.POST or None)
    if form.is_valid():
        school = written(
            form,
            lambda: structure.keep(School(), form.cleaned_data, actor=agent, now=timezone.now()),
        )
        if school:
            messages.success(request, f"{school.name} est enregistrée. Ajoutez maintenant ses classes.")
            return redirect("desk:school", school.pk)
    return edit_page(request, form, title="Nouvelle école", trail=_trail())


@require_http_methods(["GET", "POST"])
def school(request: HttpRequest, school_id: int) -> HttpResponse:
    """The school: its name and address to edit, its classes of a year beside."""
    found = access.get_school(request, school_id)
    form = SchoolForm(request.POST or None, instance=found)
    if form.is_valid() and written(
        form,
        lambda: structure.keep(found, form.cleaned_data, actor=access.person(request), now=timezone.now()),
    ):
        messages.success(request, "L'école est enregistrée.")
        return redirect("desk:school", found.pk)
    years = list(SchoolYear.objects.all())
    year = _year(request, years)
    return edit_page(
        request,
        form,
        title="École",
        trail=_trail(),
        template="desk/structure/school.html",
        school=found,
        years=years,
        year=year,
        classes=_classes(found, year),
        is_removable=structure.is_removable(found),
    )


@require_http_methods(["GET", "POST"])
def class_new(request: HttpRequest, school_id: int, year_id: int) -> HttpResponse:
    school, year = access.get_school(request, school_id), access.get_year(request, year_id)
    form = ClassForm(request.POST or None, instance=SchoolClass(school=school, school_year=year))
    if form.is_valid():
        values = {"school": school, "school_year": year, **form.cleaned_data}
        kept = written(
            form,
            lambda: structure.keep(SchoolClass(), values, actor=access.person(request), now=timezone.now()),
        )
        if kept:
            messages.success(request, f"La classe {kept.name} est ajoutée.")
            return redirect(_classes_url(kept))
    title = f"Nouvelle classe, {year}"
    trail = [*_trail(), (school.name, f"{reverse('desk:school', args=[school.pk])}?annee={year.pk}")]
    return edit_page(request, form, title=title, trail=trail)


@require_http_methods(["GET", "POST"])
def class_edit(request: HttpRequest, class_id: int) -> HttpResponse:
    found = access.get_class(request, class_id)
    form = ClassForm(request.POST or None, instance=found)
    if form.is_valid() and written(
        form,
        lambda: structure.keep(found, form.cleaned_data, actor=access.person(request), now=timezone.now()),
    ):
        messages.success(request, "La classe est enregistrée.")
        return redirect(_classes_url(found))
    return edit_page(
        request,
        form,
        title=f"Classe, {found.school_year}",
        trail=[*_trail(), (found.school.name, _classes_url(found))],
        row=found,
        noun="classe",
        is_removable=structure.is_removable(found),
        why_kept="Des enfants y sont inscrits : elle ne peut pas être supprimée.",
    )


def _trail() -> Trail:
    return [("Écoles et classes", reverse("desk:schools"))]


def _classes_url(found: SchoolClass) -> str:
    return f"{reverse('desk:school', args=[found.school_id])}?annee={found.school_year_id}"


def _year(request: HttpRequest, years: list[SchoolYear]) -> SchoolYear | None:
    """The year asked in the address; else the one of today, else the last."""
    asked = next((year for year in years if str(year.pk) == request.GET.get("annee")), None)
    today = timezone.localdate()
    return asked or next((year for year in years if year.holds(today)), years[0] if years else None)


def _classes(school: School, year: SchoolYear | None) -> list[SchoolClass]:
    if year is None:
        return []
    return list(school.classes.filter(school_year=year).annotate(pupils=Count("schoolings")).order_by("name"))
