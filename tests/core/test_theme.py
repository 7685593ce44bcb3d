import gzip
import re

import pytest
from django.urls import reverse
from hypothesis import example, given
from hypothesis import strategies as st

from portail.core import theme

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def declared(name: str, block: str) -> str:
    found = re.search(rf"--{name}: (#[0-9a-f]{{6}})", block)
    assert found, name
    return found[1]


@given(COLOURS)
@example("#000000")
@example("#ffffff")
@example("#ffff00")
@example("#0000ff")
@example("#808080")
def test_any_colour_of_a_commune_is_made_readable(colour):
    chosen = theme.accent(colour)
    for text, grounds, card in (
        (chosen.light, theme.LIGHT_BACKGROUNDS, theme.LIGHT_CARD),
        (chosen.dark, theme.DARK_BACKGROUNDS, theme.DARK_CARD),
    ):
        for ground in [*grounds, theme.soft(text, card)]:
            assert theme.contrast(text, ground) >= 4.5
    assert theme.contrast(chosen.light, chosen.on_light) >= 4.5
    assert theme.contrast(chosen.dark, chosen.on_dark) >= 4.5


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21),
        ("#ffffff", "#ffffff", 1),
        ("#767676", "#ffffff", 4.54),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_the_standard(one, other, ratio):
    assert theme.contrast(one, other) == pytest.approx(ratio, abs=0.01)


def test_a_readable_colour_is_left_alone():
    assert theme.accent("#1b5e20").light == "#1b5e20"
    assert theme.accent("#ffe14d").dark == "#ffe14d"


@pytest.mark.parametrize("colour", ["", "red", "#12345", "#1234567", "#zzzzzz", "#fff}body{display:none"])
def test_what_is_not_a_colour_gives_the_default(colour):
    assert theme.accent(colour) == theme.accent(theme.DEFAULT_COLOUR)


def test_the_backgrounds_of_the_theme_are_those_of_the_sheet():
    light, dark = theme.SOURCE.read_text().split("@media (prefers-color-scheme: dark)")[:2]
    names = ("page", "card", "sunken")
    assert tuple(declared(name, light) for name in names) == theme.LIGHT_BACKGROUNDS
    assert tuple(declared(name, dark) for name in names) == theme.DARK_BACKGROUNDS


@pytest.mark.parametrize("state", ["ok", "warn", "bad", "calm"])
def test_states_are_readable_on_every_background(state):
    light, dark = theme.SOURCE.read_text().split("@media (prefers-color-scheme: dark)")[:2]
    for block, grounds in ((light, theme.LIGHT_BACKGROUNDS), (dark, theme.DARK_BACKGROUNDS)):
        for ground in [*grounds, declared(f"{state}-soft", block)]:
            assert theme.contrast(declared(state, block), ground) >= 4.5, (state, ground)


def test_edges_of_fields_are_seen():
    """WCAG 1.4.11: 3:1 for what shows where a field is."""
    light, dark = theme.SOURCE.read_text().split("@media (prefers-color-scheme: dark)")[:2]
    for block, grounds in ((light, theme.LIGHT_BACKGROUNDS), (dark, theme.DARK_BACKGROUNDS)):
        assert all(theme.contrast(declared("edge", block), ground) >= 3 for ground in grounds)


@pytest.fixture
def portal(settings):
    settings.ROOT_URLCONF = "tests.core.urls"
    settings.PORTAIL_SITE = "tests.core.urls.site"
    return settings


def address(colour: str) -> str:
    return reverse("core:stylesheet", args=[theme.stylesheet(colour).digest])


def test_the_sheet_is_kept_for_ever_under_its_hash(portal, client):
    response = client.get(address("#ffe14d"), headers={"accept-encoding": "br, gzip"})
    assert response["Content-Type"] == "text/css"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response["Vary"] == "Accept-Encoding"
    assert gzip.decompress(response.content) == theme.stylesheet("#ffe14d").body
    assert b"--accent:#ffe14d" in gzip.decompress(response.content)


def test_without_compression_it_is_sent_plain(portal, client):
    response = client.get(address("#ffe14d"))
    assert "Content-Encoding" not in response
    assert response.content == theme.stylesheet("#ffe14d").body


def test_an_old_address_gives_todays_sheet_and_is_not_kept(portal, client):
    response = client.get(reverse("core:stylesheet", args=["0123456789abcdef"]))
    assert response.content == theme.stylesheet("#ffe14d").body
    assert response["Cache-Control"] == "no-cache"


def test_the_default_sheet_needs_no_commune(portal, client):
    portal.PORTAIL_SITE = "tests.core.urls.broken_site"
    assert client.get(address("")).status_code == 200


def test_the_sheet_is_only_read(portal, client):
    assert client.post(address("")).status_code == 405


def test_two_colours_have_two_addresses():
    assert address("#1b5e20") != address("#ffe14d")
