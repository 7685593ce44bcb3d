"""The files that the service put there for this household."""

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portail.front import access


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    household = access.get_household(request)
    page = Paginator(household.documents.all(), 20).get_page(request.GET.get("page"))
    return render(request, "front/documents/list.html", {"page": page})


@require_GET
def download(request: HttpRequest, document_id: int) -> FileResponse:
    document = access.get_document(request, document_id)
    return FileResponse(
        document.file.open("rb"),
        as_attachment=True,
        filename=document.file_name,
        content_type=document.content_type,
    )
