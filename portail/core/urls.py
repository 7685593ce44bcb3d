from django.conf import settings
from django.urls import path

from portail.core import health, specimen, views

app_name = "core"
urlpatterns = [
    path("style-<slug:digest>.css", views.stylesheet, name="stylesheet"),
    path("sante/", health.health, name="health"),
]
if not settings.PRODUCTION:
    urlpatterns += [
        path("dev/specimen/", specimen.specimen, name="specimen"),
        path("dev/specimen/<slug:name>/", specimen.specimen, name="specimen_page"),
    ]
