"""Démarches: the queue, one of them, and what an agent decides."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from portail.accounts.rights import Right
from portail.core.changes import EditedMeanwhile
from portail.core.forms import Form, written
from portail.desk import access
from portail.desk.forms.requests import AnswerForm, ApproveForm, QueueForm, RefuseForm
from portail.desk.views import request_page
from portail.families.actions import decisions, links, quotients
from portail.families.actions.requests import AlreadyDecided
from portail.families.models import Request

PER_PAGE = 25
ANSWERED = (Request.Kind.MESSAGE, Request.Kind.TAX_CERTIFICATE, Request.Kind.DISPUTE)


@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The queue, the oldest first: who waits longest is served first."""
    access.require(request, Right.READ_FAMILIES)
    form = QueueForm(request.GET)
    page = Paginator(_filtered(form), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "desk/requests/list.html", {"form": form, "page": page})


@require_safe
def detail(request: HttpRequest, request_id: int) -> HttpResponse:
    return request_page.show(request, access.get_request(request, request_id))


@require_POST
def approve(request: HttpRequest, request_id: int) -> HttpResponse:
    asked = _get(request, request_id, Request.Kind.CHANGE)
    form = ApproveForm(request.POST)

    def decide() -> Request:
        values, agent = form.cleaned_data, access.require(request)
        return decisions.approve(
            asked, seen=values["seen"], answer=values["answer"], actor=agent, now=timezone.now()
        )

    return _decide(request, asked, "approve", form, decide, told="C'est fait. La famille est prévenue.")


@require_POST
def accept_proof(request: HttpRequest, request_id: int) -> HttpResponse:
    """The proof is good: its quotient is entered and the request accepted, at once."""
    asked = _get(request, request_id, Request.Kind.QUOTIENT)
    form = request_page.proof_form(asked, request.POST)

    def decide() -> Request | None:
        answer, agent = form.cleaned_data["answer"], access.require(request)
        return written(
            form,
            lambda: quotients.approve(asked, form.given(), answer=answer, actor=agent, now=timezone.now()),
        )

    told = "Le quotient est enregistré et la démarche acceptée. La famille est prévenue."
    return _decide(request, asked, "accept_proof", form, decide, told=told)


@require_POST
def refuse(request: HttpRequest, request_id: int) -> HttpResponse:
    asked = _get(request, request_id, *Request.Kind)
    form = RefuseForm(request.POST, prefix="refuse")

    def decide() -> Request:
        act = links.refuse_link if asked.kind == Request.Kind.LINK else decisions.refuse
        return act(asked, form.cleaned_data["answer"], actor=access.require(request), now=timezone.now())

    return _decide(request, asked, "refuse", form, decide, told="La demande est refusée, la raison envoyée.")


@require_POST
def answer(request: HttpRequest, request_id: int) -> HttpResponse:
    asked = _get(request, request_id, *ANSWERED)
    form = AnswerForm(request.POST, request.FILES)

    def decide() -> Request:
        values, agent = form.cleaned_data, access.require(request)
        files = [(values["title"], values["file"])] if values["file"] else []
        return decisions.answer(asked, values["answer"], files, actor=agent, now=timezone.now())

    return _decide(request, asked, "answer", form, decide, told="Votre réponse est envoyée à la famille.")


def _get(request: HttpRequest, request_id: int, *kinds: str) -> Request:
    asked = access.get_request(request, request_id, Right.DECIDE_REQUESTS)
    if asked.kind not in kinds:
        raise Http404
    return asked


def _decide(
    request: HttpRequest,
    asked: Request,
    name: str,
    form: Form,
    decide: Callable[[], Request | None],
    *,
    told: str,
) -> HttpResponse:
    """Decide, or show the page again with what stands in the way; an agent who comes second is told."""
    if not form.is_valid():
        return request_page.show(request, asked, bound={name: form})
    try:
        if decide() is None:
            return request_page.show(request, asked, bound={name: form})
    except AlreadyDecided as first:
        messages.warning(request, request_page.already(first.request))
        return redirect("desk:request", asked.pk)
    except EditedMeanwhile:
        messages.warning(
            request, "Le dossier a changé pendant que vous lisiez : relisez les valeurs, puis décidez."
        )
        again = request_page.approval(asked, form.cleaned_data["answer"])
        return request_page.show(request, asked, bound={"approve": again}, status=422)
    except decisions.CannotApply as gone:
        messages.warning(request, f"{gone} Refusez la demande en expliquant pourquoi.")
        return request_page.show(request, asked, status=422)
    messages.success(request, told)
    return redirect("desk:requests")


def _filtered(form: QueueForm) -> QuerySet[Request]:
    """What the filters keep; a filter that means nothing filters nothing."""
    form.is_valid()
    asked = form.cleaned_data
    found = Request.objects.select_related("household", "child")
    if asked.get("nature"):
        found = found.filter(kind=asked["nature"])
    if not asked.get("etat"):
        return found.filter(state=Request.State.WAITING).order_by("created_at", "pk")
    if asked["etat"] == "traitees":
        return found.exclude(state=Request.State.WAITING).order_by("-decided_at", "-pk")
    return found.order_by("-created_at", "-pk")
