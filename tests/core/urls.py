"""A portal with no room but core, and the addresses that core's frames name: core knows nothing of the others."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.views.i18n import set_language

from portail.core.site import Site

handler400 = "portail.core.views.bad_request"
handler403 = "portail.core.views.permission_denied"
handler404 = "portail.core.views.page_not_found"
handler500 = "portail.core.views.server_error"


def site() -> Site:
    return Site(name="Saint-Aubin", colour="#ffe14d", service_name="Service enfance", phone="03 20 00 00 00")


def broken_site() -> Site:
    raise ConnectionError("no database")


def answer(request: HttpRequest, **kwargs: str) -> HttpResponse:
    return HttpResponse("")


@login_not_required
def fail(request: HttpRequest) -> HttpResponse:
    raise ConnectionError("no database")


front = [
    path("", answer, name="home"),
    path("langue/", login_not_required(set_language), name="language"),
    path("pages/<slug:slug>/", answer, name="legal"),
]
places = [
    path(f"{name}/", answer, name=name)
    for name in ("dashboard", "planning", "account", "household", "billing")
]
desk = [path("recherche/", answer, name="search")]
urlpatterns = [
    path("", include("portail.core.urls")),
    path("panne/", fail),
    path("formulaire/", answer),
    path("connexion/", answer, name="account_login"),
    path("deconnexion/", answer, name="account_logout"),
    path("guichet/", include((desk, "desk"))),
    path("", include((front + places, "front"))),
]
