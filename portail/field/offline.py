"""What a tablet keeps to work without network: files, the same for everybody, and the day's lists of one leader.

The service worker (`static/field/worker.js`) keeps an empty page and its files, and nothing else. The lists go to the
device's own store through `terrain.js`: the names, what is to know at once, where each child is; no telephone, no
address, no care plan. They are emptied at sign-out and after the day. The queue of marks names nobody.
"""

import hashlib
import json
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from PIL import Image, ImageDraw

from portail.attendance.queries.lists import DayList, Row
from portail.core.site import current_site
from portail.core.templatetags.ui import hour
from portail.core.theme import accent, stylesheet

HERE = Path(__file__).parent
SCRIPTS = (
    HERE.parent / "core" / "static" / "portail" / "app.js",
    HERE / "static" / "field" / "terrain.js",
)
WORKER = HERE / "static" / "field" / "worker.js"
ICONS = (192, 512)


def kept_list(found: DayList, *, version: str, keeps_hours: bool) -> dict[str, Any]:
    """A list as the device keeps it; `v` says which one it is."""
    session = found.session
    return {
        "id": session.pk,
        "v": version,
        "service": session.service.name,
        "place": session.place.name,
        "hours": f"{hour(session.service.starts_at)} à {hour(session.service.ends_at)}",
        "keeps_hours": keeps_hours,
        "rows": [_row(row, serves_meal=session.service.serves_meal) for row in found.rows],
    }


def _row(row: Row, *, serves_meal: bool) -> dict[str, Any]:
    state = row.state
    return {
        "who": row.who if row.is_known else str(row.who),
        "is_guest": not row.is_known,
        "name": row.name,
        "group": row.class_name,
        "is_booked": row.booking is not None,
        "is_expected": row.is_expected,
        "is_absent": row.absence is not None,
        "in_conflict": bool(state.conflict),
        "care": _care(row, serves_meal=serves_meal),
        "state": {
            "presence": state.presence.value,
            "arrived": hour(state.arrived),
            "left": hour(state.left),
            "last": str(state.last.token) if state.last else None,
        },
    }


def _care(row: Row, *, serves_meal: bool) -> list[str]:
    """What is to know at once, without network too: the badges of the list, never what the PAI says."""
    if row.health is None:
        return []
    found = ["PAI"] if row.health.has_pai else []
    found += [f"Allergie : {row.health.allergies}"] if row.health.allergies else []
    return [*found, row.health.diet] if row.health.diet and serves_meal else found


# --- the files that are the same for everybody


@lru_cache(maxsize=2)
def _script(stamps: tuple[int, ...]) -> tuple[bytes, str]:
    body = b"\n".join(path.read_bytes() for path in SCRIPTS)
    return body, hashlib.sha256(body).hexdigest()[:12]


def script() -> tuple[bytes, str]:
    """The one script of the leader's pages, and the digest that names it in its address."""
    return _script(tuple(path.stat().st_mtime_ns for path in SCRIPTS))


def script_url() -> str:
    return reverse("field:script", args=[script()[1]])


def files() -> list[str]:
    """The addresses of what the empty page needs."""
    sheet = reverse("core:stylesheet", args=[stylesheet(current_site().colour).digest])
    return [sheet, static("portail/icons.svg"), script_url()]


def empty_page() -> str:
    """The page that is shown without network, to be filled from the device: nothing of anybody is in it."""
    return render_to_string("field/offline/page.html", {"commune": current_site(), **page_context()})


def page_context() -> dict[str, Any]:
    sheet, icons, js = files()
    own = {"user_id": "", "device": "", "zone": settings.TIME_ZONE}
    return {"stylesheet_url": sheet, "icons_url": icons, "script_url": js, **own}


def worker() -> bytes:
    """The service worker, which says what it keeps: another page, or another file, is another worker."""
    code = WORKER.read_bytes()
    kept = {"page": reverse("field:offline"), "files": files()}
    digest = hashlib.sha256(code + empty_page().encode() + json.dumps(kept).encode()).hexdigest()[:12]
    return f"const KEPT = {json.dumps({'name': f'terrain-{digest}', **kept})};\n".encode() + code


def manifest() -> dict[str, Any]:
    """How the tablet installs the lists among its applications."""
    commune = current_site()
    colour = accent(commune.colour).light
    return {
        "id": "/terrain/",
        "name": f"Listes · {commune.name}" if commune.name else "Listes",
        "short_name": "Listes",
        "lang": "fr",
        "start_url": reverse("field:home"),
        "scope": reverse("field:home"),
        "display": "standalone",
        "background_color": "#faf8f4",
        "theme_color": colour,
        "icons": [
            {
                "src": reverse("field:icon", args=[size]),
                "sizes": f"{size}x{size}",
                "type": "image/png",
                "purpose": purpose,
            }
            for size in ICONS
            for purpose in ("any", "maskable")
        ],
    }


@lru_cache(maxsize=4)
def icon(colour: str, size: int) -> bytes:
    """A tick on the commune's colour, well inside what any shape of icon keeps."""
    picture = Image.new("RGB", (size, size), accent(colour).light)
    points = [(0.30, 0.52), (0.44, 0.66), (0.70, 0.36)]
    line = [(x * size, y * size) for x, y in points]
    ImageDraw.Draw(picture).line(line, fill="#ffffff", width=size // 12, joint="curve")
    content = BytesIO()
    picture.save(content, "PNG", optimize=True)
    return content.getvalue()
