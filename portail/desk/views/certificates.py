"""Tax certificates: one, looked at then approved in the page of its request; and all of them, in January."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portail.accounts.rights import Right
from portail.billing.actions import certificates as actions
from portail.billing.queries.certificates import with_payments
from portail.core import jobs, pdf
from portail.desk import access
from portail.desk.forms.certificates import YearForm
from portail.desk.forms.requests import GrantForm
from portail.desk.views import request_page
from portail.families.actions.requests import AlreadyDecided


@require_safe
def preview(request: HttpRequest, request_id: int) -> HttpResponse:
    """The PDF that approving would issue; told in words when there is nothing."""
    asked = access.get_certificate_request(request, request_id)
    household = asked.household
    if household is None or not asked.is_waiting:
        raise Http404
    try:
        content = actions.preview(household, int(asked.data["year"]), now=timezone.now())
    except actions.NothingToCertify as nothing:
        messages.warning(request, str(nothing))
        return redirect("desk:request", asked.pk)
    return pdf.answer(content, name="apercu.pdf")


@require_POST
def approve(request: HttpRequest, request_id: int) -> HttpResponse:
    asked = access.get_certificate_request(request, request_id)
    form = GrantForm(request.POST, prefix="grant")
    if not form.is_valid():
        return request_page.show(request, asked, bound={"grant": form})
    try:
        actions.approve(
            asked, answer=form.cleaned_data["answer"], actor=access.require(request), now=timezone.now()
        )
    except AlreadyDecided as first:
        messages.warning(request, request_page.already(first.request))
        return redirect("desk:request", asked.pk)
    except actions.NothingToCertify as nothing:
        messages.warning(request, f"{nothing} Refusez la demande en l'expliquant, ou répondez à la famille.")
        return request_page.show(request, asked, status=422)
    messages.success(request, "L'attestation est émise. La famille est prévenue.")
    return redirect("desk:requests")


@require_http_methods(["GET", "HEAD", "POST"])
def all_of_a_year(request: HttpRequest) -> HttpResponse:
    """The certificates of all who paid in a year: how many, how far the edition is, and the button that starts it."""
    agent = access.require(request, Right.BILL)
    now = timezone.now()
    form = YearForm(request.POST or request.GET or None, today=timezone.localdate(now))
    if request.method == "POST" and form.is_valid():
        year = form.cleaned_data["year"]
        actions.start_for_all(year, actor=agent, now=now)
        return redirect(f"{request.path}?year={year}")
    year = form.cleaned_data["year"] if form.is_bound and form.is_valid() else form.latest
    context = {
        "form": form if form.errors else YearForm(initial={"year": year}, today=timezone.localdate(now)),
        "year": year,
        "payers": with_payments(year).count(),
        "issued": actions.issued_of(year).count(),
        "job": jobs.last(f"tax:{year}", actions.JOB),
        "here": f"{request.path}?year={year}",
    }
    status = 422 if request.method == "POST" and form.errors else 200
    return render(request, "desk/billing/certificates.html", context, status=status)
