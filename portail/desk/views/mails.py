"""The mails of the portal: those that fail first, sent again on demand."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, Count, IntegerField, Q, When
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right
from portail.core import outbox
from portail.core.models import OutboxMail
from portail.desk import access, filters
from portail.families.models import Household

A_PAGE = 50
State = OutboxMail.State
# Their text holds a link that is worth a password: nobody but its reader sees it.
PERSONAL = ("activation", "invitation", "password", "new_address")


@require_http_methods(["GET", "HEAD", "POST"])
def mails(request: HttpRequest) -> HttpResponse:
    access.require(request, Right.MANAGE_MAILS)
    if request.method == "POST":
        return filters.keep(request)
    asked = filters.asked(request)
    state, typed = asked.get("etat", ""), asked.get("q", "").strip()
    rows = OutboxMail.objects.annotate(
        rank=Case(
            When(state=State.FAILED, then=0),
            When(_struggling(), then=1),
            default=2,
            output_field=IntegerField(),
        )
    ).defer("text", "html")
    if state in State.values:
        rows = rows.filter(state=state)
    elif state == "en-difficulte":
        rows = rows.filter(rank__lt=2)
    if typed:
        rows = rows.filter(Q(to__icontains=typed) | Q(subject_line__icontains=typed))
    counts = OutboxMail.objects.aggregate(
        failed=Count("pk", filter=Q(state=State.FAILED)), struggling=Count("pk", filter=_struggling())
    )
    context = {
        "page": Paginator(rows.order_by("rank", "-created_at", "-pk"), A_PAGE).get_page(
            request.GET.get("page")
        ),
        "states": [("en-difficulte", "En difficulté"), *((s.value, s.label.capitalize()) for s in State)],
        "state": state,
        "typed": typed,
        **counts,
    }
    return render(request, "desk/mails/list.html", context)


@require_safe
def mail(request: HttpRequest, mail_id: int) -> HttpResponse:
    found = access.get_mail(request, mail_id)
    context = {
        "mail": found,
        "household": _household(found),
        "is_personal": is_personal(found),
        "is_struggling": found.state == State.PENDING and found.attempts > 0,
    }
    return render(request, "desk/mails/mail.html", context)


@require_POST
def mail_resend(request: HttpRequest, mail_id: int) -> HttpResponse:
    found = access.get_mail(request, mail_id)
    try:
        again = outbox.resend(found, actor=access.person(request), now=timezone.now())
    except outbox.BodyForgotten:
        messages.error(
            request,
            "Ce courriel est trop ancien : son texte a été effacé, il ne peut plus partir. "
            "Refaites le geste qui l'avait écrit.",
        )
        return redirect("desk:mail", found.pk)
    messages.success(request, "Le courriel repart : il sera envoyé dans les instants qui viennent.")
    return redirect("desk:mail", again.pk)


def is_personal(mail: OutboxMail) -> bool:
    return mail.kind.rpartition("/")[2].startswith(PERSONAL)


def _struggling() -> Q:
    """Still to be sent, and refused at least once."""
    return Q(state=State.PENDING, attempts__gt=0)


def _household(mail: OutboxMail) -> Household | None:
    kind, _, number = mail.about.partition(":")
    return Household.objects.filter(pk=number).first() if kind == "household" and number.isdigit() else None
