"""One block of the household's page, edited in its place, or on a small page of its own without script.

Both pages hold a section of the same id. From the household's page, whoever has htmx swaps that section alone and the
address stays; a page opened on its own behaves as any other.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portail.core.changes import Merged
from portail.core.forms import EditForm
from portail.families.models import Household


def form_page(
    request: HttpRequest,
    household: Household,
    form: forms.BaseForm,
    *,
    block: str,
    title: str,
    submit: str = "Enregistrer",
    template: str = "desk/households/form.html",
    **more: Any,
) -> HttpResponse:
    """A form that takes the place of the block `block` of this household. 422 when something is to be corrected."""
    context = {
        "household": household,
        "form": form,
        "anchor": block,
        "title": title,
        "submit": submit,
        "back": address(household, block),
        **more,
    }
    return in_place(request, render(request, template, context, status=422 if form.errors else 200))


def confirm_page(
    request: HttpRequest, household: Household, *, block: str, title: str, text: str, confirm: str
) -> HttpResponse:
    """Ask before what cannot be undone by a click."""
    context = {
        "household": household,
        "anchor": block,
        "title": title,
        "text": text,
        "submit": confirm,
        "is_danger": True,
        "back": address(household, block),
    }
    return in_place(request, render(request, "desk/households/form.html", context))


def in_place(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Keep the address of the household's page while one of its blocks is swapped."""
    if request.headers.get("HX-Request") == "true":
        response["HX-Push-Url"] = "false"
    return response


def done(
    request: HttpRequest, household: Household, block: str, *, told: str, merged: Merged | None = None
) -> HttpResponse:
    """Back to the block. `merged`: says so when nothing had changed."""
    if merged is not None and not merged.mine:
        messages.info(request, "Rien n'avait changé.")
    else:
        messages.success(request, told)
    return redirect(address(household, block))


def tell_meanwhile(request: HttpRequest, form: EditForm, merged: Merged) -> None:
    """Say what others changed in the same row, which was kept."""
    if labels := form.labels_of(merged.theirs):
        names = ", ".join(labels)
        messages.info(request, f"Un collègue a changé entre-temps : {names}. Sa saisie est gardée.")


def address(household: Household, block: str) -> str:
    return f"{reverse('desk:household', args=[household.pk])}#{block}"
