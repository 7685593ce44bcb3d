"""« Valider » at the desk: what a recap showed, written exactly so; or back to where it comes from."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.bookings import recap_pages as pages
from portail.bookings.actions import (
    BookingsNotChanged,
    ChildNotInHousehold,
    NothingToChange,
    ReasonNeeded,
    change_bookings,
    check,
)
from portail.bookings.actions.weeks import Declared, change_and_keep
from portail.bookings.models import Receipt
from portail.bookings.planning_pages import Asked
from portail.bookings.queries.ground import Ground, ground
from portail.bookings.recap_pages import Origin
from portail.desk import access
from portail.desk.forms.reasons import NEEDED, ServiceChangesForm
from portail.desk.views.bookings import planning_page
from portail.desk.views.recaps import recap_page
from portail.families.models import Household


@require_http_methods(["GET", "HEAD", "POST"])
def save(request: HttpRequest, household_id: int) -> HttpResponse:
    """Write the changes of a recap exactly as it showed them; the family gets its receipt by mail."""
    household = access.get_household_to_book(request, household_id)
    form = ServiceChangesForm(request.POST or None)
    if not form.is_valid() and (set(form.errors) - {"reason"} or not form.is_bound):
        messages.warning(request, "Ce récapitulatif n'est plus à jour : rien n'a été changé. Recommencez.")
        return redirect("desk:household", household.pk)
    origin = pages.origin_of(form)
    if request.POST.get("step") == "edit" and (origin.page or origin.month):
        return _back_to_edit(request, household, form, origin)
    declared = pages.declared_by(origin, lambda: _ground(request, household))
    if request.POST.get("step") == "hours" or form.has_other_hours:
        return _again(request, household, form, origin, declared)
    try:
        if form.errors:  # the reason is too long
            return _again(request, household, form, origin, declared)
        receipt = _write(request, household, form, declared)
    except NothingToChange:
        messages.info(request, "Rien n'a été changé : ces jours sont déjà ainsi.")
        return redirect("desk:household", household.pk)
    except ReasonNeeded:
        form.add_error("reason", NEEDED)
        return _again(request, household, form, origin, declared)
    except BookingsNotChanged:
        return _again(request, household, form, origin, declared, has_moved=True)
    except ChildNotInHousehold as unknown:
        raise Http404 from unknown
    if receipt is None:
        messages.success(request, "La semaine type est gardée ; tout était déjà réservé ainsi.")
        return redirect("desk:typical_week", household.pk)
    messages.success(request, f"C'est enregistré : reçu {receipt.number}. La famille est prévenue.")
    _tell_what_is_left_out(request, household, form)
    return redirect("desk:receipt", household.pk, receipt.number)


def _write(
    request: HttpRequest, household: Household, form: ServiceChangesForm, declared: Declared | None
) -> Receipt | None:
    agent, now, values = access.require(request), timezone.now(), form.cleaned_data
    more = {
        "token": values["token"],
        "as_service": True,
        "reason": values["reason"],
        "price": values["price"],
    }
    if declared is None:
        may = access.may_exceed(request)
        return change_bookings(household, form.wishes(), actor=agent, now=now, may_exceed=may, **more)
    return change_and_keep(household, form.wishes(), declared, actor=agent, now=now, **more)


def _again(
    request: HttpRequest,
    household: Household,
    form: ServiceChangesForm,
    origin: Origin,
    declared: Declared | None,
    *,
    has_moved: bool = False,
) -> HttpResponse:
    """The recap as it is now, with what was refused before. Beyond the places one goes day by day, on a planning."""
    found = check(
        household,
        pages.wishes_again(form),
        actor=access.require(request),
        now=timezone.now(),
        as_service=True,
        may_exceed=not origin.page and access.may_exceed(request),
    )
    moved = pages.moved(form, found) if has_moved else None
    return recap_page(request, household, found, origin, form=form, moved=moved, declared=declared)


def _tell_what_is_left_out(request: HttpRequest, household: Household, form: ServiceChangesForm) -> None:
    left = form.left_out()
    if not left:
        return
    found = check(household, left, actor=access.require(request), now=timezone.now(), as_service=True)
    if told := pages.left_out_told(found.refused):
        messages.warning(request, told)


def _back_to_edit(
    request: HttpRequest, household: Household, form: ServiceChangesForm, origin: Origin
) -> HttpResponse:
    """The form of the gesture as it was typed, or the planning with the wishes of the recap still ticked."""
    if origin.page:
        return redirect(reverse(f"desk:{origin.page}", args=[household.pk]) + origin.query)
    asked = Asked(origin.child, origin.month, *access.get_planning(request, household.pk, origin.child))
    wished = {(wish.child_id, wish.session_id): wish.wanted for wish in form.wishes()}
    return planning_page(request, asked, wished=wished)


def _ground(request: HttpRequest, household: Household) -> Ground:
    links = access.get_children_to_book(request, household.pk)
    return ground(household, links, timezone.now(), as_service=True)
