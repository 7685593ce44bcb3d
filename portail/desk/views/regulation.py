"""The settings file: in force, and its history."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portail.accounts.rights import Right
from portail.activities.actions import regulation as actions
from portail.activities.models import Regulation
from portail.activities.queries import whole_text
from portail.desk import access
from portail.desk.regulation_texts import text_in_force


@require_safe
def regulation(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_SETTINGS)
    versions = list(Regulation.objects.select_related("applied_by").defer("text"))
    context = {
        "versions": versions,
        "current": versions[0] if versions else None,
        "text": text_in_force(),
    }
    return render(request, "desk/regulation/current.html", context)


@require_safe
def regulation_version(request: HttpRequest, version: int) -> HttpResponse:
    found = access.get_regulation(request, version)
    is_last = version == actions.current_version()
    return render(request, "desk/regulation/version.html", {"found": found, "is_last": is_last})


@require_safe
def regulation_download(request: HttpRequest, version: int) -> HttpResponse:
    """The file itself; version 0 is the one in force, even before any was applied, with the whole structure."""
    if version:
        text = access.get_regulation(request, version).text
    else:
        access.require(request, Right.MANAGE_SETTINGS)
        text = whole_text()
    response = HttpResponse(text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reglement-{version or "en-vigueur"}.toml"'
    return response
