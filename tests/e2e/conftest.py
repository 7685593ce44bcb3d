"""A real Chromium for the tests that need one. Everything here is slow: it runs apart from the quick suite."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from scripts import browser as installed
from tests import factories as make
from tests.e2e.mailbox import Mailbox
from tests.e2e.town import Town
from tests.e2e.visitors import KeyboardVisitor, ScriptlessVisitor, Visitor

HERE = Path(__file__).parent
OpenPage = Callable[..., Page]
# A page of refusal (4xx) is an answer like another; the console tells it all the same.
REFUSED = re.compile(r"Failed to load resource: the server responded with a status of 4\d\d")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"  # Playwright keeps a loop running in this thread
    path = installed.find_or_install()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def open_page(chromium: Browser, live_server) -> Iterator[OpenPage]:
    """`open_page("/adresse/", width=360)`: a page of its own visitor. A script that fails, fails the test.

    Also `scheme="dark"` and `javascript=False`.
    """
    contexts = []
    failures: list[str] = []

    def opened(path: str, *, width: int = 1280, scheme: str = "light", javascript: bool = True) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 800},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=javascript,
            locale="fr-FR",
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("pageerror", lambda error: failures.append(str(error)))
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert failures == []


# --- journeys: a town, its clock, its mails, and people in front of browsers


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Tuesday 24 November 2026, 10:00 in Paris, for the server; it goes on ticking."""
    with time_machine.travel(make.NOW) as traveller:
        yield traveller


@pytest.fixture
def town(clock, transactional_db) -> Town:
    """The guide's commune, with the cast of the other tests."""
    return Town()


@pytest.fixture
def mailbox(smtp_server) -> Mailbox:
    return Mailbox(smtp_server)


@pytest.fixture
def visit(chromium: Browser, live_server, clock) -> Iterator[Callable[..., Visitor]]:
    """`visit(width=360)`: somebody who has just opened a browser. What a console complains of fails the test.

    Also `scheme="dark"`, `script=False`, `keyboard=True`.
    """
    with visitors_of(chromium, live_server.url, clock) as opened:
        yield opened


@contextmanager
def visitors_of(
    chromium: Browser, url: str, clock: time_machine.Traveller | None
) -> Iterator[Callable[..., Visitor]]:
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def hears(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not REFUSED.match(message.text):
            complaints.append(f"{message.text} ({message.location.get('url', '')})")

    def watches(request: Request) -> None:
        if not request.url.startswith((url, "data:", "blob:")):
            complaints.append(f"asked elsewhere: {request.url}")

    def opened(
        *, width: int = 1280, scheme: str = "light", script: bool = True, keyboard: bool = False
    ) -> Visitor:
        context = chromium.new_context(
            base_url=url,
            viewport={"width": width, "height": 740 if width < 768 else 800},
            color_scheme=scheme,  # type: ignore[arg-type]
            java_script_enabled=script,
            locale="fr-FR",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(10_000)
        context.on("console", hears)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("request", watches)
        kind = KeyboardVisitor if keyboard else Visitor if script else ScriptlessVisitor
        return kind(context.new_page(), url, clock)

    yield opened
    for context in contexts:
        context.close()
    assert complaints == []
