"""Where each key of a TOML text stands: the standard parser gives values, not lines.

Only used on a text that `tomllib` has accepted, so it need not judge, only walk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

Path = tuple[str | int, ...]

_SKIP = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_SPACES = re.compile(r"[ \t]*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_BASIC = re.compile(r'"(?:[^"\\\n]|\\.)*"')
_LITERAL = re.compile(r"'[^'\n]*'")
_MULTI_BASIC = re.compile(r'"""(?:[^"\\]|\\.|"(?!""))*"{3,5}', re.DOTALL)
_MULTI_LITERAL = re.compile(r"'''(?:[^']|'(?!''))*'{3,5}", re.DOTALL)
_SCALAR = re.compile(r"[^,\]}#\n]+")


def locate(text: str) -> dict[Path, int]:
    """The line (from 1) of every key and array item: `("deadlines", 0, "at") -> 14`."""
    walker = _Walker(text)
    walker.document()
    return walker.lines


@dataclass(frozen=True)
class Header:
    """A `[table]` or `[[list]]` title: the path of the table it opens, and where the title starts and ends."""

    path: Path
    start: int
    end: int


@dataclass
class Layout:
    """Where the parts of a text stand, in characters: values, the pairs that hold them, titles, ends of tables.

    `ends`: where one more pair may be written in a table; `inline`: the tables written between braces.
    """

    values: dict[Path, tuple[int, int]]
    pairs: dict[Path, tuple[int, int]]
    headers: list[Header]
    ends: dict[Path, int]
    inline: set[Path]


def layout(text: str) -> Layout:
    """Where everything stands, so that one value can be changed and nothing else."""
    walker = _Walker(text)
    walker.document()
    return walker.layout


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of a path, or of the nearest thing above it; 1 when nothing is known."""
    while path and path not in lines:
        path = path[:-1]
    return lines.get(path, 1)


class _Walker:
    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0
        self.lines: dict[Path, int] = {}
        self.counts: dict[Path, int] = {}
        self.counted_to, self.line = 0, 1
        self.layout = Layout({}, {}, [], {}, set())

    def mark(self, path: Path) -> None:
        self.line += self.text.count("\n", self.counted_to, self.at)
        self.counted_to = self.at
        self.lines.setdefault(path, self.line)

    def document(self) -> None:
        table: Path = ()
        while self.skip() < len(self.text):
            start = self.at
            if self.text[start] == "[":
                repeated = self.text.startswith("[[", start)
                self.at += 1 + repeated
                table = self.header(repeated=repeated)
                self.layout.headers.append(Header(table, start, self.at))
                self.layout.ends[table] = self.at
            else:
                self.pair(table)
                self.layout.ends[table] = self.at

    def skip(self) -> int:
        self.at = self.end(_SKIP)
        return self.at

    def end(self, pattern: re.Pattern[str]) -> int:
        match = pattern.match(self.text, self.at)
        return match.end() if match else self.at

    def header(self, *, repeated: bool) -> Path:
        keys = self.keys()
        self.at += 2 if repeated else 1
        path: Path = ()
        for key in keys[:-1]:
            path = (*path, key)
            if path in self.counts:
                path = (*path, self.counts[path] - 1)
        path = (*path, keys[-1])
        self.mark(path)
        if repeated:
            self.counts[path] = self.counts.get(path, 0) + 1
            path = (*path, self.counts[path] - 1)
            self.mark(path)
        return path

    def keys(self) -> list[str]:
        """A dotted key, bare or quoted."""
        keys = []
        while True:
            self.at = self.end(_SPACES)
            for pattern, cut in ((_BARE, 0), (_BASIC, 1), (_LITERAL, 1)):
                if match := pattern.match(self.text, self.at):
                    keys.append(match.group()[cut : len(match.group()) - cut])
                    self.at = match.end()
                    break
            self.at = self.end(_SPACES)
            if not self.text.startswith(".", self.at):
                return keys
            self.at += 1

    def pair(self, table: Path) -> None:
        self.at = self.end(_SPACES)
        start = self.at
        path = table
        for key in self.keys():
            path = (*path, key)
            here, self.at = self.at, start
            self.mark(path)
            self.at = here
        self.at += 1  # the equals sign
        self.at = self.end(_SPACES)
        self.value(path)
        self.layout.pairs[path] = (start, self.at)

    def value(self, path: Path) -> None:
        start = self.at
        self.read_value(path)
        self.at = start + len(self.text[start : self.at].rstrip())
        self.layout.values[path] = (start, self.at)

    def read_value(self, path: Path) -> None:
        opening = self.text[self.at : self.at + 1]
        if opening == "[":
            self.array(path)
        elif opening == "{":
            self.inline_table(path)
        else:
            for pattern in (_MULTI_BASIC, _MULTI_LITERAL, _BASIC, _LITERAL, _SCALAR):
                if match := pattern.match(self.text, self.at):
                    self.at = match.end()
                    return

    def array(self, path: Path) -> None:
        self.at += 1
        index = 0
        while self.skip() < len(self.text) and self.text[self.at] != "]":
            self.mark((*path, index))
            self.value((*path, index))
            self.skip()
            self.at += self.text.startswith(",", self.at)
            index += 1
        self.at += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        self.layout.inline.add(path)
        self.layout.ends[path] = self.at
        while self.skip() < len(self.text) and self.text[self.at] != "}":
            self.pair(path)
            self.layout.ends[path] = self.at
            self.skip()
            self.at += self.text.startswith(",", self.at)
        self.at += 1
