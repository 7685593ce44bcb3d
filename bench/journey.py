"""What a family does, page by page: measured over HTTP by `run`, counted inside the process by `count`."""

import itertools
import re
from collections.abc import Iterator
from typing import Any

BOX = re.compile(r'<input type="checkbox" name="s" value="(\d+)"([^>]*)>')


def journey(visitor: Any, child: int, month: str) -> Iterator[tuple[str, Any]]:
    """(name of the measure, page) for ever; a day more each time, then a day less."""
    url = f"/planning/{child}/{month}/"
    for _ in itertools.count():
        yield "accueil", visitor.get("/accueil/")
        page = visitor.get(url)
        yield "mois", page
        recap = visitor.post(url, turned(page), after=page)
        yield "verifier", recap
        names = ("add", "remove", "token", "child", "month")
        saved = visitor.post(
            "/planning/valider/", {name: recap.field(name) for name in names} | {"step": "save"}, after=recap
        )
        if saved.status != 302 or "/recus/" not in saved.location:
            raise SystemExit(f"not saved: answered {saved.status} {saved.location}")
        yield "valider", saved
        yield "recu", visitor.get(saved.location)


def turned(page: Any) -> dict:
    """The month as it is, but for its last box: booked when it was free, cancelled when it was booked."""
    boxes = BOX.findall(page.body)
    ticked = [number for number, rest in boxes[:-1] if "checked" in rest]
    last, rest = boxes[-1]
    if "checked" not in rest:
        ticked.append(last)
    return {"s": ticked, "shown": page.field("shown")}
