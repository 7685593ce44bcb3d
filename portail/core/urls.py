from django.conf import settings
from django.urls import path

from portail.core import health, kept_mail, specimen, views

app_name = "core"
urlpatterns = [
    path("logo-<slug:stamp>.png", views.logo, name="logo"),
    path("style-<slug:digest>.css", views.stylesheet, name="stylesheet"),
    path("sante/", health.health, name="health"),
]
if not settings.PRODUCTION:
    urlpatterns += [
        path("dev/specimen/", specimen.specimen, name="specimen"),
        path("dev/specimen/<slug:name>/", specimen.specimen, name="specimen_page"),
    ]
if settings.MAIL_KEPT and not settings.PRODUCTION:
    urlpatterns += [
        path("dev/courrier/", kept_mail.kept_mails, name="kept_mails"),
        path("dev/courrier/<str:name>/", kept_mail.kept_mail, name="kept_mail"),
        path("dev/courrier/<str:name>/html/", kept_mail.kept_mail_html, name="kept_mail_html"),
    ]
