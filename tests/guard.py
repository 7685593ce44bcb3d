"""The guard of every page: what a strict browser, a screen reader or a slow phone would stumble on.

`GuardingClient` is Django's test client that reads each HTML answer and fails with the list of what is wrong.
A test whose page is large on purpose says so: `client.html_limit = 80_000`.
"""

from collections import Counter
from html.parser import HTMLParser

from django.conf import settings
from django.test import Client

HTML_LIMIT = 40_000  # bytes, before compression
STATIC_FILES_LIMIT = 4

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
FIELDS = {"input", "select", "textarea"}
NOT_FIELDS = {"hidden", "submit", "button", "reset", "image"}
NAMED = {"a", "button", "summary"}
DATA_SCRIPTS = {"application/json", "application/ld+json", "text/plain"}
NAMES = ("aria-label", "aria-labelledby")
REFERENCES = ("aria-labelledby", "aria-describedby", "aria-errormessage", "for", "list")


class GuardingClient(Client):
    """`html_limit`: bytes of HTML allowed. `guards = False` lets any page through, for what is not ours."""

    html_limit = HTML_LIMIT
    guards = True

    def request(self, **request):
        response = super().request(**request)
        kind = response.headers.get("Content-Type", "")
        if self.guards and kind.startswith("text/html") and not response.streaming and response.content:
            fragment = request.get("HTTP_HX_REQUEST") == "true"
            found = problems(response.content, fragment=fragment, limit=self.html_limit)
            where = f"{request.get('REQUEST_METHOD')} {request.get('PATH_INFO')} → {response.status_code}"
            assert not found, "\n  ".join([where, *found])
        return response


