"""How the service is reached, and what the commune looks like on every page."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portail.accounts.rights import Right
from portail.activities.actions.commune import keep_contact, keep_logo
from portail.activities.models import Commune
from portail.core.forms import written
from portail.desk import access
from portail.desk.forms.publications import CommuneForm, LogoForm
from portail.desk.views.replies import status_of


@require_http_methods(["GET", "POST"])
def commune(request: HttpRequest) -> HttpResponse:
    """Two forms on one page: the contact and colour, the logo. The button pressed says which."""
    agent = access.require(request, Right.PUBLISH)
    found = Commune.objects.first()
    if found is None:
        raise Http404
    is_logo = "keep_logo" in request.POST
    form = CommuneForm(None if is_logo else request.POST or None, instance=found)
    logo_form = LogoForm(request.POST, request.FILES) if is_logo else LogoForm()
    if form.is_valid() and written(
        form, lambda: keep_contact(form.cleaned_data, actor=agent, now=timezone.now())
    ):
        messages.success(request, "Les coordonnées du service sont enregistrées.")
        return redirect("desk:commune")
    if logo_form.is_valid():
        keep_logo(logo_form.cleaned_data["logo"], actor=agent, now=timezone.now())
        messages.success(request, "Le logo est en place sur toutes les pages.")
        return redirect("desk:commune")
    context = {"form": form, "logo_form": logo_form, "found": Commune.objects.get()}
    return render(request, "desk/publications/commune.html", context, status=status_of(form, logo_form))


@require_POST
def logo_remove(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.PUBLISH)
    keep_logo(None, actor=agent, now=timezone.now())
    messages.success(request, "Le logo est retiré de toutes les pages.")
    return redirect("desk:commune")
