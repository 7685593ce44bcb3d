"""The kitchen's part of /guichet/: the meals of a day and of a week, the orders, who eats what."""

from django.urls import URLPattern, path

from portail.desk.views import kitchen, kitchen_orders

kitchen_pages: list[URLPattern] = [
    path("cuisine/", kitchen.day, name="kitchen"),
    path("cuisine/semaine/", kitchen.week, name="kitchen_week"),
    path("cuisine/imprimer/", kitchen.day_print, name="kitchen_print"),
    path("cuisine/enfants/", kitchen.children, name="kitchen_children"),
    path("cuisine/tableur/<slug:sheet>/", kitchen.sheet, name="kitchen_sheet"),
    path("cuisine/commander/", kitchen_orders.close, name="kitchen_close"),
    path("cuisine/commandes/", kitchen_orders.orders, name="kitchen_orders"),
    path("cuisine/commandes/<id:order_id>/", kitchen_orders.order, name="kitchen_order"),
    path("cuisine/commandes/<id:order_id>/modifier/", kitchen_orders.amend, name="kitchen_amend"),
    path("cuisine/adultes/<id:session_id>/", kitchen_orders.adults, name="kitchen_adults"),
]
