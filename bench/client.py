"""A browser reduced to what is measured: one connection kept open, its cookies, and a clock around each page."""

import http.client
import re
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode


@dataclass
class Page:
    status: int
    body: str
    milliseconds: float
    location: str = ""

    def field(self, name: str) -> str:
        """The value of a hidden field."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        if found is None:
            raise SystemExit(f"no field {name} in a page answered {self.status}")
        return found[1]


@dataclass
class Visitor:
    port: int
    cookies: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str) -> Page:
        return self._ask("GET", path, None)

    def post(self, path: str, data: dict, *, after: Page) -> Page:
        token = {"csrfmiddlewaretoken": after.field("csrfmiddlewaretoken")}
        return self._ask("POST", path, urlencode(data | token, doseq=True))

    def sign_in(self, username: str, password: str) -> Page:
        form = self.get("/connexion/")
        data = {"login": username, "password": password}
        answer = self.post("/connexion/", data, after=form)
        if answer.status != 302:
            raise SystemExit(f"{username} could not sign in: answered {answer.status}")
        return answer

    def _ask(self, method: str, path: str, body: str | None) -> Page:
        headers = {"Host": f"localhost:{self.port}", "Referer": f"http://localhost:{self.port}/"}
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        start = time.perf_counter()
        self.connection.request(method, path, body, headers)
        response = self.connection.getresponse()
        content = response.read()
        elapsed = (time.perf_counter() - start) * 1000
        for cookie in response.headers.get_all("Set-Cookie") or []:
            name, _, rest = cookie.partition("=")
            self.cookies[name] = rest.split(";")[0]
        return Page(response.status, content.decode(), elapsed, response.headers.get("Location", ""))
