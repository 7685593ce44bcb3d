"""Find anyone. The words are posted and kept in the agent's session: no name is ever in an address."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.models import User
from portail.accounts.rights import Right
from portail.desk import access
from portail.desk.forms.search import SearchForm
from portail.families import queries
from portail.families import search as families
from portail.families.models import Household, Request

KEPT = "desk_searches"
MOST_KEPT = 10
PER_PAGE = 25


@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Post the words: the only household that fits opens at once, otherwise the results."""
    access.require(request, Right.READ_FAMILIES)
    form = SearchForm(request.POST or None)
    if form.is_valid():
        words, alike = form.cleaned_data["q"], form.cleaned_data["alike"]
        found = families.find_alike(words) if alike else families.find(words)
        if found.is_sure and len(found.households) == 1 and not found.people:
            return redirect("desk:household", found.households[0])
        return redirect("desk:results", _keep(request, words, alike))
    return render(request, "desk/search/search.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def results(request: HttpRequest, number: int) -> HttpResponse:
    """What a search of this session finds now, page by page."""
    access.require(request, Right.READ_FAMILIES)
    kept = request.session.get(KEPT, {}).get(str(number))
    if kept is None:
        messages.info(request, "Cette recherche n'est plus gardée : recommencez-la ici.")
        return redirect("desk:search")
    found = families.find_alike(kept["q"]) if kept["alike"] else families.find(kept["q"])
    page = Paginator(found.households, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "words": kept["q"],
        "found": found,
        "page": page,
        "rows": _rows(list(page)),
        "people": _with_requests(found.people) if page.number == 1 else [],
        "may_be_alike": found.is_sure and found.count > 0,
    }
    return render(request, "desk/search/results.html", context)


def _keep(request: HttpRequest, words: str, alike: bool) -> int:
    """Remember a search; the oldest are forgotten. Its number says nothing of what is searched."""
    kept: dict[str, Any] = request.session.get(KEPT, {})
    number = max((int(key) for key in kept), default=0) + 1
    kept[str(number)] = {"q": words, "alike": alike}
    request.session[KEPT] = {key: kept[key] for key in sorted(kept, key=int)[-MOST_KEPT:]}
    return number


def _rows(ids: list[int]) -> list[Household]:
    """The households of a page, in its order, with who lives there."""
    today = timezone.localdate()
    households = {row.pk: row for row in queries.with_people(Household.objects.filter(pk__in=ids), day=today)}
    return [households[pk] for pk in ids if pk in households]


def _with_requests(people: list[User]) -> list[tuple[User, Request | None]]:
    """Accounts without dossier, each with the wish to be linked that waits for it."""
    waiting = Request.objects.filter(
        author__in=people, kind=Request.Kind.LINK, state=Request.State.WAITING
    ).order_by("created_at")
    of = {request.author_id: request for request in waiting}
    return [(user, of.get(user.pk)) for user in people]
