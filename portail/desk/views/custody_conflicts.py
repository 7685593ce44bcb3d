"""The bookings that stand on a day of the other household: an agent says what becomes of each."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from portail.bookings.actions import conflicts as actions
from portail.core.text import many
from portail.desk import access
from portail.desk.forms.custody import CANCEL, LEAVE, TRANSFER, ConflictsForm

A_PAGE = 50
ACTS = {TRANSFER: actions.transfer, CANCEL: actions.cancel, LEAVE: actions.leave}
TOLD = {
    TRANSFER: "passée à l'autre foyer. Chaque foyer a son reçu",
    CANCEL: "annulée. La famille a son reçu",
    LEAVE: "laissée telle quelle",
}


@require_http_methods(["GET", "HEAD", "POST"])
def conflicts(request: HttpRequest) -> HttpResponse:
    """Those that wait, the next day first; posting settles those that are ticked."""
    waiting = access.get_conflicts(request).waiting(timezone.localdate())  # type: ignore[attr-defined]
    form = ConflictsForm(request.POST if request.method == "POST" else None)
    refused: list[tuple[object, str]] = []
    if form.is_valid():
        values = form.cleaned_data
        try:
            done = ACTS[values["act"]](
                values["conflicts"], reason=values["reason"], actor=access.person(request), now=timezone.now()
            )
        except actions.CannotTransfer as cannot:
            refused = list(cannot.why)
        else:
            _tell(request, values["act"], done)
            return redirect("desk:custody_conflicts")
    rows = waiting.order_by("booking__session__date", "booking__child", "pk")
    context = {
        "page": Paginator(rows, A_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "ticked": form.cleaned_data.get("conflicts", ()) if form.is_bound else (),
        "refused": refused,
    }
    return render(request, "desk/custody/conflicts.html", context, status=422 if form.is_bound else 200)


def _tell(request: HttpRequest, act: str, done: int) -> None:
    if done:
        messages.success(request, f"{many(done, 'réservation')} : {TOLD[act]}.")
    else:
        messages.info(request, "Ces conflits étaient déjà réglés : rien n'a été changé.")
