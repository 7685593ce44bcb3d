from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.urls import path
from django.views.i18n import set_language

from portail.core import specimen, views

app_name = "core"
urlpatterns = [
    path("style-<slug:digest>.css", views.stylesheet, name="stylesheet"),
    path("langue/", login_not_required(set_language), name="language"),
]
if not settings.PRODUCTION:
    urlpatterns += [
        path("dev/specimen/", specimen.specimen, name="specimen"),
        path("dev/specimen/<slug:name>/", specimen.specimen, name="specimen_page"),
    ]
