"""A sign-up under way, kept on the server in the anonymous session: nothing personal goes into an address.

It lives an hour after the last step. The password is kept only as its hash.
"""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.http import HttpRequest

from portail.accounts.models import User

_KEY, _DONE = "sign_up", "signed_up"
LIFE = timedelta(hours=1)


@dataclass
class Draft:
    """`information`: step 1 as typed, with "password" (a hash). `references`: None before step 2, {} without any."""

    id: str = field(default_factory=lambda: uuid4().hex)
    information: dict[str, Any] | None = None
    references: dict[str, str] | None = None

    @property
    def is_whole(self) -> bool:
        return self.information is not None and self.references is not None

    @property
    def digest(self) -> str:
        """Changes with whatever the recap shows: another tab may have changed it meanwhile."""
        content = json.dumps([self.information, self.references], sort_keys=True)
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def load(request: HttpRequest) -> Draft:
    kept = request.session.get(_KEY)
    return Draft(**kept) if kept else Draft()


def save(request: HttpRequest, draft: Draft) -> None:
    request.session.set_expiry(int(LIFE.total_seconds()))
    request.session[_KEY] = vars(draft)


def drop(request: HttpRequest) -> None:
    """Keep nothing of it. A session that held nothing else goes with it."""
    request.session.pop(_KEY, None)
    request.session.pop(_DONE, None)
    if set(request.session.keys()) <= {"_session_expiry"}:
        request.session.flush()


def finish(request: HttpRequest, draft: Draft) -> None:
    """The account was asked for: only the name remains, for the page that welcomes."""
    information = draft.information or {}
    name = User(first_name=information.get("first_name", ""), last_name=information.get("last_name", ""))
    request.session.pop(_KEY, None)
    request.session[_DONE] = name.get_full_name() or information.get("username", "")


def welcomed(request: HttpRequest) -> str | None:
    """The name of who has just signed up in this session."""
    name: str | None = request.session.get(_DONE)
    return name
