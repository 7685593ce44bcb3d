"""« Valider »: what a recap showed, written exactly so; or back to where it comes from."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portail.bookings import recap_pages as pages
from portail.bookings.actions import (
    BookingsNotChanged,
    ChildNotInHousehold,
    NothingToChange,
    change_bookings,
    check,
)
from portail.bookings.actions.weeks import Declared, change_and_keep
from portail.bookings.forms import ChangesForm
from portail.bookings.models import Receipt
from portail.bookings.queries.ground import Ground, ground
from portail.bookings.recap_pages import Origin
from portail.front import access
from portail.front.views.planning import back_to_ticks, not_up_to_date
from portail.front.views.recaps import recap_page


@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest) -> HttpResponse:
    """Write the changes of a recap exactly as it showed them, or go back to where they come from."""
    access.get_household(request)
    if request.method != "POST":
        return redirect("front:planning")
    form = ChangesForm(request.POST)
    if not form.is_valid():
        return not_up_to_date(request, form)
    origin = pages.origin_of(form)
    if request.POST.get("step") == "edit":
        if origin.page:
            return redirect(reverse(f"front:{origin.page}") + origin.query)
        return back_to_ticks(request, origin.child, origin.month, form.wishes())
    declared = pages.declared_by(origin, lambda: _ground(request))
    if request.POST.get("step") == "hours" or form.has_other_hours:
        return _again(request, form, origin, declared)
    try:
        receipt = _write(request, form, declared)
    except NothingToChange:
        messages.info(request, _("Rien n'a été changé : ces jours sont déjà comme vous le souhaitez."))
        return redirect(_back(origin))
    except BookingsNotChanged:
        return _again(request, form, origin, declared, has_moved=True)
    except ChildNotInHousehold as unknown:
        raise Http404 from unknown
    if receipt is None:
        messages.success(request, _("La semaine type est gardée ; tout était déjà réservé ainsi."))
        return redirect("front:typical_week")
    _tell_what_is_left_out(request, form)
    return redirect("front:receipt", receipt.number)


def _again(
    request: HttpRequest,
    form: ChangesForm,
    origin: Origin,
    declared: Declared | None,
    *,
    has_moved: bool = False,
) -> HttpResponse:
    """The recap as it is now: other hours were chosen on it, or the situation moved."""
    household = access.get_household(request)
    try:
        found = check(household, pages.wishes_again(form), actor=access.person(request), now=timezone.now())
    except ChildNotInHousehold as unknown:
        raise Http404 from unknown
    moved = pages.moved(form, found) if has_moved else None
    return recap_page(request, found, origin, moved=moved, declared=declared)


def _ground(request: HttpRequest) -> Ground:
    links = access.list_children_to_book(request)
    return ground(access.get_household(request), links, timezone.now())


def _write(request: HttpRequest, form: ChangesForm, declared: Declared | None) -> Receipt | None:
    household, actor, now = access.get_household(request), access.person(request), timezone.now()
    token, price = form.cleaned_data["token"], form.cleaned_data["price"]
    if declared is None:
        return change_bookings(household, form.wishes(), token=token, actor=actor, now=now, price=price)
    return change_and_keep(household, form.wishes(), declared, token=token, actor=actor, now=now, price=price)


def _tell_what_is_left_out(request: HttpRequest, form: ChangesForm) -> None:
    """Say again, beside the receipt, what was asked and was not possible."""
    left = form.left_out()
    if not left:
        return
    found = check(access.get_household(request), left, actor=access.person(request), now=timezone.now())
    if told := pages.left_out_told(found.refused):
        messages.warning(request, told)


def _back(origin: Origin) -> str:
    if origin.page:
        return reverse(f"front:{origin.page}") + origin.query
    if origin.month:
        return reverse("front:month", args=[origin.child, origin.month])
    return reverse("front:planning")
