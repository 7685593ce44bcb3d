"""What every test may lean on. The cast is in cast.py, the rows in factories.py, the page guard in guard.py."""

import shutil
from importlib import import_module

import hypothesis
import pytest
from django.conf import settings

from tests.guard import GuardingClient

pytest_plugins = ["tests.cast", "tests.smtp", "tests.world"]

# A shared machine has slow moments, which say nothing about the code.
hypothesis.settings.register_profile("portail", deadline=None, database=None, max_examples=60)
hypothesis.settings.load_profile("portail")


def pytest_sessionstart() -> None:
    import_module("config.urls")  # once, before a test changes a setting that decides which addresses exist


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
        reason = pytest.mark.skip(reason="needs PostgreSQL: python scripts/postgres.py run -- pytest …")
        for item in items:
            if item.get_closest_marker("postgres"):
                item.add_marker(reason)


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.DATA_DIR, ignore_errors=True)  # xdist's workers do not run atexit


@pytest.fixture
def client() -> GuardingClient:
    """Django's test client; every HTML page it gets must pass tests/guard.py."""
    return GuardingClient()