def problems(content: bytes, *, fragment: bool = False, limit: int = HTML_LIMIT) -> list[str]:
    """What is wrong with this page, or with this fragment of a page; one sentence each."""
    page = _Page()
    page.feed(content.decode())
    page.close()
    found = page.problems + page.unanswered(fragment)
    if not fragment:
        found += page.missing()
    if len(content) > limit:
        found.append(f"weighs {len(content)} bytes, {limit} allowed")
    return found


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.problems: list[str] = []
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.ids: Counter[str] = Counter()
        self.referred: list[tuple[str, str]] = []
        self.labels: set[str] = set()
        self.fields: list[tuple[str, str | None]] = []
        self.names: list[list[str]] = []  # texts heard so far in each open link or button
        self.captions: list[bool] = []
        self.tokens: list[bool] = []  # of each open form that posts: was the CSRF token seen?
        self.static: set[str] = set()
        self.lang = self.title = ""

    # --- the parser's events
    def handle_starttag(self, tag: str, attrs: list) -> None:
        values = {name: value or "" for name, value in attrs}
        self._enter(tag, values)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self._enter(tag, {name: value or "" for name, value in attrs})
        if tag not in VOID:
            self._leave(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open[-1] != tag:
            line, _ = self.getpos()
            self.problems.append(
                f"line {line}: </{tag}> closes <{self.open[-1] if self.open else 'nothing'}>"
            )
            if tag not in self.open:
                return
            while self.open[-1] != tag:
                self._leave(self.open.pop())
        self.open.pop()
        self._leave(tag)

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "title" and "svg" not in self.open:
            self.title += data
        if not self.open or self.open[-1] not in {"script", "style"}:
            self._hear(data)
        self._see(data, "text")

    # --- what each element must be
    def _enter(self, tag: str, values: dict[str, str]) -> None:
        self.tags[tag] += 1
        if tag == "html":
            self.lang = values.get("lang", "")
        self._check_attributes(tag, values)
        self._check_policy(tag, values)
        if tag in FIELDS and values.get("type") not in NOT_FIELDS:
            self._note_field(tag, values)
        if tag == "label" and values.get("for"):
            self.labels.add(values["for"])
        if tag == "img":
            if "alt" not in values:
                self.problems.append(f"{_shown(tag, values)}: no alt")
            self._hear(values.get("alt", ""))
        if any(values.get(name) for name in NAMES):
            self._hear("named")
        if tag in NAMED and (tag != "a" or "href" in values):
            self.names.append(["named"] if any(values.get(name) for name in NAMES) else [])
        elif tag == "a":
            self.names.append(["not a link"])
        self._check_tables_and_forms(tag, values)

    def _leave(self, tag: str) -> None:
        if tag in NAMED and self.names and not "".join(self.names.pop()).strip():
            self.problems.append(f"a <{tag}> that a screen reader cannot name")
        if tag == "table" and self.captions and not self.captions.pop():
            self.problems.append("a <table> without caption or aria-label")
        if tag == "form" and self.tokens and not self.tokens.pop():
            self.problems.append("a form that posts without {% csrf_token %}")

    def _check_attributes(self, tag: str, values: dict[str, str]) -> None:
        if "id" in values:
            self.ids[values["id"]] += 1
        for name, value in values.items():
            if name in REFERENCES:
                self.referred += [(f"{name} of {_shown(tag, values)}", target) for target in value.split()]
            if name == "style":
                self.problems.append(f"{_shown(tag, values)}: style attribute")
            if name.startswith(("on", "hx-on")):
                self.problems.append(f"{_shown(tag, values)}: {name} attribute")
            if name in {"href", "action", "src"} and value.strip().lower().startswith("javascript:"):
                self.problems.append(f"{_shown(tag, values)}: javascript: address")
            if name in {"href", "src"} and value.startswith(settings.STATIC_URL) and tag != "a":
                self.static.add(value.partition("#")[0])
            self._see(value, f"{name} of <{tag}>")

    def _check_policy(self, tag: str, values: dict[str, str]) -> None:
        if tag == "style":
            self.problems.append("a <style> element")
        if tag == "script" and "src" not in values and values.get("type") not in DATA_SCRIPTS:
            self.problems.append("an inline <script>")

    def _note_field(self, tag: str, values: dict[str, str]) -> None:
        if "label" not in self.open and not any(values.get(name) for name in NAMES):
            self.fields.append((_shown(tag, values), values.get("id")))

    def _check_tables_and_forms(self, tag: str, values: dict[str, str]) -> None:
        if tag == "table":
            plain = values.get("role") in {"presentation", "none"}
            self.captions.append(plain or any(values.get(name) for name in NAMES))
        if tag == "caption" and self.captions:
            self.captions[-1] = True
        if tag == "form":
            self.tokens.append(values.get("method", "get").lower() != "post")
        if tag == "input" and values.get("name") == "csrfmiddlewaretoken" and self.tokens:
            self.tokens[-1] = True

    def _hear(self, text: str) -> None:
        for heard in self.names:
            heard.append(text)

    def _see(self, text: str, where: str) -> None:
        if settings.UNKNOWN_VARIABLE in text:
            name = text.partition(settings.UNKNOWN_VARIABLE)[2].strip()[:60]
            self.problems.append(f"unknown template variable, {where}: {name}")

    # --- once the page has been read
    def unanswered(self, fragment: bool) -> list[str]:
        found = [f"id {name!r} {count} times" for name, count in self.ids.items() if count > 1]
        found += [f"{field}: no label" for field, its_id in self.fields if its_id not in self.labels]
        found += [f"<{tag}> is never closed" for tag in self.open]
        if not fragment:
            found += [
                f"{what} names {target!r}, which is not there"
                for what, target in self.referred
                if target not in self.ids
            ]
        return found

    def missing(self) -> list[str]:
        found = []
        if not self.lang:
            found.append("<html> without lang")
        if not self.title.strip():
            found.append("no <title>")
        if self.tags["h1"] != 1:
            found.append(f"{self.tags['h1']} <h1>, exactly one wanted")
        if len(self.static) > STATIC_FILES_LIMIT:
            found.append(
                f"{len(self.static)} static files, {STATIC_FILES_LIMIT} allowed: {sorted(self.static)}"
            )
        return found


def _shown(tag: str, values: dict[str, str]) -> str:
    named = next(
        (f' {name}="{values[name]}"' for name in ("id", "name", "class", "src") if values.get(name)), ""
    )
    return f"<{tag}{named}>"
