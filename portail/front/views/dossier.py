"""The household's own page, and what it changes at once."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portail.core.templatetags.ui import of_name
from portail.families import queries
from portail.families.actions import contacts
from portail.families.models import ChildContact
from portail.front import access
from portail.front.forms.dossier import ChildReachForm, ContactForm, ReachForm
from portail.front.quotient import shown


@require_GET
def household(request: HttpRequest) -> HttpResponse:
    adult = access.get_adult(request)
    today = timezone.localdate()
    requests = adult.household.requests.all()[:4]
    return render(
        request,
        "front/dossier/household.html",
        {
            "me": adult,
            "household": adult.household,
            "quotient": shown(adult.household, today),
            "adults": adult.household.adults.select_related("user"),
            "children": queries.child_sheets(adult.household, day=today),
            "this_month": today.replace(day=1),
            "requests": requests[:3],
            "has_more": len(requests) > 3,
        },
    )


@require_GET
def reach(request: HttpRequest) -> HttpResponse:
    adult = access.get_adult(request)
    children = queries.child_sheets(adult.household, day=timezone.localdate())
    return render(
        request,
        "front/dossier/reach.html",
        {"me": adult, "household": adult.household, "children": children},
    )


@require_http_methods(["GET", "POST"])
def own_reach(request: HttpRequest) -> HttpResponse:
    adult = access.get_adult(request)
    form = ReachForm(request.POST or None, instance=adult)
    if form.is_valid():
        values = form.cleaned_data
        changed = contacts.update_reach(
            adult,
            values,
            invoices_by_mail=values["invoices_by_mail"],
            actor=access.person(request),
            now=timezone.now(),
        )
        return _saved(request, changed)
    return _form(request, form, title=_("Mes coordonnées"))


@require_http_methods(["GET", "POST"])
def child_reach(request: HttpRequest, child_id: int) -> HttpResponse:
    child = access.get_child(request, child_id)
    form = ChildReachForm(request.POST or None, initial={"phone": child.phone, "email": child.email})
    if form.is_valid():
        changed = contacts.update_child_reach(
            child,
            access.get_household(request),
            **form.cleaned_data,
            actor=access.person(request),
            now=timezone.now(),
        )
        return _saved(request, changed)
    return _form(request, form, title=_("Coordonnées %(of_child)s") % {"of_child": of_name(child.first_name)})


@require_http_methods(["GET", "POST"])
def add_contact(request: HttpRequest, child_id: int) -> HttpResponse:
    child = access.get_child(request, child_id)
    contact = ChildContact(child=child, household=access.get_household(request))
    form = ContactForm(request.POST or None, instance=contact)
    if form.is_valid():
        contact = ChildContact(child=child, household=contact.household)
        contacts.save_contact(contact, form.cleaned_data, actor=access.person(request), now=timezone.now())
        return _saved(request, True)
    return _form(
        request, form, title=_("Une personne à appeler pour %(child)s") % {"child": child.first_name}
    )


@require_http_methods(["GET", "POST"])
def edit_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = access.get_contact(request, contact_id)
    form = ContactForm(request.POST or None, instance=contact)
    if form.is_valid():
        contacts.save_contact(contact, form.cleaned_data, actor=access.person(request), now=timezone.now())
        return _saved(request, bool(form.changed_data))
    return _form(request, form, title=_("Modifier un contact"))


@require_http_methods(["GET", "POST"])
def remove_contact(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = access.get_contact(request, contact_id)
    if request.method == "POST":
        contacts.remove_contact(contact, actor=access.person(request), now=timezone.now())
        messages.success(request, _("Ce contact a été retiré."))
        return redirect("front:reach")
    return render(
        request, "front/dossier/remove_contact.html", {"contact": contact, "title": _("Retirer ce contact ?")}
    )


def _form(
    request: HttpRequest, form: ReachForm | ChildReachForm | ContactForm, *, title: str
) -> HttpResponse:
    status = 422 if form.is_bound else 200
    return render(request, "front/dossier/form.html", {"form": form, "title": title}, status=status)


def _saved(request: HttpRequest, changed: bool) -> HttpResponse:
    if changed:
        messages.success(request, _("Vos coordonnées sont à jour."))
    else:
        messages.info(request, _("Rien n'avait changé."))
    return redirect("front:reach")
