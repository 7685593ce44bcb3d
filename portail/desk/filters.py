"""What narrows a list and may be somebody's name: posted, kept in the session, called by its number in the address."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect

KEPT = "desk_filters"
MOST_KEPT = 10


def keep(request: HttpRequest) -> HttpResponse:
    """Remember what was posted, and show the list that it narrows. The oldest are forgotten."""
    kept: dict[str, str] = request.session.get(KEPT, {})
    number = max((int(key) for key in kept), default=0) + 1
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    kept[str(number)] = typed.urlencode()
    request.session[KEPT] = {key: kept[key] for key in sorted(kept, key=int)[-MOST_KEPT:]}
    return redirect(f"{request.path}?filtre={number}")


def asked(request: HttpRequest) -> QueryDict:
    """What narrows this page: what was kept under the number of its address, otherwise the address itself.

    Null characters are dropped: PostgreSQL has no text that holds one.
    """
    kept: str | None = request.session.get(KEPT, {}).get(request.GET.get("filtre", ""))
    return QueryDict((request.GET.urlencode() if kept is None else kept).replace("%00", ""))
