"""The settings file: what is read, what is refused, where, and how fast."""

import time
from datetime import date
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portail.rules import (
    Action,
    Anchor,
    Entry,
    EntryKind,
    SettingsErrors,
    parse,
    parse_bytes,
)
from portail.rules.layout import FILE, LIMIT, SCOPE
from portail.rules.tables import Table, Tables
from portail.rules.toml_lines import locate

from . import pages

DEFAULT = pages.ROOT / "portail" / "activities" / "default-regulation.toml"
ERRORS = pages.rows("fichier.md", "Ligne", "Réglage", "Ce qui est attendu")
MINIMAL = 'format = 1\n[commune]\nname = "Ostricourt"\n'


def problems(text: str) -> list[tuple[str, ...]]:
    with pytest.raises(SettingsErrors) as caught:
        parse(text)
    return [(str(p.line), p.path, p.message) for p in caught.value.problems]


@pytest.mark.parametrize(
    ("toml", "expected"),
    [
        (toml, [tuple(row.cells.values()) for row in group])
        for toml, group in groupby(ERRORS, lambda r: r.toml)
    ],
)
def test_every_problem_is_told_at_once_with_its_line(toml, expected):
    assert problems(toml) == expected


def test_the_default_file_holds_the_rule_of_the_guide():
    regulation = parse_bytes(DEFAULT.read_bytes())
    [rule] = regulation.deadlines
    assert (rule.when.anchor, rule.when.weekday, rule.at, rule.inclusive) == (Anchor.WEEK, 6, 21 * 60, True)
    assert rule.actions == {Action.BOOK, Action.CANCEL}
    assert (regulation.commune.zone, regulation.password_min_length) == ("B", 12)
    assert regulation.openings == regulation.calendar == ()


def test_what_is_left_out_takes_its_documented_value():
    regulation = parse(MINIMAL + "[[deadlines]]\n")
    [rule] = regulation.deadlines
    assert (rule.when.anchor, rule.when.before, rule.when.weekday, rule.at) == (Anchor.DAY, 0, None, None)
    assert (regulation.commune.zone, regulation.commune.time_zone) == (None, "Europe/Paris")
    assert regulation.password_min_length == 12


def test_the_calendar_of_the_file_joins_that_of_the_table():
    text = MINIMAL + '[[calendar]]\nkind = "closure"\nlabel = "Pont"\nstart = 2026-05-15\n'
    bridge = Entry(EntryKind.CLOSURE, date(2026, 5, 15), date(2026, 5, 15), "Pont")
    assert parse(text).calendar == (bridge,)
    table = Entry(EntryKind.PUBLIC_HOLIDAY, date(2026, 5, 14), date(2026, 5, 14), "Ascension")
    calendar = parse(text).calendar_with([table], date(2026, 12, 31))
    assert (calendar.closure(date(2026, 5, 15)), calendar.public_holiday(date(2026, 5, 14))) == (
        "Pont",
        "Ascension",
    )


def test_the_same_text_gives_equal_and_hashable_regulations():
    text = DEFAULT.read_text(encoding="utf-8")
    assert parse(text) == parse(text)
    assert hash(parse(text)) == hash(parse(text))


def test_a_text_with_the_mark_of_windows_editors_is_read():
    data = b"\xef\xbb\xbf" + MINIMAL.replace("\n", "\r\n").encode()
    assert parse_bytes(data).commune.name == "Ostricourt"


def test_a_file_that_is_not_utf8_is_refused_at_its_line():
    with pytest.raises(SettingsErrors) as caught:
        parse_bytes(MINIMAL.encode() + 'zone = "é"'.encode("latin-1"))
    [problem] = caught.value.problems
    assert (problem.line, "UTF-8" in problem.message) == (4, True)


@pytest.mark.parametrize("size", [1_000_001, 10_000_000])
def test_a_huge_file_is_refused_without_being_read(size):
    began = time.process_time()
    with pytest.raises(SettingsErrors, match="1 Mo au plus"):
        parse_bytes(b"#" * size)
    assert time.process_time() - began < 0.1


@pytest.mark.parametrize("text", ["a = " + "[" * 5000, "\x00", "a = 1979-05-27T07:32:00+99:00", "= 1", ""])
def test_nonsense_is_refused_with_a_line(text):
    assert all(int(line) >= 1 for line, _, _ in problems(text))


