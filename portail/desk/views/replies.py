"""The answers that every desk screen gives the same way."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

Trail = list[tuple[str, str]]


def status_of(*asked: forms.BaseForm) -> int:
    """422 when something typed is to be corrected, 200 otherwise."""
    return 422 if any(form.errors for form in asked) else 200


def edit_page(
    request: HttpRequest,
    form: forms.BaseForm,
    *,
    title: str,
    trail: Trail,
    submit: str = "Enregistrer",
    status: int | None = None,
    **more: Any,
) -> HttpResponse:
    """A page with one form. `trail`: the pages above, the last one is where "Annuler" leads."""
    context = {"form": form, "title": title, "trail": trail, "back": trail[-1][1], "submit": submit, **more}
    template = more.pop("template", "desk/edit.html")
    return render(request, template, context, status=status or status_of(form))


def confirmation(
    request: HttpRequest,
    *,
    title: str,
    text: str,
    confirm: str,
    back: str,
    danger: bool = True,
    hidden: dict[str, str] | None = None,
) -> HttpResponse:
    """Ask once more, for whoever came without the script that asks in place."""
    context = {
        "title": title,
        "text": text,
        "confirm": confirm,
        "back": back,
        "danger": danger,
        "hidden": hidden or {},
    }
    return render(request, "core/confirm_desk.html", context)


def is_confirmed(request: HttpRequest) -> bool:
    return request.POST.get("confirmed") == "1"
