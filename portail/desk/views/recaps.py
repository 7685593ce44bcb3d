"""The recap of changes that an agent makes for a family: what would be done, before « Valider »."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portail.bookings import recap_pages as pages
from portail.bookings.actions import Recap
from portail.bookings.actions.weeks import Declared
from portail.bookings.recap_pages import Moved, Origin
from portail.desk.forms.reasons import ServiceChangesForm
from portail.families.models import Household


def recap_page(
    request: HttpRequest,
    household: Household,
    recap: Recap,
    origin: Origin,
    *,
    form: ServiceChangesForm | None = None,
    moved: Moved | None = None,
    declared: Declared | None = None,
) -> HttpResponse:
    """What would be done. `moved`: no more what was shown before; nothing was written (422). `declared`: the typical
    week that validating keeps too."""
    context = {
        "household": household,
        "recap": recap,
        "moved": moved,
        "declared": declared,
        "hidden": pages.hidden(recap, origin),
        "form": form or ServiceChangesForm(needs_reason=recap.needs_reason),
    }
    invalid = moved is not None or bool(form and form.errors)
    return render(request, "desk/bookings/recap.html", context, status=422 if invalid else 200)
