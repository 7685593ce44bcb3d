"""What is to mend in a settings file: each thing with its line, its place and what was expected, in French."""

from __future__ import annotations

from dataclasses import dataclass, field

from .toml_lines import Path, line_of


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend in a settings file: its line (from 1), the path of the key, and what was expected."""

    line: int
    path: str
    message: str

    def __str__(self) -> str:
        place = f"Ligne {self.line}"
        return f"{place}, {self.path} : {self.message}" if self.path else f"{place} : {self.message}"


class SettingsErrors(ValueError):
    """The settings file was not understood; `problems` holds everything to mend, in order of line."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class Expected(ValueError):
    """A value is not what its field holds; the message says what was expected, `key` in which field of a table."""

    def __init__(self, message: str, *, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


@dataclass
class Report:
    """The problems found so far, and where things stand in the text."""

    lines: dict[Path, int]
    problems: list[Problem] = field(default_factory=list)

    def line(self, path: Path) -> int:
        return line_of(self.lines, path)

    def add(self, path: Path, message: str) -> None:
        path = tuple(int(part) if isinstance(part, str) and part.isdigit() else part for part in path)
        self.problems.append(Problem(self.line(path), path_words(path), message))

    def raise_if_any(self) -> None:
        if self.problems:
            raise SettingsErrors(tuple(sorted(self.problems, key=lambda problem: problem.line)))


def path_words(path: Path) -> str:
    """`("deadlines", 0, "at")` as « deadlines[1].at », counted from 1 like people do."""
    words = ""
    for part in path:
        words += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if words else part
    return words
