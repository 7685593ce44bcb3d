"""Démarches: what a family asks of the service, and what became of it."""

from collections.abc import Callable
from datetime import date

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portail.activities import queries as activities
from portail.activities.models import School
from portail.core.forms import Form
from portail.core.templatetags.ui import of_name
from portail.families import queries
from portail.families.actions import requests as actions
from portail.families.models import Adult, Child, FamilyDocument, Household, Quotient
from portail.families.models import Request as FamilyRequest
from portail.families.quotients import value_of
from portail.front import access
from portail.front.forms.dossier import AddressForm, CertificateForm, MessageForm, NameForm, SchoolForm
from portail.rules.quotients import validity

# The tax office lets a return be put right until the end of the third year that follows.
CERTIFICATE_YEARS = 4


@require_GET
def requests(request: HttpRequest) -> HttpResponse:
    page = Paginator(access.get_requests(request), 20).get_page(request.GET.get("page"))
    return render(request, "front/requests/list.html", {"page": page})


@require_GET
def detail(request: HttpRequest, request_id: int) -> HttpResponse:
    item = access.get_request(request, request_id)
    documents = list(item.documents.order_by("added_at", "pk"))
    return render(
        request,
        "front/requests/detail.html",
        {
            "item": item,
            "changes": queries.change_lines(item),
            "pages": [document for document in documents if document.kind == FamilyDocument.Kind.PROOF],
            "documents": [document for document in documents if document.kind != FamilyDocument.Kind.PROOF],
            "entered": _entered(item),
        },
    )


@require_http_methods(["GET", "POST"])
def withdraw(request: HttpRequest, request_id: int) -> HttpResponse:
    item = access.get_request(request, request_id)
    if request.method == "POST":
        try:
            actions.withdraw(item, actor=access.person(request), now=timezone.now())
        except actions.AlreadyDecided:
            messages.warning(request, _("Le service a répondu entre-temps : sa réponse est ci-dessous."))
        else:
            messages.success(request, _("Votre demande est retirée."))
        return redirect("front:request", item.pk)
    return render(
        request, "front/requests/withdraw.html", {"item": item, "title": _("Retirer cette demande ?")}
    )


@require_GET
def ask(request: HttpRequest) -> HttpResponse:
    children = queries.child_sheets(access.get_household(request), day=timezone.localdate())
    return render(request, "front/requests/ask.html", {"children": children})


@require_http_methods(["GET", "POST"])
def ask_address(request: HttpRequest) -> HttpResponse:
    household = access.get_household(request)
    fields = ("street", "street_more", "postcode", "city")
    form = AddressForm(request.POST or None, initial={field: getattr(household, field) for field in fields})
    lede = _("Votre adresse change dès que le service l'a acceptée.")
    return _ask(request, form, lambda: _change(request, household, form), _("Changer d'adresse"), lede)


@require_http_methods(["GET", "POST"])
def ask_own_name(request: HttpRequest) -> HttpResponse:
    return _ask_name(request, access.get_adult(request), _("Changer mon nom"))


@require_http_methods(["GET", "POST"])
def ask_child_name(request: HttpRequest, child_id: int) -> HttpResponse:
    child = access.get_child(request, child_id)
    return _ask_name(
        request, child, _("Changer le nom %(of_child)s") % {"of_child": of_name(child.first_name)}
    )


@require_http_methods(["GET", "POST"])
def ask_school(request: HttpRequest, child_id: int) -> HttpResponse:
    child = access.get_child(request, child_id)
    form = SchoolForm(request.POST or None, schools=School.objects.filter(is_active=True))
    title = _("Changer %(child)s d'école") % {"child": child.first_name}
    lede = _("Le service vérifie la place et vous répond.")
    return _ask(request, form, lambda: _change_school(request, child, form), title, lede)


@require_http_methods(["GET", "POST"])
def ask_certificate(request: HttpRequest) -> HttpResponse:
    household = access.get_household(request)
    form = CertificateForm(request.POST or None, years=_certificate_years(timezone.localdate()))

    def send() -> FamilyRequest:
        return actions.ask_tax_certificate(
            household,
            form.cleaned_data["year"],
            message=form.cleaned_data["message"],
            author=access.person(request),
            now=timezone.now(),
        )

    lede = _("Le service prépare l'attestation et la dépose dans vos documents.")
    return _ask(request, form, send, _("Demander une attestation fiscale"), lede)


@require_http_methods(["GET", "POST"])
def ask_message(request: HttpRequest) -> HttpResponse:
    household = access.get_household(request)
    form = MessageForm(request.POST or None)

    def send() -> FamilyRequest:
        return actions.send_message(
            household, form.cleaned_data["message"], author=access.person(request), now=timezone.now()
        )

    return _ask(request, form, send, _("Écrire au service"), _("La réponse arrivera ici et par courriel."))


def _ask(
    request: HttpRequest, form: Form, send: Callable[[], FamilyRequest], title: str, lede: str
) -> HttpResponse:
    if form.is_valid():
        try:
            item = send()
        except actions.NothingAsked:
            form.add_error(
                None, _("Rien ne change : écrivez ce qui doit remplacer ce que le service a déjà.")
            )
        else:
            messages.success(
                request, _("Votre demande %(number)s est partie au service.") % {"number": item.number}
            )
            return redirect("front:request", item.pk)
    context = {"form": form, "title": title, "lede": lede}
    return render(request, "front/requests/form.html", context, status=422 if form.errors else 200)


def _ask_name(request: HttpRequest, subject: Adult | Child, title: str) -> HttpResponse:
    initial = {"first_name": subject.first_name, "last_name": subject.last_name}
    form = NameForm(request.POST or None, initial=initial)
    lede = _("Le nom change dès que le service l'a accepté.")
    return _ask(request, form, lambda: _change(request, subject, form), title, lede)


def _change(request: HttpRequest, subject: Household | Adult | Child, form: Form) -> FamilyRequest:
    wanted = {field: value for field, value in form.cleaned_data.items() if field != "message"}
    return actions.ask_change(
        subject,
        wanted,
        household=access.get_household(request),
        message=form.cleaned_data["message"],
        author=access.person(request),
        now=timezone.now(),
    )


def _change_school(request: HttpRequest, child: Child, form: SchoolForm) -> FamilyRequest:
    now = timezone.now()
    year = queries.school_year_of(timezone.localdate(now))
    if year is None:
        raise actions.NothingAsked
    return actions.ask_school(
        child,
        form.cleaned_data["school"].pk,
        school_year=year,
        household=access.get_household(request),
        message=form.cleaned_data["message"],
        author=access.person(request),
        now=now,
    )


def _entered(item: FamilyRequest) -> tuple[Quotient, date, date | None] | None:
    """The quotient that this démarche gave, and from when to when it is good."""
    row = item.quotients.order_by("pk").first() if item.kind == FamilyRequest.Kind.QUOTIENT else None
    return (row, *validity(value_of(row), activities.regulation().quotient)) if row else None


def _certificate_years(today: date) -> list[int]:
    return [today.year - back for back in range(1, CERTIFICATE_YEARS)]
