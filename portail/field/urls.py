"""The screens of the activity leader, on a tablet."""

from django.urls import URLPattern

app_name = "field"
urlpatterns: list[URLPattern] = []
