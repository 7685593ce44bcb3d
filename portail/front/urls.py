from django.urls import URLPattern, path

from portail.front.views import dashboard, home

app_name = "front"

# --- the first pages
first_pages: list[URLPattern] = [
    path("", home.home, name="home"),
    path("accueil/", dashboard.dashboard, name="dashboard"),
    path("en-attente/", dashboard.waiting, name="waiting"),
]

urlpatterns: list[URLPattern] = [*first_pages]
