"""The language of the pages, from the switch that every page has."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as remember

from portail.accounts import actions
from portail.front import access


@login_not_required
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Kept in the browser, and in the account of who is signed in: mails follow. An unknown one changes nothing."""
    response = remember(request)
    if request.user.is_authenticated and (cookie := response.cookies):
        user = access.person(request)
        language = next(iter(cookie.values())).value
        actions.set_preferences(user, mobile_layout=user.mobile_layout, language=language, now=timezone.now())
    return response
