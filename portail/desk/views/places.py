"""The places where services happen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right
from portail.activities.actions import structure
from portail.activities.models import Place
from portail.core.forms import written
from portail.desk import access
from portail.desk.forms.structure import PlaceForm
from portail.desk.views.replies import Trail, edit_page


@require_safe
def places(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_ACTIVITIES)
    rows = (
        Place.objects.select_related("school")
        .prefetch_related("offers__service")
        .order_by("-is_active", "name")
    )
    return render(request, "desk/structure/places.html", {"places": rows})


@require_http_methods(["GET", "POST"])
def place_new(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_ACTIVITIES)
    form = PlaceForm(request.POST or None)
    if form.is_valid() and written(
        form, lambda: structure.keep(Place(), form.cleaned_data, actor=agent, now=timezone.now())
    ):
        messages.success(request, "Le lieu est ajouté. Vous pouvez y proposer des prestations.")
        return redirect("desk:places")
    return edit_page(request, form, title="Nouveau lieu", trail=_trail())


@require_http_methods(["GET", "POST"])
def place_edit(request: HttpRequest, place_id: int) -> HttpResponse:
    found = access.get_place(request, place_id)
    form = PlaceForm(request.POST or None, instance=found)
    if form.is_valid() and written(
        form,
        lambda: structure.keep(found, form.cleaned_data, actor=access.person(request), now=timezone.now()),
    ):
        messages.success(request, "Le lieu est enregistré.")
        return redirect("desk:places")
    return edit_page(
        request,
        form,
        title="Lieu",
        trail=_trail(),
        row=found,
        noun="lieu",
        is_removable=structure.is_removable(found),
        why_kept="Des séances ou des inscriptions s'y rattachent : archivez-le, il gardera son passé.",
    )


def _trail() -> Trail:
    return [("Lieux", reverse("desk:places"))]
