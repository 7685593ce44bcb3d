"""The commune's colour made readable, and the one style sheet that carries it.

A commune chooses its colour for its coat of arms, not for contrast. It is kept when text in it can be read on
every background of the product. Otherwise it is darkened (light scheme) or lightened (dark scheme), hue kept,
until it can: WCAG 2.1 criterion 1.4.3, 4.5:1.
"""

import colorsys
import gzip
import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

SOURCE = Path(__file__).parent / "static" / "portail" / "app.css"
DEFAULT_COLOUR = "#1f6073"
CONTRAST = 4.5

# The backgrounds text is put on, as app.css declares them (page, card, sunken).
LIGHT_BACKGROUNDS = ("#faf8f4", "#ffffff", "#f3efe8")
DARK_BACKGROUNDS = ("#181613", "#211e1a", "#2a2722")
LIGHT_CARD, DARK_CARD = "#ffffff", "#211e1a"
ON_LIGHT, ON_DARK = "#ffffff", "#12100e"

Rgb = tuple[int, int, int]


class Accent(NamedTuple):
    """The colours of both schemes, `#rrggbb`: the accent as text or button, the text on that button."""

    light: str
    on_light: str
    dark: str
    on_dark: str


class Stylesheet(NamedTuple):
    """The bytes of the style sheet and the short hash that names them in its address."""

    body: bytes
    digest: str


def accent(colour: str) -> Accent:
    """The readable accent of a `#rrggbb` colour in the light and the dark scheme.

    Guarantee: at least 4.5:1 on every background of its scheme, on its soft tint, and under the text on it.
    What is not a colour gives the product's default.
    """
    rgb = _parse(colour) or _parse(DEFAULT_COLOUR)
    assert rgb is not None
    light = _corrected(rgb, LIGHT_BACKGROUNDS, LIGHT_CARD, darker=True)
    dark = _corrected(rgb, DARK_BACKGROUNDS, DARK_CARD, darker=False)
    return Accent(_hex(light), ON_LIGHT, _hex(dark), ON_DARK)


def soft(colour: str, background: str) -> str:
    """The pale tint of an accent on a background: 9 % of the one in the other."""
    return _hex(_mix(_known(colour), _known(background), 0.09))


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two `#rrggbb` colours, from 1 to 21."""
    return _ratio(_known(one), _known(other))


def stylesheet(colour: str) -> Stylesheet:
    """app.css with the commune's variables at its end, so that a page asks for one style sheet only."""
    return _composed(colour, SOURCE.stat().st_mtime_ns)


def compressed(colour: str) -> bytes:
    """The style sheet of this colour under gzip, the same bytes each time."""
    return _gzipped(stylesheet(colour).body)


@lru_cache(maxsize=16)
def _composed(colour: str, edited: int) -> Stylesheet:
    """Kept until app.css is edited again, so that whoever draws sees it without a restart."""
    chosen = accent(colour)
    variables = (
        "@layer base{:root{" + _variables(chosen.light, chosen.on_light, LIGHT_CARD, "#000000") + "}"
        "@media screen and (prefers-color-scheme:dark){:root{"
        + _variables(chosen.dark, chosen.on_dark, DARK_CARD, "#ffffff")
        + "}}}\n"
    )
    text = re.sub(r"/\*.*?\*/\s*", "", SOURCE.read_text(encoding="utf-8"), flags=re.DOTALL)
    body = (re.sub(r"\n\s+", "\n", text) + variables).encode()
    return Stylesheet(body, hashlib.sha256(body).hexdigest()[:16])


@lru_cache(maxsize=16)
def _gzipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


def _variables(accent_colour: str, on_accent: str, card: str, strong: str) -> str:
    stronger = _hex(_mix(_known(strong), _known(accent_colour), 0.14))
    return (
        f"--accent:{accent_colour};--on-accent:{on_accent};"
        f"--accent-soft:{soft(accent_colour, card)};--accent-strong:{stronger}"
    )


def _corrected(rgb: Rgb, backgrounds: tuple[str, ...], card: str, *, darker: bool) -> Rgb:
    """The colour nearest to `rgb` in lightness, hue kept, that is readable on all the backgrounds."""
    hue, lightness, saturation = colorsys.rgb_to_hls(*(channel / 255 for channel in rgb))
    candidate = rgb
    while not _readable(candidate, backgrounds, card):
        lightness += -0.01 if darker else 0.01
        channels = colorsys.hls_to_rgb(hue, min(max(lightness, 0), 1), saturation)
        candidate = (round(channels[0] * 255), round(channels[1] * 255), round(channels[2] * 255))
    return candidate


def _readable(rgb: Rgb, backgrounds: tuple[str, ...], card: str) -> bool:
    tint = _mix(rgb, _known(card), 0.09)
    return all(_ratio(rgb, ground) >= CONTRAST for ground in [*map(_known, backgrounds), tint])


def _ratio(one: Rgb, other: Rgb) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(rgb: Rgb) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (channel / 255 for channel in rgb)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _mix(colour: Rgb, ground: Rgb, share: float) -> Rgb:
    red, green, blue = (round(c * share + g * (1 - share)) for c, g in zip(colour, ground, strict=True))
    return red, green, blue


def _parse(colour: str) -> Rgb | None:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour or ""):
        return None
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _known(colour: str) -> Rgb:
    rgb = _parse(colour)
    if rgb is None:
        raise ValueError(f"not a #rrggbb colour: {colour!r}")
    return rgb


def _hex(rgb: Rgb) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
