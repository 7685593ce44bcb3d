"""Absurd addresses, absurd questions, absurd forms: never a failure, and never anything absurd kept.

The forms are found by opening every page as the roles that can; each field in turn is sent each absurd value, beside
fields that are as the page proposes them.
"""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.http import HttpResponse

from tests.guard import GuardingClient
from tests.walk import Form, addresses, forms
from tests.world import PDF, pages, path_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

HUGE = str(2**63)
IDS = ("0", HUGE, "abc", "-1", "%00", "é", "2026-13", "0000-00")
QUESTIONS = (
    "",
    "abc",
    "-1",
    "0",
    HUGE,
    "1" * 5000,
    "\x00",
    "💶",
    "O'Neill",
    "<script>",
    "2026-02-30",
    "%",
    "a" * 10_000,
)
VALUES = (
    "",
    "a" * 10_000,
    "a\x00b",
    "💶",
    "O'Neill",
    "<script>alert(1)</script>",
    "-1",
    "1" + "0" * 30,
    "2026-02-30",
    "0001-01-01",
    "9999-12-31",
    "\u202e\ud7ff \n\t",
    "{{ 7 }}{% x %}",
)
# What a database may take otherwise than another: the rest is judged before it, once is enough.
TAKEN_OTHERWISE = {
    "a" * 10_000,
    "a\x00b",
    "-1",
    "1" + "0" * 30,
    "0001-01-01",
    "9999-12-31",
    "\u202e\ud7ff \n\t",
}
PARSED = {"page", "q"}
REFUSALS = {400, 403, 404, 405, 409, 410, 413, 422, 429}
# Forms that end the session or are somebody's whole way in: other tests know them.
NOT_HERE = {"/deconnexion/"}


def client_of(world: Any, role: str) -> GuardingClient:
    client = GuardingClient(raise_request_exception=True)
    client.html_limit = 200_000  # what was typed is shown again, and some of it is long
    if user := world.users[role]:
        client.force_login(user)
    return client


@pytest.mark.parametrize("role", ["anonymous", "alice", "alix"])
def test_absurd_addresses(world, role):
    client = client_of(world, role)
    for address in addresses():
        for param in address.params:
            for value in IDS:
                path = address.raw({**raw_values(world, address), param: value})
                for method in (client.get, client.post):
                    with transaction.atomic():
                        status = method(path).status_code
                        transaction.set_rollback(True)
                    assert status in REFUSALS | {200, 302}, (path, status)


def raw_values(world: Any, address: Any) -> dict[str, str]:
    path = path_of(world, address)
    pattern = re.escape("/" + address.template).replace("%\\(", "%(")
    found = re.fullmatch(re.sub(r"%\(?(\w+)\\?\)s", r"(?P<\1>[^/]+)", pattern), path)
    assert found, (pattern, path)
    return found.groupdict()


@pytest.mark.parametrize("role", ["anonymous", "alice", "alix"])
def test_absurd_questions(world, role):
    client = client_of(world, role)
    for path, page in pages(world, client):
        asked = {name for form in forms(page) if form.method == "get" for name in form.fields}
        asked |= {
            name for link in re.findall(r'href="([^"]*)"', page) for name in parse_qs(urlsplit(link).query)
        }
        for name in sorted(asked | {"page"}):
            for value in QUESTIONS:
                assert client.get(path, {name: value}).status_code in {200, 302, *REFUSALS}, (
                    path,
                    name,
                    value,
                )


@pytest.mark.parametrize("role", ["anonymous", "newcomer", "alice", "alix"])
def test_absurd_forms(world, role):
    client = client_of(world, role)
    seen, sent, before = set(), 0, what_is_wrong()
    for path, page in pages(world, client):
        for form in forms(page):
            action = urlsplit(urljoin(path, form.action)).path
            key = (action, tuple(form.fields))
            if form.method != "post" or action in NOT_HERE or key in seen:
                continue
            seen.add(key)
            for name, value in absurdities(form):
                sent += 1
                with transaction.atomic():
                    send(client, action, form, {name: value}, before)
                    transaction.set_rollback(True)
    assert sent > 50


def absurdities(form: Form) -> Iterator[tuple[str, str]]:
    """Everything on the first engine; on PostgreSQL what it may take otherwise."""
    is_second = connection.vendor == "postgresql"
    values = [value for value in VALUES if not is_second or value in TAKEN_OTHERWISE]
    for name in (*form.fields, *form.files):
        if name != "csrfmiddlewaretoken":
            yield from ((name, value) for value in values)


def send(client: GuardingClient, action: str, form: Form, absurd: dict[str, str], before: set[str]) -> None:
    files = {name: SimpleUploadedFile("texte.pdf", PDF, "application/pdf") for name in form.files}
    told = (action, {name: value[:40] for name, value in absurd.items()})
    response = client.post(action, {**form.fields, **files, **absurd})
    assert response.status_code in {200, 302, *REFUSALS}, (*told, response.status_code)
    if response.status_code == 302:
        assert what_is_wrong() - before == set(), told
        shown = read(client.get(response["Location"]))
        assert "<script>alert" not in shown, told


def read(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


def what_is_wrong() -> set[str]:
    """The rows of the portal that its own models would refuse."""
    found = set()
    for model in apps.get_models():
        if model.__module__.startswith("portail."):
            found |= {problem for row in model._default_manager.all() if (problem := problem_of(row))}
    return found


def problem_of(row: Any) -> str:
    texts = [value for value in vars(row).values() if isinstance(value, str)]
    if any("\x00" in text for text in texts):
        return f"{row!r}: a null character"
    try:
        row.full_clean()
    except ValidationError as problem:
        return f"{row!r}: {problem}"
    return ""
