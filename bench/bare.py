"""The least that Django can do: a page of the same weight and as many queries, with nothing around. The limit that
our pages are compared with. Served by granian as `bench.bare:application`; `/<queries>/<bytes>/`."""

import os

import django
import environ
from django.conf import settings

DATABASE = environ.Env.db_url_config(os.environ["DATABASE_URL"])
if "sqlite" not in DATABASE["ENGINE"]:
    DATABASE["CONN_MAX_AGE"] = 60
settings.configure(
    ALLOWED_HOSTS=["localhost", "127.0.0.1"],
    DATABASES={"default": DATABASE},
    ROOT_URLCONF=__name__,
    SECRET_KEY="only for the benchmark",
    USE_TZ=True,
    LOGGING_CONFIG=None,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402


class School(models.Model):
    name = models.CharField(max_length=120)

    class Meta:
        app_label = "bare"
        managed = False
        db_table = "activities_school"

    def __str__(self) -> str:
        return self.name


def page(request: HttpRequest, queries: int, size: int) -> HttpResponse:
    for _ in range(queries):
        School.objects.filter(pk=1).first()
    return HttpResponse("x" * size)


urlpatterns = [path("<int:queries>/<int:size>/", page)]
application = get_wsgi_application()