@given(st.text(max_size=200))
@settings(deadline=None, max_examples=200)
def test_any_text_is_read_or_refused_with_places(text):
    assert all(1 <= line <= text.count("\n") + 1 and message for line, message in _told(text))


scalars = st.one_of(
    *(st.integers(), st.booleans(), st.floats(allow_nan=False), st.dates(), st.datetimes(), st.none()),
    *(st.text(max_size=5), st.lists(st.text(max_size=3), max_size=2), st.dictionaries(st.text(), st.text())),
)


@given(st.data())
@settings(deadline=None, max_examples=300)
def test_any_value_under_a_known_key_is_read_or_refused(data):
    """A wrong type anywhere is a told problem, never a crash."""
    group = data.draw(st.sampled_from(sorted(set(FILE.fields) - {"format"})))
    kind = FILE.fields[group]
    table = kind.table if isinstance(kind, Tables) else kind
    assert isinstance(table, Table)
    values = data.draw(st.dictionaries(st.sampled_from(list(table.fields)), scalars))
    lines = [f"{key} = {_toml(value)}" for key, value in values.items() if value is not None]
    header = f"[[{group}]]" if isinstance(kind, Tables) else f"[{group}]"
    commune = "" if group == "commune" else '[commune]\nname = "A"\n'
    told = _told("\n".join(["format = 1", commune, header, *lines]))
    assert all(line >= 1 and message for line, message in told)


def _told(text: str) -> list[tuple[int, str]]:
    """The problems of a text, none when it is read."""
    try:
        parse(text)
    except SettingsErrors as refused:
        return [(problem.line, problem.message) for problem in refused.problems]
    return []


def _toml(value: object) -> str:
    import json

    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {json.dumps(v)}" for k, v in value.items()) + "}"
    if isinstance(value, bool | str | list):
        return json.dumps(value)
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)


def test_every_setting_is_documented_and_every_documented_setting_exists():
    rows = pages.rows("fichier.md", "Réglage", "Ce qu'il dit", "S'il manque")
    documented = [row.cells["Réglage"] for row in rows]
    assert len(set(documented)) == len(documented)
    assert set(documented) == set(_paths(FILE, ""))


def _paths(table: Table, prefix: str) -> set[str]:
    """The settings of a table; those of a scope or of a limit are told once, under that name."""
    paths: set[str] = set()
    for name, kind in table.fields.items():
        shared = [word for word, group in (("portée", SCOPE), ("limite", LIMIT)) if group.get(name) is kind]
        path = f"{shared[0]}.{name}" if shared else prefix + name
        inner = kind.table if isinstance(kind, Tables) else kind
        if isinstance(inner, Table) and name not in (
            "table",
            "columns",
            "notice",
            "order",
            "earliest_of",
            "latest_of",
        ):
            paths |= _paths(inner, f"{path}.")
        else:
            paths.add(path)
    return paths


def test_lines_are_found_through_every_form_of_toml():
    text = """\
# comment = "[no]"
a.b = 1
"c d" = '''
x = 2
''' # end
[t.u]
list = [
  "one", # two
  { k = 3, "l" = [4] },
]
s = \"\"\"[[t]]
\\\"\"\" still\"\"\"
[[t.v]]
w = 5
[[t.v]]
[t.v.x]
y = 2026-01-01 00:00:00 # z
"""
    lines = locate(text)
    assert lines[("a", "b")] == 2
    assert lines[("c d",)] == 3
    assert lines[("t", "u")] == 6
    assert lines[("t", "u", "list", 0)] == 8
    assert lines[("t", "u", "list", 1, "k")] == 9
    assert lines[("t", "u", "list", 1, "l", 0)] == 9
    assert lines[("t", "u", "s")] == 11
    assert lines[("t", "v", 0, "w")] == 14
    assert lines[("t", "v", 1)] == 15
    assert lines[("t", "v", 1, "x", "y")] == 17


def test_a_common_file_is_read_in_five_milliseconds():
    text = DEFAULT.read_text(encoding="utf-8") + "".join(
        f'[[deadlines]]\nservices = ["s{n}"]\nbefore = 2\nat = "12:00"\n' for n in range(10)
    )
    best = min(_seconds(text) for _ in range(5))
    assert best < 0.005


def _seconds(text: str) -> float:
    began = time.process_time()
    parse(text)
    return time.process_time() - began
