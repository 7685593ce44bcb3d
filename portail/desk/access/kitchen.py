"""The kitchen: its orders, and the sessions whose adults are counted."""

from django.http import HttpRequest

from portail.accounts.rights import Right
from portail.activities.models import Session
from portail.attendance.models import KitchenOrder
from portail.attendance.queries.meals import serving
from portail.desk.access.base import found, require


def get_kitchen_order(request: HttpRequest, order_id: int, right: Right = Right.READ_MEALS) -> KitchenOrder:
    """An order of any day and version, with what it replaces."""
    require(request, right)
    return found(KitchenOrder.objects.select_related("replaces"), pk=order_id)


def get_meal_session(request: HttpRequest, session_id: int) -> Session:
    """An open session in which a meal is served, for whoever counts its adults."""
    require(request, Right.ORDER_MEALS)
    return found(serving(Session.objects.select_related("service", "place")), pk=session_id)
