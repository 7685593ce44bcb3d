"""The family's own first page, and the one that says what an account without a dossier waits for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portail.families.models import Adult
from portail.families.models import Request as FamilyRequest
from portail.front import access


@require_safe
def dashboard(request: HttpRequest) -> HttpResponse:
    adult = access.get_adult(request)
    return render(request, "front/dashboard/dashboard.html", {"me": adult, "household": adult.household})


@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    user = access.get_family_user(request)
    if Adult.objects.filter(user=user).exists():
        return redirect("front:dashboard")
    link = FamilyRequest.objects.filter(author=user, kind=FamilyRequest.Kind.LINK).first()
    return render(request, "front/dashboard/waiting.html", {"link": link})
