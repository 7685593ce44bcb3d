"""The children of a household: their card, their other dossier, their school, what they are enrolled in."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portail.accounts.rights import Right
from portail.activities.models import SchoolYear
from portail.bookings.models import Booking
from portail.core.forms import written
from portail.core.text import de
from portail.desk import access
from portail.desk.forms.households import ChildForm, LinkForm, SchoolingForm, ShareForm
from portail.desk.views import block
from portail.families import search
from portail.families.actions import children as actions
from portail.families.models import Child, HouseholdChild, Schooling

BLOCK = "enfants"
RIGHTS = {"can_see": True, "can_book": True, "is_told": True, "is_billed": True}


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, household_id: int) -> HttpResponse:
    """A new child; one that another dossier already has is proposed first."""
    household = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    form = ChildForm(request.POST or None, instance=Child(last_name=household.name.title()))
    alike: list[Child] = []
    if form.is_valid():
        alike = search.lookalike_children(form.instance) if "confirmed" not in request.POST else []
        if not alike:
            link = {**RIGHTS, "since": timezone.localdate(), "until": None}
            child = actions.add_child(
                household, form.values(), link, actor=access.require(request), now=timezone.now()
            )
            told = f"{child.first_name} est dans le dossier. Indiquez maintenant son école."
            return block.done(request, household, BLOCK, told=told)
    response = block.form_page(
        request,
        household,
        form,
        block=BLOCK,
        title="Ajouter un enfant",
        submit="Ajouter",
        template="desk/households/new_child.html",
        alike=alike,
    )
    response.status_code = 422 if form.errors or alike else 200
    return response


@require_POST
def join(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """Bring into this dossier a child that another one has, from today."""
    household = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    child = access.get_child(request, child_id, Right.EDIT_FAMILIES)
    link = {**RIGHTS, "since": timezone.localdate(), "until": None}
    try:
        actions.share_child(child, household, link, actor=access.require(request), now=timezone.now())
    except ValidationError as refused:
        messages.warning(request, " ".join(refused.messages))
        return redirect(block.address(household, BLOCK))
    told = f"{child.first_name} est aussi dans ce dossier, depuis aujourd'hui."
    return block.done(request, household, BLOCK, told=told)


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    link = access.get_child_link(request, household_id, child_id)
    name = link.child.first_name
    form = ChildForm(request.POST or None, instance=link.child)
    if form.is_valid():
        merged = form.saved(
            lambda: actions.edit_child(
                link.child,
                form.values(),
                seen=form.cleaned_data["seen"],
                actor=access.require(request),
                now=timezone.now(),
            )
        )
        if merged:
            block.tell_meanwhile(request, form, merged)
            return block.done(request, link.household, BLOCK, told="La fiche est enregistrée.", merged=merged)
    return block.form_page(request, link.household, form, block=BLOCK, title=f"Modifier {name}")


@require_http_methods(["GET", "HEAD", "POST"])
def edit_link(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """What this dossier may do for the child, and its dates."""
    link = access.get_child_link(request, household_id, child_id)
    form = LinkForm(request.POST or None, instance=link)
    if form.is_valid():
        merged = form.saved(
            lambda: actions.edit_link(
                link,
                form.values(),
                seen=form.cleaned_data["seen"],
                actor=access.require(request),
                now=timezone.now(),
            )
        )
        if merged:
            return block.done(
                request, link.household, BLOCK, told="Les droits sont enregistrés.", merged=merged
            )
    title = f"{link.child.first_name} dans le dossier {link.household.number}"
    return block.form_page(request, link.household, form, block=BLOCK, title=title)


@require_http_methods(["GET", "HEAD", "POST"])
def share(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """Put the child in a second dossier, the other parent's."""
    link = access.get_child_link(request, household_id, child_id)
    fresh = HouseholdChild(child=link.child, since=timezone.localdate())
    form = ShareForm(request.POST or None, instance=fresh)
    if form.is_valid():
        shared = written(
            form,
            lambda: actions.share_child(
                link.child,
                form.cleaned_data["number"],
                form.values(),
                actor=access.require(request),
                now=timezone.now(),
            ),
        )
        if shared:
            told = f"{link.child.first_name} est aussi dans le dossier {shared.household.number}."
            return block.done(request, link.household, BLOCK, told=told)
    title = f"Second dossier {de(link.child.first_name)}"
    return block.form_page(request, link.household, form, block=BLOCK, title=title, submit="Rattacher")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    """Undo a link made by mistake."""
    link = access.get_child_link(request, household_id, child_id)
    name = link.child.first_name
    if request.method != "POST":
        return block.confirm_page(
            request,
            link.household,
            block=BLOCK,
            title=f"Retirer {name} du dossier ?",
            text="C'est pour une saisie faite par erreur. Si l'enfant a quitté le foyer, gardez-le et mettez "
            "plutôt une date de fin dans « Droits et dates ».",
            confirm="Retirer l'enfant",
        )
    booked = Booking.objects.filter(child=link.child, household=link.household).exists()
    try:
        actions.remove_link(link, actor=access.require(request), now=timezone.now(), has_bookings=booked)
    except actions.StillUsed:
        messages.warning(
            request,
            f"{name} a des réservations ou des démarches dans ce dossier : elles doivent rester. Mettez plutôt "
            "une date de fin dans « Droits et dates ».",
        )
        return redirect(block.address(link.household, BLOCK))
    return block.done(request, link.household, BLOCK, told=f"{name} n'est plus dans le dossier.")


@require_http_methods(["GET", "HEAD", "POST"])
def schooling(request: HttpRequest, household_id: int, child_id: int, year_id: int) -> HttpResponse:
    """The school and class of a year; the other years are beside."""
    link = access.get_child_link(request, household_id, child_id)
    year = access.get_school_year(request, year_id)
    row = link.child.schoolings.filter(school_year=year).first() or Schooling(
        child=link.child, school_year=year
    )
    form = SchoolingForm(request.POST or None, instance=row, school_year=year)
    if form.is_valid():
        merged = form.saved(
            lambda: actions.set_schooling(
                link.child,
                year,
                form.values(),
                seen=form.cleaned_data["seen"],
                actor=access.require(request),
                now=timezone.now(),
            )
        )
        if merged:
            return block.done(request, link.household, BLOCK, told="L'école est enregistrée.", merged=merged)
    return block.form_page(
        request,
        link.household,
        form,
        block=BLOCK,
        title=f"École {de(link.child.first_name)} en {year}",
        template="desk/households/schooling.html",
        child=link.child,
        year=year,
        years=SchoolYear.objects.all(),
    )
