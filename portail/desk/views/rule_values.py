"""What a secretary changes most, rule by rule: written in the draft, then checked and applied like any text."""

from datetime import timedelta

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail import rules
from portail.accounts.models import User
from portail.accounts.rights import Right
from portail.activities.actions import drafts
from portail.activities.actions import regulation as actions
from portail.desk import access, regulation_texts
from portail.desk.forms.rule_values import RuleForm, SuccessorForm
from portail.desk.views.replies import edit_page, status_of
from portail.rules.editables import rule_of, rules_of
from portail.rules.rewriting import rewrite, succeed

DATED = ("tariffs", "deadlines", "openings", "surcharges", "absences", "constraints", "quotas", "waiting")
"""Rules that may end on a day, and be followed by another."""
TITLES = {
    "tariffs": "Tarifs",
    "deadlines": "Délais",
    "openings": "Ouvertures des réservations",
    "windows": "Fenêtres publiées",
    "periods": "Périodes de réservation",
    "surcharges": "Pénalités",
    "absences": "Absences",
    "quotient": "Quotient",
    "constraints": "Paniers",
    "quotas": "Quotas de places",
    "waiting": "Listes d'attente",
}


@require_safe
def rule_values(request: HttpRequest) -> HttpResponse:
    """The rules of the text being written, by kind, each with a link to its amounts, days and hours."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    text, is_draft = _text(agent)
    sections = [(TITLES[name], name, list(enumerate(found, 1))) for name, found in rules_of(text).items()]
    context = {"sections": sections, "is_draft": is_draft}
    return render(request, "desk/regulation/values.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_value(request: HttpRequest, section: str, number: int) -> HttpResponse:
    agent = access.require(request, Right.MANAGE_SETTINGS)
    text, _ = _text(agent)
    rule = rule_of(text, section, number)
    if rule is None:
        raise Http404
    form = RuleForm(request.POST or None, rule=rule)
    if form.is_valid():
        changes = form.changes()
        if not changes:
            messages.info(request, "Rien n'a été changé.")
            return redirect("desk:rule_values")
        if _kept(form, rewrite(text, changes), agent):
            messages.success(
                request, "C'est écrit dans votre brouillon : voyez ce que cela change, puis appliquez."
            )
            return redirect("desk:regulation_edit")
    return _rule_page(request, form, SuccessorForm(), section, number)


@require_POST
def rule_succeed(request: HttpRequest, section: str, number: int) -> HttpResponse:
    """Write a copy of a rule that begins on a day, the rule ending the day before: next year's prices, beside this
    year's."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    text, _ = _text(agent)
    rule = rule_of(text, section, number) if section in DATED else None
    if rule is None:
        raise Http404
    form = SuccessorForm(request.POST)
    if form.is_valid():
        first = form.cleaned_data["premier"]
        if _kept(form, succeed(text, rule.path, first), agent):
            messages.success(
                request,
                f"L'ancienne règle vaut jusqu'au {first - timedelta(days=1):%d/%m/%Y}. "
                f"Changez ici ce qui vaudra dès le {first:%d/%m/%Y}.",
            )
            return redirect("desk:rule_value", section, number + 1)
    return _rule_page(request, RuleForm(rule=rule), form, section, number)


def _rule_page(
    request: HttpRequest, form: RuleForm, successor: SuccessorForm, section: str, number: int
) -> HttpResponse:
    return edit_page(
        request,
        form,
        title=form.rule.title,
        trail=[
            ("Règlement", reverse("desk:regulation")),
            ("Montants et délais", reverse("desk:rule_values")),
        ],
        submit="Écrire dans le brouillon",
        template="desk/regulation/value.html",
        successor=successor if section in DATED else None,
        section=section,
        number=number,
        status=status_of(form, successor),
    )


def _text(agent: User) -> tuple[str, bool]:
    """The text that forms rewrite: the draft, or the one in force when there is none; and whether it is the draft."""
    draft = regulation_texts.draft_text(agent)
    return (draft.text, True) if draft else (regulation_texts.text_in_force(), False)


def _kept(form: RuleForm | SuccessorForm, text: str, agent: User) -> bool:
    """Whether the text may be kept; otherwise the form says what does not go together."""
    draft = drafts.draft_of(agent)
    over = draft.over if draft else actions.current_version()
    try:
        drafts.keep_draft(text, over=over, actor=agent, now=timezone.now())
    except rules.SettingsErrors as refused:
        for problem in refused.problems:
            form.refuse(problem)
        return False
    return True
