"""Absurd addresses, absurd questions, absurd forms: never a failure, and never anything absurd kept.

The forms are found by opening every page as the roles that can; each field in turn is sent each absurd value, beside
fields that are as the page proposes them.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from itertools import cycle, islice
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
IDS_TAKEN_OTHERWISE = ("0", HUGE, "-1", "%00")
QUESTIONS_TAKEN_OTHERWISE = (HUGE, "1" * 5000, "\x00", "a" * 10_000)
SENT_TO_EACH = 5
REFUSALS = {400, 403, 404, 405, 409, 410, 413, 422, 429}
# Forms that end the session or are somebody's whole way in: other tests know them.
NOT_HERE = {"/deconnexion/"}


def is_second() -> bool:
    """PostgreSQL, which runs after SQLite: everything was tried there."""
    return connection.vendor == "postgresql"


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
            for value in IDS_TAKEN_OTHERWISE if is_second() else IDS:
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
            for value in QUESTIONS_TAKEN_OTHERWISE if is_second() else QUESTIONS:
                assert client.get(path, {name: value}).status_code in {200, 302, *REFUSALS}, (
                    path,
                    name,
                    value,
                )


@pytest.mark.parametrize("role", ["anonymous", "newcomer", "alice", "alix"])
def test_absurd_forms(world, role):
    client = client_of(world, role)
    seen, sent, written = set(), 0, 0
    before = what_is_wrong({model._meta.db_table for model in apps.get_models()})
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
                    written += bool(send(client, action, form, {name: value}, before))
                    transaction.set_rollback(True)
    assert sent > 20
    assert written


def absurdities(form: Form) -> Iterator[tuple[str, str]]:
    """For each field a part of the values, always the same for the same name, so that all of them are met by each
    kind of field; of the fields of a repeated row, the first row's. PostgreSQL gets what it may take otherwise.
    """
    values = [value for value in VALUES if not is_second() or value in TAKEN_OTHERWISE]
    kinds = {re.sub(r"\d+", "", name): name for name in reversed((*form.fields, *form.files))}
    for kind, name in kinds.items():
        if name != "csrfmiddlewaretoken":
            start = zlib.crc32(f"{form.action} {kind}".encode()) % len(values)
            yield from ((name, value) for value in islice(cycle(values), start, start + SENT_TO_EACH))


def send(
    client: GuardingClient, action: str, form: Form, absurd: dict[str, str], before: set[str]
) -> set[str]:
    """The tables that were written to."""
    files = {name: SimpleUploadedFile("texte.pdf", PDF, "application/pdf") for name in form.files}
    told = (action, {name: value[:40] for name, value in absurd.items()})
    written = Written()
    with connection.execute_wrapper(written):
        response = client.post(action, {**form.fields, **files, **absurd})
    assert response.status_code in {200, 302, *REFUSALS}, (*told, response.status_code)
    assert what_is_wrong(written.tables) - before == set(), told
    if response.status_code == 302:
        shown = read(client.get(response["Location"]))
        assert "<script>alert" not in shown, told
    return written.tables


def read(response: HttpResponse) -> str:
    content = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode(errors="replace")


class Written:
    """Notes the tables that are written to, for `connection.execute_wrapper`."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := re.match(r'(?:INSERT INTO|UPDATE|INSERT OR IGNORE INTO) "(\w+)"', str(sql)):
            self.tables.add(found[1])
        return execute(sql, params, many, context)


def what_is_wrong(tables: set[str]) -> set[str]:
    """The rows of these tables of the portal that its own models would refuse."""
    found = set()
    for model in apps.get_models():
        if model.__module__.startswith("portail.") and model._meta.db_table in tables:
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
