"""What the service publishes: news, useful documents, legal pages."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right
from portail.core.forms import written
from portail.core.uploads import download
from portail.desk import access
from portail.desk.forms.publications import DocumentForm, LegalForm, NewsForm
from portail.desk.views.replies import confirmation, edit_page, is_confirmed
from portail.messaging import actions, queries
from portail.messaging.models import Audience, LegalPage, News, PublicDocument, PublishedQuerySet

A_PAGE = 25
STATES = [("", "Toutes"), ("en-ligne", "En ligne"), ("a-venir", "À venir"), ("passees", "Passées")]


@require_safe
def news_list(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.PUBLISH)
    rows = _filtered(request, News.objects.all())
    return render(request, "desk/publications/news_list.html", _listed(request, rows))


@require_http_methods(["GET", "POST"])
def news_new(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.PUBLISH)
    return _news(request, News(since=timezone.localdate()), "Nouvelle actualité")


@require_http_methods(["GET", "POST"])
def news_edit(request: HttpRequest, news_id: int) -> HttpResponse:
    return _news(request, access.get_news(request, news_id), "Actualité")


def _news(request: HttpRequest, news: News, title: str) -> HttpResponse:
    """Edit, look at it as families will, publish."""
    form = NewsForm(request.POST or None, instance=news)
    preview = None
    if form.is_valid() and "preview" in request.POST:
        preview = form.instance
    elif form.is_valid() and written(
        form,
        lambda: actions.keep_news(news, form.cleaned_data, actor=access.person(request), now=timezone.now()),
    ):
        messages.success(request, "L'actualité est enregistrée.")
        return redirect("desk:news_list")
    return edit_page(
        request,
        form,
        title=title,
        trail=[("Actualités", reverse("desk:news_list"))],
        template="desk/publications/news.html",
        preview=preview,
        item=news,
    )


@require_POST
def news_remove(request: HttpRequest, news_id: int) -> HttpResponse:
    news = access.get_news(request, news_id)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=f"Retirer « {news.title} » ?",
            text="Elle disparaît pour de bon. Pour la garder sans la montrer, donnez-lui plutôt une date de fin.",
            confirm="Retirer",
            back=reverse("desk:news_edit", args=[news.pk]),
        )
    actions.remove_news(news, actor=access.person(request), now=timezone.now())
    messages.success(request, f"« {news.title} » est retirée.")
    return redirect("desk:news_list")


@require_safe
def documents(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.PUBLISH)
    rows = _filtered(request, PublicDocument.objects.all())
    return render(request, "desk/publications/documents.html", _listed(request, rows))


@require_http_methods(["GET", "POST"])
def document_new(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.PUBLISH)
    return _document(request, PublicDocument(since=timezone.localdate()), "Nouveau document")


@require_http_methods(["GET", "POST"])
def document_edit(request: HttpRequest, document_id: int) -> HttpResponse:
    return _document(request, access.get_public_document(request, document_id), "Document utile")


def _document(request: HttpRequest, document: PublicDocument, title: str) -> HttpResponse:
    form = DocumentForm(request.POST or None, request.FILES or None, instance=document)
    if form.is_valid() and written(
        form,
        lambda: actions.keep_document(
            document,
            form.cleaned_data,
            form.cleaned_data["upload"],
            actor=access.person(request),
            now=timezone.now(),
        ),
    ):
        messages.success(request, "Le document est enregistré.")
        return redirect("desk:documents")
    return edit_page(
        request,
        form,
        title=title,
        trail=[("Documents utiles", reverse("desk:documents"))],
        template="desk/publications/document.html",
        item=document,
    )


@require_safe
def document_file(request: HttpRequest, document_id: int) -> FileResponse:
    """The file, whatever its dates and audience: to check what is published."""
    document = access.get_public_document(request, document_id)
    return download(document.file, name=document.file_name, content_type=document.content_type)


@require_POST
def document_remove(request: HttpRequest, document_id: int) -> HttpResponse:
    document = access.get_public_document(request, document_id)
    if not is_confirmed(request):
        return confirmation(
            request,
            title=f"Retirer « {document.title} » ?",
            text="Le document et son fichier disparaissent pour de bon.",
            confirm="Retirer",
            back=reverse("desk:document_edit", args=[document.pk]),
        )
    actions.remove_document(document, actor=access.person(request), now=timezone.now())
    messages.success(request, f"« {document.title} » est retiré.")
    return redirect("desk:documents")


@require_safe
def legal_pages(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.PUBLISH)
    current = actions.current_pages()
    rows = [(kind, label, current.get(kind)) for kind, label in LegalPage.Kind.choices]
    return render(request, "desk/publications/legal_pages.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
def legal_edit(request: HttpRequest, kind: str) -> HttpResponse:
    """The text in force, to change; publishing makes a new version."""
    agent = access.require(request, Right.PUBLISH)
    if kind not in LegalPage.Kind.values:
        raise Http404
    current = queries.legal_page(kind)
    form = LegalForm(request.POST or None, initial={"body": current.body if current else ""})
    if form.is_valid():
        page = actions.publish_legal_page(kind, form.cleaned_data["body"], actor=agent, now=timezone.now())
        messages.success(request, f"{page.get_kind_display()} : la version {page.version} est en ligne.")
        return redirect("desk:legal_pages")
    return edit_page(
        request,
        form,
        title=str(LegalPage.Kind(kind).label),
        trail=[("Pages légales", reverse("desk:legal_pages"))],
        submit="Publier une nouvelle version",
        template="desk/publications/legal.html",
        current=current,
        is_terms=kind == LegalPage.Kind.TERMS,
        versions=LegalPage.objects.filter(kind=kind).defer("body"),
    )


@require_safe
def legal_version(request: HttpRequest, kind: str, version: int) -> HttpResponse:
    page = access.get_legal_page(request, kind, version)
    return render(request, "desk/publications/legal_version.html", {"page": page})


def _filtered(request: HttpRequest, rows: PublishedQuerySet) -> PublishedQuerySet:
    """The rows of the audience and state of the address; newest first."""
    today = timezone.localdate()
    audience, state = request.GET.get("audience", ""), request.GET.get("etat", "")
    if audience in Audience.values:
        rows = rows.filter(audience=audience)
    if state == "en-ligne":
        rows = rows.on(today)
    elif state == "a-venir":
        rows = rows.filter(since__gt=today)
    elif state == "passees":
        rows = rows.filter(until__lt=today)
    return rows.order_by("-since", "-pk")


def _listed(request: HttpRequest, rows: PublishedQuerySet) -> dict[str, object]:
    return {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "today": timezone.localdate(),
        "audiences": Audience.choices,
        "audience": request.GET.get("audience", ""),
        "states": STATES,
        "state": request.GET.get("etat", ""),
    }
