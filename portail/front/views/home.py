"""Where everybody arrives, and what the service publishes."""

from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from portail.accounts.models import Role
from portail.front import access
from portail.front.forms.sign_in import SignInForm
from portail.messaging import queries
from portail.messaging.models import LegalPage

NEWS_A_PAGE = 6
_HOMES: dict[str, str] = {Role.FAMILY: "front:dashboard", Role.LEADER: "field:home"}
"""Where each arrives; who is not here arrives at the desk."""


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(_HOMES.get(access.person(request).role, "desk:home"))
    return _published(request, "front/home/home.html", form=SignInForm(request=request))


@require_safe
def news(request: HttpRequest) -> HttpResponse:
    """News and documents for who is signed in, among them those that the public does not see."""
    access.get_family_user(request)
    return _published(request, "front/home/news.html")


@login_not_required
@require_safe
def document(request: HttpRequest, document_id: int) -> FileResponse:
    found = access.get_public_document(request, document_id)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as lost:
        raise Http404 from lost
    return FileResponse(
        content, as_attachment=True, filename=found.file_name, content_type=found.content_type
    )


@login_not_required
@require_safe
def legal(request: HttpRequest, kind: str) -> HttpResponse:
    if kind not in LegalPage.Kind.values:
        raise Http404
    title = LegalPage.Kind(kind).label
    return render(request, "front/home/legal.html", {"title": title, "page": queries.legal_page(kind)})


def _published(request: HttpRequest, template: str, **context: object) -> HttpResponse:
    audiences, today = access.audiences(request), timezone.localdate()
    pages = Paginator(queries.news(audiences, on=today), NEWS_A_PAGE)
    context["page"] = pages.get_page(request.GET.get("page"))
    context["documents"] = queries.documents(audiences, on=today)
    return render(request, template, context)
