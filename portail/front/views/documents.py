"""The documents of this household: what the portal issued, what the service put there, what the family sent."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from portail.bookings.queries.receipts import hidden_numbers
from portail.core import uploads
from portail.families import queries
from portail.families.models import FamilyDocument
from portail.front import access

A_PAGE = 30
Kind = FamilyDocument.Kind
TITLES: dict[str, Promise] = {
    Kind.INVOICE: _("Factures"),
    Kind.CREDIT_NOTE: _("Avoirs"),
    Kind.TAX_CERTIFICATE: _("Attestations fiscales"),
    Kind.QUOTIENT_CARD: _("Cartes de quotient familial"),
    Kind.PAYMENT_RECEIPT: _("Reçus de paiement"),
    Kind.STATEMENT: _("Relevés de compte"),
    Kind.BOOKING_RECEIPT: _("Reçus de réservation"),
    Kind.FILE: _("Déposés par le service"),
    Kind.PROOF: _("Pièces envoyées"),
}


class Year(NamedTuple):
    number: int
    documents: list[FamilyDocument]


class Group(NamedTuple):
    """The documents of one kind, by year, the latest first."""

    kind: str
    title: Promise
    icon: str
    years: list[Year]


@require_GET
def documents(request: HttpRequest) -> HttpResponse:
    household = access.get_household(request)
    kinds, years = queries.document_choices(household)
    kind = next((known for known in kinds if known == request.GET.get("nature")), "")
    year = next((known for known in years if str(known) == request.GET.get("annee")), None)
    found = queries.documents(household, kind=kind, year=year)
    if Kind.BOOKING_RECEIPT in kinds:
        hidden = hidden_numbers(household, timezone.localdate())
        found = found.exclude(kind=Kind.BOOKING_RECEIPT, number__in=hidden)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "groups": _groups(page.object_list),
        "kinds": [(known, TITLES[known]) for known in kinds],
        "years": years,
        "kind": kind,
        "year": year,
        "has_any": bool(kinds),
    }
    return render(request, "front/documents/list.html", context)


@require_GET
def download(request: HttpRequest, document_id: int) -> FileResponse:
    document = access.get_document(request, document_id)
    return uploads.download(document.file, name=document.file_name, content_type=document.content_type)


def _groups(found: Iterable[FamilyDocument]) -> list[Group]:
    return [
        Group(kind, TITLES[kind], "euro" if kind == Kind.INVOICE else "document", _years(own))
        for kind, own in groupby(found, key=lambda document: document.kind)
    ]


def _years(found: Iterable[FamilyDocument]) -> list[Year]:
    by_year = groupby(found, key=lambda document: timezone.localtime(document.added_at).year)
    return [Year(number, list(own)) for number, own in by_year]
