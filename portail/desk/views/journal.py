"""The journal of the whole commune: who did what, when, from where."""

from datetime import datetime, time, timedelta

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.accounts.rights import Right
from portail.core.models import JournalEntry
from portail.desk import access, filters
from portail.desk.forms.journal import JournalForm
from portail.desk.journal_words import in_words

A_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
def journal(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_SETTINGS)
    if request.method == "POST":
        return filters.keep(request)
    form = JournalForm(filters.asked(request) or None)
    rows = JournalEntry.objects.all()
    if form.is_valid():
        rows = _narrowed(rows, form)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "lines": in_words(page.object_list)}
    return render(request, "desk/journal/list.html", context, status=422 if form.errors else 200)


def _narrowed(rows: QuerySet[JournalEntry], form: JournalForm) -> QuerySet[JournalEntry]:
    values = form.cleaned_data
    if values["q"]:
        rows = rows.filter(summary__icontains=values["q"])
    if values["auteur"]:
        rows = rows.filter(actor_label__icontains=values["auteur"])
    if values["objet"]:
        rows = rows.filter(subject__startswith=f"{values['objet']}:")
    if values["canal"]:
        rows = rows.filter(channel=values["canal"])
    if values["du"]:
        rows = rows.filter(at__gte=_midnight(values["du"]))
    if values["au"]:
        rows = rows.filter(at__lt=_midnight(values["au"] + timedelta(days=1)))
    return rows


def _midnight(day) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
