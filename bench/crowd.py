"""A family at an opening, as its telephone: it comes, waits as it is told to, books a week when its turn has come.

Each page is a connection of its own, as a proxy in front of the portal asks them.
"""

import asyncio
import html
import random
import re
import time
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlencode

BOX = re.compile(r'<input type="checkbox" name="s" value="([^"]+)"([^>]*)>')
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
AGAIN = re.compile(r'hx-get="([^"]+)"\s+hx-trigger="load delay:(\d+)s"')
PATIENCE = 30
"""Seconds after which a browser would give up."""


@dataclass
class Told:
    """What the families saw: seconds by page, answers that should not be, receipts, and how each ended."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)


class Lost(Exception):
    """The portal did not answer as it should."""


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: str


class Family:
    def __init__(
        self,
        port: int,
        code: str,
        month: str,
        session: str,
        child: int,
        *,
        wanted: frozenset[str],
        think: float,
        told: Told,
    ) -> None:
        self.port, self.room, self.child, self.think, self.told = (
            port,
            f"/ouvertures/{code}/attente/",
            child,
            think,
            told,
        )
        self.planning = f"/planning/{child}/{month}/"
        self.cookies = {"portail_session": session}
        self.wanted = wanted

    async def come(self, at: float) -> None:
        """All of it, from the planning to the receipt; how it ended is told."""
        await asyncio.sleep(max(0.0, at - time.time()))
        try:
            end = await self._day()
        except (Lost, OSError, TimeoutError, asyncio.IncompleteReadError) as lost:
            self.told.wrong.append(f"{type(lost).__name__} {lost}")
            end = "perdue"
        self.told.ends.append(end)

    async def _day(self) -> str:
        page = await self._take_ticket()
        while "C'est votre tour" not in html.unescape(page.body):
            found = AGAIN.search(page.body)
            if found is None:
                raise Lost(f"no way to ask again: {page.status}")
            await asyncio.sleep(int(found[2]))
            page = await self._ask("place", "GET", html.unescape(found[1]), htmx=True)
            if "hx-redirect" in page.headers:
                page = await self._ask("place", "GET", self.room)
                if page.status == 302:
                    break
        return await self._book()

    async def _take_ticket(self) -> Answer:
        """The planning, which leads to the room, and the page with the ticket: timed together."""
        start = time.perf_counter()
        led = await self._ask("planning", "GET", self.planning)
        if led.status != 302 or led.headers["location"] != self.room:
            raise Lost(f"planning answered {led.status}")
        page = await self._ask("salle d'attente", "GET", self.room)
        if page.status != 200 or "ticket n°" not in html.unescape(page.body):
            raise Lost(f"room answered {page.status}")
        self.told.times["ticket"].append(time.perf_counter() - start)
        return page

    async def _book(self) -> str:
        for _ in range(3):
            month = await self._ask("mois", "GET", self.planning)
            if month.status != 200:
                raise Lost(f"month answered {month.status}")
            week = self._three_days(month.body)
            if not week:
                return await self._leave(month, "plus de place")
            await self._think()
            data = {"s": week, "shown": _field(month.body, "shown")}
            recap = await self._post("vérifier", self.planning, data, month)
            await self._think()
            saved = await self._post("valider", "/planning/valider/", _hidden(recap.body), recap)
            if saved.status == 302 and "/recus/" in saved.headers["location"]:
                self.told.receipts.append(saved.headers["location"].split("/")[-2])
                return "reçu"
            is_empty = saved.status == 302 and saved.headers["location"].startswith("/planning/")
            if saved.status != 422 and not is_empty:
                raise Lost(f"save answered {saved.status} {saved.headers.get('location', '')}")
        return await self._leave(month, "trois fois devancée")

    def _three_days(self, page: str) -> list[str]:
        """Three of the days that are free, fewer when fewer are left."""
        free = [value for value, rest in BOX.findall(page) if "checked" not in rest and value in self.wanted]
        return random.sample(free, min(3, len(free)))

    async def _leave(self, page: Answer, end: str) -> str:
        await self._post("laisser", f"{self.room}quitter/", {}, page)
        return end

    async def _think(self) -> None:
        await asyncio.sleep(random.expovariate(1 / self.think) if self.think else 0)

    async def _post(self, name: str, path: str, data: dict, after: Answer) -> Answer:
        token = {"csrfmiddlewaretoken": _field(after.body, "csrfmiddlewaretoken")}
        return await self._ask(name, "POST", path, urlencode(token | data, doseq=True))

    async def _ask(
        self, name: str, method: str, path: str, body: str | None = None, *, htmx: bool = False
    ) -> Answer:
        start = time.perf_counter()
        async with asyncio.timeout(PATIENCE):
            answer = await self._exchange(method, path, body, htmx)
        self.told.times[name].append(time.perf_counter() - start)
        if answer.status >= 500:
            raise Lost(f"{name} answered {answer.status}")
        return answer

    async def _exchange(self, method: str, path: str, body: str | None, htmx: bool) -> Answer:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        lines = [
            f"{method} {path} HTTP/1.1",
            f"Host: localhost:{self.port}",
            f"Cookie: {cookies}",
            f"Referer: http://localhost:{self.port}/",
            "Connection: close",
        ]
        if htmx:
            lines.append("HX-Request: true")
        if body is not None:
            lines += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"]
        writer.write(("\r\n".join(lines) + "\r\n\r\n" + (body or "")).encode())
        raw = await reader.read()
        writer.close()
        return self._read(raw)

    def _read(self, raw: bytes) -> Answer:
        head, _, content = raw.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        headers: dict[str, str] = {}
        for line in lines:
            name, _, value = line.partition(": ")
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.split(";")[0]
            headers[name.lower()] = value
        return Answer(int(status.split(" ")[1]), headers, content.decode("utf-8", "replace"))


def _field(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    if found is None:
        raise Lost(f"no field {name}")
    return html.unescape(found[1])


def _hidden(page: str) -> dict[str, str]:
    """What the recap posts."""
    form = page[page.index('action="/planning/valider/"') :]
    return {name: html.unescape(value) for name, value in HIDDEN.findall(form)} | {"step": "save"}
