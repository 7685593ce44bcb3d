"""The gallery: every real regulation is read, fast, and gives the dates and prices that its organiser published."""

import csv
import time
from collections import Counter
from datetime import date
from functools import cache

import pytest

from portail.rules import Calendar, Regulation, default_entries, parse_bytes
from portail.rules.checks import broken_examples, doubts

from . import pages

FOLDER = pages.ROOT / "rules"
FILES = sorted(FOLDER.glob("*.toml"))


@cache
def entries() -> tuple:
    return tuple(default_entries("B", None, range(2019, 2029)))


def calendar(regulation: Regulation) -> Calendar:
    return regulation.calendar_with(entries(), date(2028, 8, 31))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_real_regulation_gives_what_its_organiser_publishes(path):
    entries()
    began = time.process_time()
    regulation = parse_bytes(path.read_bytes())
    problems = broken_examples(regulation, calendar(regulation))
    assert time.process_time() - began < 0.2
    assert [str(problem) for problem in problems] == []
    assert regulation.commune.source


def coverage() -> list[dict[str, str]]:
    with (FOLDER / "couverture.csv").open(encoding="utf-8") as rows:
        return list(csv.DictReader(rows))


def test_the_measure_of_what_can_be_written():
    """At least 119 of the 120 deadlines read in the field, and 140 of the 141 tariffs."""
    read = Counter(row["nature"] for row in coverage())
    written = Counter(row["nature"] for row in coverage() if row["etat"].startswith("écrit"))
    assert {nature: read[nature] for nature in ("délai", "tarif")} == {"délai": 120, "tarif": 141}
    assert written["délai"] >= 119
    assert written["tarif"] >= 140


def test_absences_and_late_pick_ups_are_written_too():
    """What the sources state of them, in at least thirty organisers' words."""
    told = [row for row in coverage() if row["nature"] in ("absence", "retard")]
    assert len({row["fichier"] for row in told}) >= 30
    files = {row["fichier"]: parse_bytes((FOLDER / f"{row['fichier']}.toml").read_bytes()) for row in told}
    for row in told:
        examples = files[row["fichier"]].examples
        assert any(e.absent or e.trigger for e in examples), row


def test_what_is_counted_as_written_is_in_its_file():
    """Each file gives as many examples as the table counts, and a published figure has at least one."""
    counted = Counter()
    for row in coverage():
        counted[row["fichier"]] += int(row["exemples"])
        assert int(row["exemples"]) > 0 or row["etat"] == "écrit, chiffres non publiés", row
    assert set(counted) == {path.stem for path in FILES}
    found = {path.stem: len(parse_bytes(path.read_bytes()).examples) for path in FILES}
    assert found == dict(counted)


def test_unpublished_figures_are_told_as_doubts():
    for row in coverage():
        if row["etat"] == "écrit, chiffres non publiés":
            regulation = parse_bytes((FOLDER / f"{row['fichier']}.toml").read_bytes())
            told = [p.message for p in doubts(regulation, calendar(regulation), around=date(2026, 9, 1))]
            assert any("exemples à remplacer" in message for message in told), row


@pytest.mark.parametrize(
    ("broken", "expected"),
    [
        ('until = "2026-12-18 11:00"', "l'exemple attend jeudi 17 décembre à 11 h (2026)"),
        ('action = "cancel"\nuntil', "l'exemple attend jamais"),
    ],
)
def test_an_example_that_does_not_hold_is_told_with_its_line(broken, expected):
    text = (FOLDER / "rontalon.toml").read_text(encoding="utf-8")
    if "jamais" in expected:
        text = text.replace(broken, 'action = "cancel"\nnever = true\n# until', 1)
    else:
        text = text.replace(broken, 'until = "2026-12-17 11:00"')
    regulation = parse_bytes(text.encode())
    [problem] = broken_examples(regulation, calendar(regulation))
    assert problem.path == "examples[1]"
    assert problem.line == 1 + text[: text.index("[[examples]]")].count("\n")
    assert problem.message.startswith(expected)
