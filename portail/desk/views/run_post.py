"""The invoices of a run that go by post: one file, or a few, to print and put in envelopes."""

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portail.accounts.rights import Right, has_right
from portail.billing.actions import editions, postal
from portail.desk import access


@require_http_methods(["GET", "HEAD", "POST"])
def post(request: HttpRequest, run_id: int) -> HttpResponse:
    """How many letters, the button that prints them, how far it is, and the files."""
    wanted = Right.BILL if request.method == "POST" else Right.READ_BILLING
    run = access.get_published_run(request, run_id, wanted)
    agent = access.require(request)
    if request.method == "POST":
        try:
            postal.start(run, actor=agent, now=timezone.now())
        except postal.NotEdited:
            messages.warning(
                request, "Les PDF sont encore en cours d'édition : attendez qu'ils soient tous prêts."
            )
        return redirect("desk:run_post", run.pk)
    job = postal.last(run)
    context = {
        "run": run,
        "letters": postal.to_post(run).count(),
        "waiting": editions.waiting().filter(run=run).count(),
        "job": job,
        "files": postal.files(job),
        "can_bill": has_right(agent, Right.BILL),
        "here": request.path,
    }
    return render(request, "desk/billing/post.html", context)


@require_safe
def download(request: HttpRequest, run_id: int, part: int) -> FileResponse:
    run = access.get_published_run(request, run_id, Right.READ_BILLING)
    made = postal.files(postal.last(run))
    if not 1 <= part <= len(made):
        raise Http404
    name = f"factures-a-poster-{part}-sur-{len(made)}.pdf"
    try:
        content = default_storage.open(made[part - 1]["name"])
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(content, as_attachment=True, filename=name, content_type="application/pdf")
    response["Cache-Control"] = "private, no-store"
    return response
