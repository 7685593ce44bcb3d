"""The files put there for a household."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.core import uploads
from portail.desk import access
from portail.desk.forms.documents import DocumentForm
from portail.desk.views import block
from portail.families import queries
from portail.families.actions import documents as actions
from portail.families.models import FamilyDocument

BLOCK = "documents"
PER_PAGE = 25


@require_safe
def documents(request: HttpRequest, household_id: int) -> HttpResponse:
    household = access.get_household(request, household_id)
    agent = access.require(request)
    kinds, years = queries.document_choices(household)
    kinds = [known for known in kinds if known not in FamilyDocument.RESTRICTED]
    kind = next((known for known in kinds if known == request.GET.get("nature")), "")
    year = next((known for known in years if str(known) == request.GET.get("annee")), None)
    files = queries.documents(household, kind=kind, year=year).exclude(kind__in=FamilyDocument.RESTRICTED)
    page = Paginator(files, PER_PAGE)
    context = {
        "household": household,
        "kinds": [(known, FamilyDocument.Kind(known).label) for known in kinds],
        "years": years,
        "kind": kind,
        "year": year,
        "page": page.get_page(request.GET.get("page")),
        "can_edit": has_right(agent, Right.EDIT_FAMILIES),
    }
    return render(request, "desk/households/documents.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, household_id: int) -> HttpResponse:
    household = access.get_household(request, household_id, Right.EDIT_FAMILIES)
    form = DocumentForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        actions.put_document(
            household,
            form.cleaned_data["title"],
            form.cleaned_data["file"],
            actor=access.require(request),
            now=timezone.now(),
        )
        told = "Le document est déposé. La famille est prévenue par courriel."
        return block.done(request, household, BLOCK, told=told)
    return block.form_page(
        request, household, form, block=BLOCK, title="Déposer un document", submit="Déposer"
    )


@require_safe
def download(request: HttpRequest, household_id: int, document_id: int) -> FileResponse:
    document = access.get_document(request, household_id, document_id)
    return uploads.download(document.file, name=document.file_name, content_type=document.content_type)


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, household_id: int, document_id: int) -> HttpResponse:
    document = access.get_document_to_remove(request, household_id, document_id)
    if request.method != "POST":
        return block.confirm_page(
            request,
            document.household,
            block=BLOCK,
            title=f"Retirer « {document.title} » ?",
            text="La famille ne pourra plus le lire. Le fichier est effacé pour de bon.",
            confirm="Retirer le document",
        )
    actions.remove_document(document, actor=access.require(request), now=timezone.now())
    return block.done(request, document.household, BLOCK, told="Le document est retiré.")
