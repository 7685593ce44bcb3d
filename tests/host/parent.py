"""A parent's browser, reduced to what a booking needs, that insists as a parent does when the page does not come."""

import http.cookiejar
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field

from tests.host.scenario import PASSWORD

_HIDDEN = re.compile(r'<input type="hidden" name="(add|remove|token|child|month)" value="([^"]*)"')
_RECEIPT = re.compile(r"/planning/recus/(R-\d{4}-\d+)/")


class NotAnswered(Exception):
    """The server went away, or answered with its page for failures: what was asked may or may not be done."""


@dataclass
class Parent:
    base: str
    username: str
    child: int
    confirmed: list[str] = field(default_factory=list)
    """Numbers of the receipts that were shown."""

    def __post_init__(self) -> None:
        self.cookies = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(self.cookies))

    def open(self, path: str, form: dict | None = None) -> tuple[str, str]:
        """The address arrived at, and the page. A post carries its CSRF token."""
        data = None
        if form is not None:
            token = next(cookie.value for cookie in self.cookies if cookie.name == "portail_csrf")
            data = urllib.parse.urlencode({**form, "csrfmiddlewaretoken": token}, doseq=True).encode()
        request = urllib.request.Request(self.base + path, data, {"Referer": self.base})  # noqa: S310 - http, to ourselves
        try:
            with self.opener.open(request, timeout=60) as answer:
                return answer.url, answer.read().decode()
        except urllib.error.HTTPError as error:
            page = error.read().decode()
            if error.code >= 500:
                raise NotAnswered(str(error.code)) from error
            return error.url or path, page
        except (OSError, http.client.HTTPException) as gone:
            raise NotAnswered(type(gone).__name__) from gone

    def sign_in(self) -> None:
        self.open("/connexion/")
        where, page = self.open("/connexion/", {"login": self.username, "password": PASSWORD})
        assert "/connexion/" not in where, page[-2000:]

    def check(self, sessions: list[int], month: str) -> dict[str, str]:
        """Tick these days and ask for the recap. Gives what its form holds; no `add` when all is booked already."""
        _, page = self.open(f"/planning/{self.child}/{month}/", {"s": sessions, "shown": ""})
        return dict(_HIDDEN.findall(page))

    def save(self, recap: dict[str, str]) -> bool:
        """Validate a recap. Says whether a receipt was shown."""
        where, _ = self.open("/planning/valider/", {**recap, "step": "save"})
        if found := _RECEIPT.search(where):
            self.confirmed.append(found[1])
        return bool(found)
