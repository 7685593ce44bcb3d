"""Whom to call for a child, and who may come for it."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.desk import access
from portail.desk.forms.households import ContactForm
from portail.desk.views import block
from portail.families.actions import contacts as actions
from portail.families.models import ChildContact

BLOCK = "contacts"


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    link = access.get_child_link(request, household_id, child_id)
    contact = ChildContact(household=link.household, child=link.child)
    form = ContactForm(request.POST or None, instance=contact)
    if form.is_valid():
        fresh = ChildContact(household=link.household, child=link.child)
        actions.save_contact(fresh, form.values(), actor=access.require(request), now=timezone.now())
        return block.done(request, link.household, BLOCK, told="Le contact est ajouté.")
    title = f"Une personne à appeler pour {link.child.first_name}"
    return block.form_page(request, link.household, form, block=BLOCK, title=title, submit="Ajouter")


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, household_id: int, contact_id: int) -> HttpResponse:
    contact = access.get_contact(request, household_id, contact_id)
    name = contact.name
    form = ContactForm(request.POST or None, instance=contact)
    if form.is_valid():
        merged = form.saved(
            lambda: actions.edit_contact(
                contact,
                form.values(),
                seen=form.cleaned_data["seen"],
                actor=access.require(request),
                now=timezone.now(),
            )
        )
        if merged:
            block.tell_meanwhile(request, form, merged)
            return block.done(
                request, contact.household, BLOCK, told="Le contact est enregistré.", merged=merged
            )
    return block.form_page(request, contact.household, form, block=BLOCK, title=f"Modifier {name}")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, household_id: int, contact_id: int) -> HttpResponse:
    contact = access.get_contact(request, household_id, contact_id)
    if request.method != "POST":
        return block.confirm_page(
            request,
            contact.household,
            block=BLOCK,
            title=f"Retirer {contact.name} ?",
            text=f"Cette personne ne sera plus appelée pour {contact.child.first_name}.",
            confirm="Retirer le contact",
        )
    actions.remove_contact(contact, actor=access.require(request), now=timezone.now())
    return block.done(request, contact.household, BLOCK, told="Le contact est retiré.")
