"""What every desk template may count on."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from portail.desk.menu import menu_for


def desk(request: HttpRequest) -> dict[str, object]:
    """`desk_menu`: the entries of the left menu. Nothing is computed on a page of families."""
    return {"desk_menu": SimpleLazyObject(lambda: menu_for(request))}
