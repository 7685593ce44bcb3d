"""The screens of the activity leader on a tablet, at /terrain/."""

from django.urls import URLPattern, path

import portail.core.converters  # noqa: F401 -- what addresses hold: keys
from portail.field.views import queue

app_name = "field"

urlpatterns: list[URLPattern] = [
    path("pointages/", queue.receive, name="marks"),
]
