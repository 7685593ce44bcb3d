"""Where everybody arrives, and where each kind of person goes from there."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from portail.front import access


@login_not_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("front:dashboard" if access.person(request).is_family else "desk:home")
    return render(request, "front/home/home.html")
