"""The design holds together: no class, icon or weight that the other side does not know."""

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.conf import settings
from django.template.loader import get_template

ROOT = Path(settings.BASE_DIR) / "portail"
STATIC = ROOT / "core" / "static" / "portail"
TEMPLATES = sorted(ROOT.glob("*/templates/**/*.html"))
SCRIPT = (STATIC / "app.js").read_text()
SHEET = (STATIC / "app.css").read_text()

CLASS = re.compile(r"\bclass=\"((?:\{%.*?%\}|[^\"])*)\"")
BODY_CLASS = re.compile(r"\{% block body_class %\}(.*?)\{% endblock %\}")
TAG = re.compile(r"\{%.*?%\}")
FROM_HTMX = {"htmx-request"}


def names_of(attribute: str) -> set[str]:
    return set(TAG.sub(" ", attribute).split())


def used_classes() -> dict[str, set[str]]:
    """class → the files that use it."""
    used: dict[str, set[str]] = {}
    for path in TEMPLATES:
        for attribute in [*CLASS.findall(path.read_text()), *BODY_CLASS.findall(path.read_text())]:
            for name in names_of(attribute):
                used.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    for path in ROOT.glob("**/*.py"):
        for attribute in re.findall(r"\"class\": \"([^\"]+)\"", path.read_text()):
            for name in attribute.split():
                used.setdefault(name, set()).add(str(path.relative_to(ROOT)))
    return used


def written_classes() -> set[str]:
    """Classes that the script writes: any word of its strings, so this errs on the side of used."""
    return {word for string in re.findall(r"\"([^\"\n]*)\"", SCRIPT) for word in string.split()} | {"icon"}


def drawn_classes() -> set[str]:
    rules = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", SHEET, flags=re.DOTALL)
    selectors = " ".join(re.findall(r"([^{};]+)\{", rules))
    return set(re.findall(r"\.([a-z][\w-]*)", selectors))


def symbols() -> set[str]:
    sprite = ElementTree.parse(STATIC / "icons.svg")  # noqa: S314
    return {symbol.get("id", "") for symbol in sprite.iter("{http://www.w3.org/2000/svg}symbol")}


def test_every_class_of_a_template_is_drawn():
    unknown = {name: files for name, files in used_classes().items() if name not in drawn_classes()}
    assert unknown == {}


def test_every_class_drawn_is_used_somewhere():
    assert drawn_classes() - set(used_classes()) - written_classes() - FROM_HTMX == set()


def test_no_class_is_made_of_a_variable():
    """A variant is a data-tone, so that the two tests above see everything."""
    found = [
        (path.name, attribute)
        for path in TEMPLATES
        for attribute in CLASS.findall(path.read_text())
        if "{{" in attribute
    ]
    assert [pair for pair in found if pair[1] != "{{ widget.attrs.class }}"] == []


def test_every_icon_named_is_in_the_sprite():
    named = {
        name
        for path in [*TEMPLATES, *ROOT.glob("**/*.py")]
        for name in re.findall(r"\{% icon \"([\w-]+)\"|icon_name=\"([\w-]+)\"", path.read_text())
        for name in name
        if name
    }
    assert named - symbols() == set()
    assert len(symbols()) >= 38


@pytest.mark.parametrize(
    ("name", "limit"), [("app.css", 36 * 1024), ("app.js", 8 * 1024), ("icons.svg", 10_000)]
)
def test_the_files_of_every_page_stay_light(name, limit):
    assert (STATIC / name).stat().st_size < limit


def test_the_sheet_needs_no_outside_file_nor_important():
    assert "url(" not in SHEET
    assert "!important" not in SHEET
    assert "@import" not in SHEET


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_template_compiles(path):
    get_template(str(path).partition("/templates/")[2])
