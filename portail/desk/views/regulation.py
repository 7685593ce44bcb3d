"""The settings file: in force, its history, tried and applied."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail import rules
from portail.accounts.rights import Right
from portail.activities import queries
from portail.activities.actions import regulation as actions
from portail.activities.models import Regulation
from portail.desk import access
from portail.desk.forms.regulation import RegulationForm
from portail.desk.views.replies import status_of


@require_safe
def regulation(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_SETTINGS)
    versions = list(Regulation.objects.select_related("applied_by").defer("text"))
    context = {
        "versions": versions,
        "current": versions[0] if versions else None,
        "text": _text_in_force(),
    }
    return render(request, "desk/regulation/current.html", context)


@require_safe
def regulation_version(request: HttpRequest, version: int) -> HttpResponse:
    found = access.get_regulation(request, version)
    is_last = version == actions.current_version()
    return render(request, "desk/regulation/version.html", {"found": found, "is_last": is_last})


@require_safe
def regulation_download(request: HttpRequest, version: int) -> HttpResponse:
    """The file itself; version 0 is the one in force, even before any was applied."""
    if version:
        text = access.get_regulation(request, version).text
    else:
        access.require(request, Right.MANAGE_SETTINGS)
        text = _text_in_force()
    response = HttpResponse(text, content_type="application/toml; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="reglement-{version or "en-vigueur"}.toml"'
    return response


@require_http_methods(["GET", "POST"])
def regulation_edit(request: HttpRequest) -> HttpResponse:
    """Try a file: every problem with its line, then what it would change, then apply it."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    start = {"text": _start(request), "over": actions.current_version()}
    form = RegulationForm(request.POST or None, request.FILES or None, initial=start)
    before = queries.regulation().commune
    if form.is_valid() and "apply" in request.POST and form.cleaned_data["seen"] == form.mark:
        try:
            applied = actions.apply_regulation(
                form.cleaned_data["text"],
                form.cleaned_data["note"],
                actor=agent,
                now=timezone.now(),
                over=form.cleaned_data["over"],
            )
        except actions.StaleVersion as stale:
            form.add_error(
                None,
                f"Un collègue a appliqué la version {stale.current} pendant que vous écriviez : rien n'est changé. "
                "Relisez-la, reportez vos changements, puis vérifiez de nouveau.",
            )
        else:
            messages.success(request, f"La version {applied.version} est en vigueur dès maintenant.")
            _tell_zone(request, before, queries.regulation().commune)
            return redirect("desk:regulation")
    return _edit_page(request, form)


def _tell_zone(request: HttpRequest, before: rules.Commune, after: rules.Commune) -> None:
    if (before.zone, before.subdivision) != (after.zone, after.subdivision):
        messages.warning(
            request,
            "La zone ou le territoire a changé : importez de nouveau le calendrier national, dans « Calendrier », "
            "puis générez les séances.",
        )


def _edit_page(request: HttpRequest, form: RegulationForm) -> HttpResponse:
    """The page again, with the text as it was read (a file that was sent fills the box)."""
    context: dict[str, object] = {"form": form, "problems": form.problems, "checked": False}
    if form.is_bound and form.is_valid():
        assert form.regulation is not None
        today = timezone.localdate()
        context |= {
            "checked": True,
            "warnings": actions.warnings(form.regulation),
            "changes": actions.changes(form.regulation),
            "effects": actions.effects(form.regulation, today=today),
            "form": RegulationForm(
                initial={name: form.cleaned_data[name] for name in ("text", "note", "over")}
                | {"seen": form.mark}
            ),
        }
    return render(request, "desk/regulation/edit.html", context, status=status_of(form))


def _start(request: HttpRequest) -> str:
    """The text to start from: an earlier version named in the address, or the one in force."""
    asked = request.GET.get("version", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 8:
        return access.get_regulation(request, int(asked)).text
    return _text_in_force()


def _text_in_force() -> str:
    text = Regulation.objects.values_list("text", flat=True).first()
    return queries.default_regulation() if text is None else text
