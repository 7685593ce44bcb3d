"""Every address × every role: who gets what, by GET and by an empty POST. tests/every_url.txt says it by hand."""

from pathlib import Path

import pytest
from django.db import transaction

from tests.guard import GuardingClient
from tests.walk import addresses
from tests.world import ROLES, path_of

pytestmark = pytest.mark.django_db
EMPTY = {"csrfmiddlewaretoken": "x"}  # what a form without any field sends
TABLE = Path(__file__).with_name("every_url.txt")


def expected() -> dict[str, tuple[list[str], list[str]]]:
    """By address, the statuses by GET then by POST, in the order of ROLES."""
    rows = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, get, post = (part.split() for part in line.split("|"))
            rows[name[0]] = (get, post)
    return rows


def ask(world, role: str, method: str, path: str) -> str:
    """The status that this role gets; nothing stays of what the request did."""
    client = GuardingClient(raise_request_exception=True)
    client.html_limit = 60_000
    if user := world.users[role]:
        client.force_login(user)
    with transaction.atomic():
        response = client.get(path) if method == "get" else client.post(path, EMPTY)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return str(response.status_code)


def test_every_address_has_its_line():
    rows = expected()
    assert sorted(rows) == sorted(address.name for address in addresses())
    assert {name for name, row in rows.items() if any(len(half) != len(ROLES) for half in row)} == set()


@pytest.mark.slow
@pytest.mark.parametrize("role", ROLES)
def test_what_each_role_gets(world, role):
    rows, column, found = expected(), ROLES.index(role), []
    for address in addresses():
        path = path_of(world, address)
        told = rows.get(address.name, ([""] * len(ROLES),) * 2)
        for method, statuses in zip(("get", "post"), told, strict=True):
            status = ask(world, role, method, path)
            if status != statuses[column]:
                found.append(f"{address.name} {method} {role}: {status}, {statuses[column]} expected")
    assert found == []
