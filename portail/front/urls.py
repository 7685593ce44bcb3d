from django.urls import URLPattern, path, register_converter

from portail.front.converters import MonthConverter
from portail.front.views import dashboard, home, planning, receipts

register_converter(MonthConverter, "month")

app_name = "front"

# --- the first pages
first_pages: list[URLPattern] = [
    path("", home.home, name="home"),
    path("accueil/", dashboard.dashboard, name="dashboard"),
    path("en-attente/", dashboard.waiting, name="waiting"),
]

# --- planning
planning_pages: list[URLPattern] = [
    path("planning/", planning.planning, name="planning"),
    path("planning/<int:child_id>/<month:first>/", planning.month, name="month"),
    path("planning/valider/", planning.save, name="planning_save"),
    path("planning/recus/", receipts.receipts, name="receipts"),
    path("planning/recus/<str:number>/", receipts.receipt, name="receipt"),
    path("planning/recus/<str:number>/annuler/", receipts.undo, name="receipt_undo"),
]

urlpatterns: list[URLPattern] = [*first_pages, *planning_pages]
