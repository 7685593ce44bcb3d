"""The agent at the desk, on Tuesday 24 November 2026."""

import pytest
import time_machine

from tests import factories as make


@pytest.fixture
def today(db):
    """For whoever reads the clock: the day of the factories, moved by the test when it must."""
    with time_machine.travel(make.NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def desk(client, cast, today):
    """Agnès signed in, at that moment."""
    client.force_login(cast.agnes)
    return client


@pytest.fixture
def administration(client, cast, today):
    """Alix signed in, at that moment."""
    client.force_login(cast.alix)
    return client
