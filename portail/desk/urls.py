"""The desk, at /guichet/. One block a noun: add a screen inside its block, under French addresses."""

from django.urls import URLPattern

app_name = "desk"

# --- home and search

# --- households

# --- requests and accounts to link

# --- sessions and lists

# --- activities, schools, calendar

# --- publications

# --- mails, users, settings

urlpatterns: list[URLPattern] = []
