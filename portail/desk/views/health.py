"""A child's diet, allergies and PAI, for those with the right to health."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.core.text import de
from portail.desk import access
from portail.desk.forms.health import HealthForm
from portail.desk.views import block
from portail.families.actions.health import set_health
from portail.families.models import ChildHealth

BLOCK = "enfants"


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, household_id: int, child_id: int) -> HttpResponse:
    link = access.get_child_health(request, household_id, child_id)
    known = ChildHealth.objects.filter(child=link.child).first() or ChildHealth(child=link.child)
    form = HealthForm(request.POST or None, instance=known)
    if form.is_valid():
        merged = form.saved(
            lambda: set_health(
                link.child,
                form.values(),
                seen=form.cleaned_data["seen"],
                actor=access.person(request),
                now=timezone.now(),
            )
        )
        if merged:
            block.tell_meanwhile(request, form, merged)
            told = "Le régime et la santé sont enregistrés."
            return block.done(request, link.household, BLOCK, told=told, merged=merged)
    title = f"Régime et santé {de(link.child.first_name)}"
    return block.form_page(request, link.household, form, block=BLOCK, title=title)
