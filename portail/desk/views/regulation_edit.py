"""The settings file being written: typed or sent, tried on one case, checked, its effect told, applied."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from portail import rules
from portail.accounts.models import User
from portail.accounts.rights import Right
from portail.activities import queries
from portail.activities.actions import drafts
from portail.activities.actions import regulation as actions
from portail.billing.queries.rule_changes import repriced
from portail.bookings.actions import regulation as booked
from portail.bookings.queries.touched import coming
from portail.desk import access, regulation_texts, rule_answers
from portail.desk.forms.regulation import RegulationForm
from portail.desk.forms.situation import PreviewForm
from portail.desk.views.activities import tell_full
from portail.desk.views.replies import status_of
from portail.rules.asking import asking

MOST_REPRICED = 5_000
"""Bookings to come whose price is computed twice while the page waits: about a second."""


@require_http_methods(["GET", "HEAD", "POST"])
def regulation_edit(request: HttpRequest) -> HttpResponse:
    """Try a file: every problem with its line, then what it would change, then apply it."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    if request.method != "POST":
        return _start(request, agent)
    form = RegulationForm(request.POST, request.FILES)
    is_sound = form.is_valid()
    if "preview" in request.POST:
        return _page(request, form, checked=False)
    if is_sound and "apply" in request.POST and form.cleaned_data["seen"] == form.mark:
        applied = _apply(request, form, agent)
        if applied:
            return redirect("desk:regulation")
    if form.is_valid():
        values = form.cleaned_data
        drafts.keep_draft(values["text"], over=values["over"], actor=agent, now=timezone.now())
    return _page(request, form, checked=True)


def _start(request: HttpRequest, agent: User) -> HttpResponse:
    """An earlier version named in the address, the reader's draft with its effect, or the text in force."""
    over = actions.current_version()
    asked = request.GET.get("version", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 8:
        text = access.get_regulation(request, int(asked)).text
    elif draft := drafts.draft_of(agent):
        form = RegulationForm({"text": draft.text, "over": draft.over})
        form.is_valid()
        return _page(request, form, checked=True, draft=draft, overtaken=over if over != draft.over else None)
    else:
        text = regulation_texts.text_in_force()
    return _page(request, RegulationForm(initial={"text": text, "over": over}), checked=False)


def _apply(request: HttpRequest, form: RegulationForm, agent: User) -> bool:
    """Whether the text is in force; otherwise the form says why."""
    before = queries.regulation().commune
    values = form.cleaned_data
    try:
        done = booked.apply_file(
            values["text"], values["note"], actor=agent, now=timezone.now(), over=values["over"]
        )
    except (booked.StillBooked, rules.SettingsErrors) as refused:
        form.add_error(None, f"Rien n'est appliqué. {refused}")
        return False
    except actions.StaleVersion as stale:
        form.add_error(
            None,
            f"Un collègue a appliqué la version {stale.current} pendant que vous écriviez : rien n'est changé. "
            "Relisez-la, reportez vos changements, puis vérifiez de nouveau.",
        )
        return False
    messages.success(request, f"La version {done.version.version} est en vigueur dès maintenant.")
    if done.full:
        tell_full(request, done.full)
    _tell_zone(request, before, queries.regulation().commune)
    return True


def _tell_zone(request: HttpRequest, before: rules.Commune, after: rules.Commune) -> None:
    if (before.zone, before.subdivision) != (after.zone, after.subdivision):
        messages.warning(
            request,
            "La zone ou le territoire a changé : importez de nouveau le calendrier national, dans « Calendrier », "
            "puis générez les séances.",
        )


def _page(request: HttpRequest, form: RegulationForm, *, checked: bool, **more: Any) -> HttpResponse:
    """The page, with the text as it was read (a file that was sent fills the box) and what it answers."""
    context: dict[str, Any] = {"form": form, "problems": form.problems, "checked": False, **more}
    if form.is_bound and form.is_valid() and form.regulation is not None:
        names = ("text", "note", "over")
        initial = {name: form.cleaned_data[name] for name in names} | {"seen": form.mark if checked else ""}
        context["form"] = RegulationForm(initial=initial)
        context |= _effect(form.regulation) if checked else {}
    context |= _preview(request, form)
    status = status_of(form, context["case"])
    return render(request, "desk/regulation/edit.html", context, status=status)


def _effect(regulation: rules.Regulation) -> dict[str, Any]:
    """What it would change: the refusals come first, then what is probably not meant."""
    today = timezone.localdate()
    try:
        found = booked.plan(regulation, now=timezone.now())
        prices = _prices(regulation)
    except (rules.SettingsErrors, rules.CalendarUnknown) as refused:
        return {"checked": True, "warnings": [str(refused)], "changes": actions.changes(regulation)}
    return {
        "checked": True,
        "refusals": found.refusals,
        "warnings": found.warnings,
        "structure": found.structure,
        "changes": found.rules,
        "booked": [*(moved.fr() for moved in found.deadlines), *prices],
        "effects": actions.effects(regulation, today=today),
        "doubts": rules.doubts(regulation, regulation_texts.calendar_of(regulation), around=today),
    }


def _prices(regulation: rules.Regulation) -> list[str]:
    """What it would change of the prices of what is booked, as long as there is little enough to wait for it."""
    count = coming(timezone.localdate()).count()
    if count > MOST_REPRICED:
        return [
            f"Prix : {count} réservations à venir, trop pour les recalculer ici. Essayez ce texte dans « Essai sur un "
            "mois »."
        ]
    return repriced(regulation, now=timezone.now()).fr()


def _preview(request: HttpRequest, form: RegulationForm) -> dict[str, Any]:
    """One case, answered by the text as it is typed; the text in force lends its fields to one with problems."""
    typed = form.regulation if form.is_bound else None
    if not form.is_bound:
        typed = queries.parsed(form.initial["text"])
    regulation = typed or queries.regulation()
    services = regulation_texts.services_of(regulation)
    is_asked = request.method == "POST" and "try-jour" in request.POST
    case = PreviewForm(
        request.POST if is_asked else None,
        prefix="try",
        asked=asking(regulation),
        services=services,
        initial={"jour": timezone.localdate()},
    )
    found: dict[str, Any] = {"case": case, "answer": None}
    if typed and is_asked and case.is_valid():
        values = case.cleaned_data
        found["answer"] = rule_answers.preview(
            typed,
            regulation_texts.calendar_of(typed),
            service=values["service"],
            name=dict(services)[values["service"]],
            day=values["jour"],
            action=rules.Action(values["action"]),
            known=case.known(),
            now=timezone.now(),
        )
    return found


@require_POST
def draft_drop(request: HttpRequest) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_SETTINGS)
    if drafts.drop_draft(actor=agent, now=timezone.now()):
        messages.success(request, "Le brouillon est abandonné. Le règlement en vigueur n'a pas changé.")
    return redirect("desk:regulation_edit")


@require_POST
def draft_compare(request: HttpRequest) -> HttpResponse:
    """Compare the draft with the version in force now: whoever wrote it has read what came meanwhile."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    draft = drafts.draft_of(agent)
    if draft is not None:
        over = actions.current_version()
        try:
            drafts.keep_draft(draft.text, over=over, actor=agent, now=timezone.now())
        except rules.SettingsErrors:
            messages.warning(request, "Corrigez d'abord ce que le portail ne comprend pas dans ce texte.")
    return redirect("desk:regulation_edit")
