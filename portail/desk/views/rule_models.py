"""Another commune's regulation: found in the gallery or sent, read beside ours, taken group by group."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail import rules
from portail.accounts.models import User
from portail.accounts.rights import Right
from portail.activities import queries
from portail.activities.actions import drafts
from portail.activities.actions import regulation as actions
from portail.desk import access, gallery, regulation_texts
from portail.desk.forms.models import TITLES, TakeForm, UploadForm, has
from portail.desk.views.replies import status_of
from portail.rules.differences import said_of
from portail.rules.rewriting import rename_services, take

PER_PAGE = 20
MOST_SAID = 30


@require_safe
def rule_models(request: HttpRequest) -> HttpResponse:
    """The gallery, narrowed by words."""
    access.require(request, Right.MANAGE_SETTINGS)
    return _list(request, UploadForm())


def _list(request: HttpRequest, upload: UploadForm) -> HttpResponse:
    words = request.GET.get("q", "").replace("\0", "")[:100]
    found = gallery.models(words)
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "words": words,
        "page": page,
        "count": len(found),
        "is_there": bool(gallery.models()),
        "upload": upload,
    }
    return render(request, "desk/regulation/models.html", context, status=status_of(upload))


@require_http_methods(["GET", "HEAD", "POST"])
def rule_model(request: HttpRequest, slug: str) -> HttpResponse:
    """One file of the gallery beside ours."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    found, text = gallery.model(slug), gallery.text_of(slug)
    if found is None or text is None:
        raise Http404
    return _compared(request, agent, text, name=found.name, source=found.source)


@require_http_methods(["GET", "HEAD", "POST"])
def rule_model_upload(request: HttpRequest) -> HttpResponse:
    """A file that was sent: read beside ours, then taken from (the page carries it)."""
    agent = access.require(request, Right.MANAGE_SETTINGS)
    if request.method != "POST":
        return redirect("desk:rule_models")
    carried = request.POST.get("text", "").replace("\r\n", "\n")
    if carried:
        try:
            theirs = rules.parse(carried)
        except rules.SettingsErrors:
            messages.warning(request, "Ce fichier n'est pas arrivé entier : déposez-le de nouveau.")
            return redirect("desk:rule_models")
        return _compared(request, agent, carried, name=theirs.commune.name, is_sent=True)
    upload = UploadForm(request.POST, request.FILES)
    if not upload.is_valid() or upload.regulation is None:
        return _list(request, upload)
    theirs = upload.regulation
    return _compared(
        request, agent, upload.text, name=theirs.commune.name, source=theirs.commune.source, is_sent=True
    )


def _compared(
    request: HttpRequest, agent: User, text: str, *, name: str, source: str = "", is_sent: bool = False
) -> HttpResponse:
    draft = regulation_texts.draft_text(agent)
    ours = draft.text if draft else regulation_texts.text_in_force()
    mine, theirs = queries.parsed(ours), queries.parsed(text)
    is_taking = request.method == "POST" and "take" in request.POST
    form = TakeForm(
        request.POST if is_taking else None,
        theirs=theirs,
        ours=regulation_texts.services_of(mine),
        initial={"text": text if is_sent else ""},
    )
    if form.is_valid() and _kept(form, ours, text, agent):
        messages.success(
            request,
            f"Repris de {name} dans votre brouillon : voyez ce que cela change, corrigez, puis appliquez.",
        )
        return redirect("desk:regulation_edit")
    context: dict[str, Any] = {
        "form": form,
        "name": name,
        "source": source,
        "is_sent": is_sent,
        "is_draft": draft is not None,
        "beside": _beside(mine, theirs),
        "assumed": theirs.assumptions,
    }
    return render(request, "desk/regulation/model.html", context, status=status_of(form))


def _beside(mine: rules.Regulation, theirs: rules.Regulation) -> list[dict[str, Any]]:
    """What each says of each group; the first sentences only when there are many."""
    found = []
    for group, title in TITLES.items():
        if has(theirs, group):
            ours, others = said_of(mine, group), said_of(theirs, group)
            found.append(
                {
                    "title": title,
                    "ours": ours[:MOST_SAID],
                    "theirs": others[:MOST_SAID],
                    "more": max(len(ours), len(others)) > MOST_SAID,
                }
            )
    return found


def _kept(form: TakeForm, ours: str, theirs: str, agent: User) -> bool:
    """Whether the text made of both may be kept; otherwise the form says what does not go together."""
    groups = form.cleaned_data["groups"]
    text = take(ours, rename_services(theirs, form.names()), groups)
    draft = drafts.draft_of(agent)
    over = draft.over if draft else actions.current_version()
    try:
        drafts.keep_draft(text, over=over, actor=agent, now=timezone.now())
    except rules.SettingsErrors as refused:
        for problem in refused.problems[:5]:
            form.add_error(
                None, f"Ces règles ne vont pas avec les services choisis : {problem.path}, {problem.message}."
            )
        return False
    return True
