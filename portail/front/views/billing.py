"""The household's account with the commune."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from portail.front import access


@require_GET
def history(request: HttpRequest) -> HttpResponse:
    access.get_household(request)
    return render(request, "front/billing/history.html")
