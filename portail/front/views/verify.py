"""Public: whether a paper was issued by the commune. Whoever holds it types its code; nothing personal is told."""

import hashlib

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portail.billing.queries.papers import credits_on
from portail.core import codes, throttle
from portail.core.uploads import Upload
from portail.families import cards
from portail.families.models import FamilyDocument
from portail.front import access, paces
from portail.front.forms.verify import CodeForm, SameFileForm


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST or None)
    if form.is_valid():
        return redirect("front:verified", form.cleaned_data["code"])
    return render(request, "front/verify/code.html", {"form": form}, status=422 if form.is_bound else 200)


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def verified(request: HttpRequest, code: str) -> HttpResponse:
    """The document of this code, and whether a file that is sent is the very one. Wrong codes slow down."""
    counters, now = paces.verification(request), timezone.now()
    try:
        throttle.take(counters, now=now)
    except throttle.TooSoon as slow:
        context = {"form": CodeForm(initial={"code": code[:40]}), "wait": slow.sentence}
        return render(request, "front/verify/code.html", context, status=429)
    document = access.find_issued(code)
    if document is None:
        context = {"form": CodeForm(initial={"code": codes.read(code) or code[:40]}), "is_unknown": True}
        return render(request, "front/verify/code.html", context, status=404)
    throttle.give_back(counters, now=now)
    form = SameFileForm(request.POST or None, request.FILES or None)
    is_same = _is_same(document, form.cleaned_data["file"]) if form.is_valid() else None
    context = {
        "document": document,
        "credits": credits_on(document),
        "is_replaced": cards.is_replaced(document),
        "form": form,
        "is_same": is_same,
    }
    return render(request, "front/verify/document.html", context, status=422 if form.errors else 200)


def _is_same(document: FamilyDocument, sent: Upload) -> bool:
    sent.file.seek(0)
    return hashlib.file_digest(sent.file, "sha256").hexdigest() == document.digest
