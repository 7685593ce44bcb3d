"""Somebody in front of a browser, who uses the portal by what it shows: titles, labels, links, buttons.

`Visitor` uses a finger or a mouse, `KeyboardVisitor` the keyboard alone. Each screen seen is checked: accessible to
axe, no wider than the window, at most four static files, all from the portal.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Locator, Page, expect
from time_machine import Traveller

from portail.accounts.models import User
from tests.guard import STATIC_FILES_LIMIT

AXE = Axe()
MOST_TABS = 150
"""More stops than any screen has."""

# Where the ring of the focus shows, and whether something lies over it.
FOCUS = """() => {
  const focused = document.activeElement;
  if (!focused || focused === document.body) return "nothing has the focus";
  const around = [focused, ...(focused.labels ?? []), focused.parentElement];
  const ringed = around.find((element) => {
    const style = getComputedStyle(element);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  if (!ringed) return "no visible focus on " + focused.outerHTML.slice(0, 160);
  const line = [...ringed.getClientRects()].find((box) => box.width && box.height);
  if (!line) return "nothing to see of " + focused.outerHTML.slice(0, 160);
  const top = document.elementFromPoint(line.x + line.width / 2, line.y + line.height / 2);
  const shown = top && (ringed.contains(top) || top.contains(ringed));
  return shown ? "" : "out of sight or covered: " + focused.outerHTML.slice(0, 160);
}"""


class Visitor:
    """`clock` moves on by a few seconds at each press: people are not machines. None with a server of its own."""

    has_script = True

    def __init__(self, page: Page, url: str, clock: Traveller | None):
        self.page = page
        self.url = url
        self.clock = clock

    # --- being somebody
    def is_signed_in_as(self, user: User) -> None:
        """For journeys that do not tell how one signs in."""
        client = Client()
        client.force_login(user)
        self.page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": self.url,
                }
            ]
        )

    def opens_a_tab(self) -> "Visitor":
        return type(self)(self.page.context.new_page(), self.url, self.clock)

    # --- looking
    def goes(self, path: str) -> None:
        self.page.goto(path)

    def sees(self, title: str | re.Pattern[str], *texts: str | re.Pattern[str]) -> None:
        """The screen of this title, with these texts somewhere on it; and the screen is a good one."""
        expect(self.page.locator("h1")).to_have_text(title)
        for text in texts:
            self.reads(text)
        assert self.problems() == [], self.page.url

    def reads(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def reads_not(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.locator("main")).not_to_contain_text(text)

    def problems(self) -> list[str]:
        self.page.wait_for_load_state()
        found = []
        if self.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            found.append("wider than the window")
        files = {name for name in self._fetched() if urlsplit(name).path.startswith("/static/")}
        if len(files) > STATIC_FILES_LIMIT:
            found.append(f"{len(files)} static files: {sorted(files)}")
        return found + accessibility_problems(self.page) if self.has_script else found

    def _fetched(self) -> list[str]:
        return self.page.evaluate("performance.getEntriesByType('resource').map((entry) => entry.name)")

    def photographs(self, path: Path) -> None:
        self.page.screenshot(path=path, full_page=True)

    # --- finding
    def field(self, label: str) -> Locator:
        return self.page.get_by_label(re.compile(rf"^\s*(\*\s*)?{re.escape(label)}\s*$"))

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    # --- acting
    def fills(self, values: Mapping[str, str]) -> None:
        for label, value in values.items():
            self.field(label).fill(value)

    def chooses(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def ticks(self, label: str) -> None:
        self._toggle(self.field(label), wanted=True)

    def unticks(self, label: str) -> None:
        self._toggle(self.field(label), wanted=False)

    def follows(self, name: str, *, among: str = "") -> None:
        """`among`: the name of the group of links, when another link of the page has the same words."""
        group = self.page.get_by_role("navigation", name=among, exact=True) if among else self.page
        self._activate(group.get_by_role("link", name=name, exact=True))

    def presses(self, name: str) -> None:
        self._activate(self.button(name))

    def touches(self, name: str, *, within: str = "") -> None:
        """A link or a button that changes a part of the page without leaving it."""
        self._take_time()
        place = self.page.locator(within) if within else self.page
        for role in ("link", "button"):
            found = place.get_by_role(role, name=name, exact=True)  # type: ignore[arg-type]
            if found.count():
                return found.click()
        raise AssertionError(f"nothing named {name} on {self.page.url}")

    def unfolds(self, name: str) -> None:
        self.page.locator("summary", has_text=name).click()

    def _toggle(self, box: Locator, *, wanted: bool) -> None:
        assert box.is_checked() is not wanted
        box.locator("xpath=ancestor::label | self::*[not(ancestor::label)]").first.click()
        expect(box).to_be_checked(checked=wanted)

    def _activate(self, element: Locator) -> None:
        self._take_time()
        with self.page.expect_navigation():
            element.click()

    def _take_time(self) -> None:
        if self.clock:
            self.clock.shift(4)


class ScriptlessVisitor(Visitor):
    """Nothing of the page's own scripts runs; axe, which is one, cannot either."""

    has_script = False


class KeyboardVisitor(Visitor):
    """Tab, Enter, Space and letters. Wherever the focus stops, it shows."""

    def fills(self, values: Mapping[str, str]) -> None:
        for label, value in values.items():
            self._reach(self.field(label))
            self.page.keyboard.press("Control+a")
            self.page.keyboard.type(value)

    def _toggle(self, box: Locator, *, wanted: bool) -> None:
        assert box.is_checked() is not wanted
        self._reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked(checked=wanted)

    def _activate(self, element: Locator) -> None:
        self._take_time()
        self._reach(element)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def _reach(self, wanted: Locator) -> None:
        expect(wanted).to_have_count(1)
        for _ in range(MOST_TABS):
            if wanted.evaluate("(element) => element === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
            if self.page.evaluate(
                "document.activeElement !== document.body"
            ):  # else past the end of the page
                assert self.page.evaluate(FOCUS) == "", self.page.url
        raise AssertionError(f"the keyboard does not reach {wanted} on {self.page.url}")


def accessibility_problems(page: Page) -> list[str]:
    """What axe finds, one line a rule, with the first element it accuses."""
    found = AXE.run(page).response["violations"]
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:200]}" for rule in found]


def is_wider_than_screen(page: Page) -> bool:
    """Whether a phone would have to scroll sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth > window.innerWidth"))
