"""What every desk template may count on."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.desk.menu import menu_for


def desk(request: HttpRequest) -> dict[str, object]:
    """`desk_menu`: the entries of the left menu. `may_search`: whether the box of the header is shown.

    Nothing is computed on a page of families.
    """
    return {
        "desk_menu": SimpleLazyObject(lambda: menu_for(request)),
        "may_search": SimpleLazyObject(lambda: _may_search(request)),
    }


def _may_search(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return isinstance(user, User) and has_right(user, Right.READ_FAMILIES)
