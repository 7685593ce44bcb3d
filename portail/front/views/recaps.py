"""The recap of changes, whatever asked for them: what would be done, before « Valider »."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portail.bookings import recap_pages as pages
from portail.bookings.actions import Recap
from portail.bookings.actions.weeks import Declared
from portail.bookings.recap_pages import Moved, Origin


def recap_page(
    request: HttpRequest,
    recap: Recap,
    origin: Origin,
    *,
    moved: Moved | None = None,
    declared: Declared | None = None,
) -> HttpResponse:
    """What would be done. `moved`: it is no more what was shown before, nothing was written (422). `declared`: the
    typical week that validating keeps too."""
    context = {
        "recap": recap,
        "moved": moved,
        "declared": declared,
        "origin": origin,
        "hidden": pages.hidden(recap, origin),
    }
    return render(request, "front/planning/recap.html", context, status=422 if moved else 200)
