"""/dev/courrier/: the mails that a trial portal kept instead of sending, to be read by whoever tries it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

PER_PAGE = 25
NAME = re.compile(r"[0-9]{8}T[0-9]{6}\.[0-9]{6}-[0-9a-f]{1,12}\Z")


@dataclass(frozen=True)
class KeptMail:
    """A file of the mail folder, as a reader shows it. `name` is its name without the extension."""

    name: str
    subject: str
    sender: str
    to: str
    reply_to: str
    at: datetime | None
    text: str
    html: str


@login_not_required
@require_safe
@never_cache
def kept_mails(request: HttpRequest) -> HttpResponse:
    """The mails kept, the last first."""
    page = Paginator(_names(), PER_PAGE).get_page(request.GET.get("page"))
    mails = [mail for name in page.object_list if (mail := _read(name))]
    return render(request, "core/dev/courrier.html", {"page": page, "mails": mails})


@login_not_required
@require_safe
@never_cache
@csp_update({"frame-src": [SELF]})  # type: ignore[arg-type]
def kept_mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its headers, its text, and the HTML that most readers show, in a frame of its own."""
    trail = [("Courriels envoyés", reverse("core:kept_mails"))]
    return render(request, "core/dev/courriel.html", {"mail": _get(name), "trail": trail})


@login_not_required
@require_safe
@never_cache
@xframe_options_sameorigin
@csp(  # type: ignore[arg-type]
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],  # mail readers know no other style
        "img-src": [SELF, "data:"],
        "frame-ancestors": [SELF],
        "sandbox": ["allow-popups", "allow-top-navigation-by-user-activation"],
    }
)
def kept_mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, without scripts nor origin; its links leave the frame."""
    return HttpResponse(_get(name).html.replace("<head>", '<head><base target="_top">', 1))


def _get(name: str) -> KeptMail:
    mail = _read(name) if NAME.match(name) else None
    if mail is None:
        raise Http404
    return mail


def _names() -> Sequence[str]:
    folder: Path = settings.MAIL_DIR
    return sorted((path.stem for path in folder.glob("*.eml") if NAME.match(path.stem)), reverse=True)


def _read(name: str) -> KeptMail | None:
    """The mail of this name; None when somebody emptied the folder meanwhile."""
    try:
        content = (settings.MAIL_DIR / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    date = message["Date"]
    return KeptMail(
        name=name,
        subject=str(message["Subject"] or ""),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        reply_to=str(message["Reply-To"] or ""),
        at=date.datetime if date else None,
        text=_part(message, "plain"),
        html=_part(message, "html"),
    )


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""
