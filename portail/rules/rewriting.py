"""A settings file changed where it must be and nowhere else: its comments, its layout and its order stay.

Only for texts that `parse` has accepted; the result must be parsed again, for a value may not suit its neighbours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from .toml_lines import Path, layout

New = str | int | bool | Decimal | date | Sequence["New"] | Mapping[str, "New"] | None
"""What a setting may be given: a value, a list of them, a table between braces, or nothing."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "deadlines": ("deadlines", "bookings"),
    "tariffs": ("tariffs",),
    "absences": ("absences",),
    "surcharges": ("surcharges",),
    "quotient": ("quotient",),
    "constraints": ("constraints",),
    "quotas": ("quotas",),
    "waiting": ("waiting",),
}
"""What one commune may take from another's file, and the tables that hold it."""

_CODES = frozenset(
    {
        "services",
        "with_services",
        "needs",
        "excludes",
        "linked",
        "service",
        "with_service",
        "sibling_services",
        "sibling_service",
        "price_of",
    }
)
"""Settings that hold codes of services."""


def written(value: New) -> str:
    """A value as TOML writes it; amounts keep two decimals, or more when they have more."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        exponent = value.normalize().as_tuple().exponent
        return f"{value:.2f}" if isinstance(exponent, int) and exponent >= -2 else f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {written(one)}" for name, one in value.items()) + " }"
    if isinstance(value, str) or value is None:
        return quoted(value or "")
    if any(isinstance(one, Mapping) for one in value):
        return "[\n" + "".join(f"  {written(one)},\n" for one in value) + "]"
    return "[" + ", ".join(map(written, value)) + "]"


def quoted(words: str) -> str:
    """A TOML basic string."""
    escaped = words.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escaped(ord(c)) for c in escaped) + '"'


def _escaped(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def rewrite(text: str, changes: Iterable[tuple[Path, New]]) -> str:
    """The text with each value set; None takes the setting away. Raises KeyError for a table that is not there."""
    for path, value in changes:
        text = _removed(text, path) if value is None else _set(text, path, value)
    return text


def _set(text: str, path: Path, value: New) -> str:
    found = layout(text)
    if path in found.values:
        start, end = found.values[path]
        return text[:start] + written(value) + text[end:]
    table, pair = path[:-1], f"{path[-1]} = {written(value)}"
    end = found.ends[table]
    if table not in found.inline:
        return f"{text[:end]}{_rest_of_line(text, end)}\n{pair}{text[end + len(_rest_of_line(text, end)) :]}"
    is_empty = not any(known[:-1] == table for known in found.pairs)
    return f"{text[:end]}{' ' if is_empty else ', '}{pair}{text[end:]}"


def _rest_of_line(text: str, at: int) -> str:
    """What follows on the line: a comment stays with the setting it is about."""
    stop = text.find("\n", at)
    return text[at:] if stop < 0 else text[at:stop]


def _removed(text: str, path: Path) -> str:
    found = layout(text)
    if path not in found.pairs:
        return text
    start, end = found.pairs[path]
    if path[:-1] in found.inline:
        return _without_pair(text, start, end)
    rest = _rest_of_line(text, end)
    if rest.strip():
        return text[:start] + text[end:].lstrip(" ")
    return text[:start] + text[end + len(rest) + 1 :]


def _without_pair(text: str, start: int, end: int) -> str:
    """An inline table without one pair and the comma beside it."""
    after = text[end:].lstrip()
    if after.startswith(","):
        return text[:start] + after[1:].lstrip()
    before = text[:start].rstrip()
    return before.removesuffix(",").rstrip() + " " + after


@dataclass(frozen=True)
class Block:
    """A table of the file with the comments just above its title. `name`: the first word of the title ("" before
    any); `path`: the table itself."""

    name: str
    text: str
    path: Path = ()


def blocks(text: str) -> list[Block]:
    """The file in its tables, in order; their texts put together are the file."""
    starts: list[tuple[Path, int]] = [((), 0)]
    for header in layout(text).headers:
        starts.append((header.path, _with_comments_above(text, header.start)))
    ends = [start for _, start in starts[1:]] + [len(text)]
    return [
        Block(str(path[0]) if path else "", text[start:end], path)
        for (path, start), end in zip(starts, ends, strict=True)
    ]


def _with_comments_above(text: str, start: int) -> int:
    """Where the comment lines that touch a title begin."""
    start = text.rfind("\n", 0, start) + 1
    while start:
        above = text.rfind("\n", 0, start - 1) + 1
        if not text[above:start].lstrip().startswith("#"):
            break
        start = above
    return start


def succeed(text: str, path: Path, first: date) -> str:
    """The text where a rule (`("tariffs", 2)`) ends the day before `first` and a copy of it, written just after,
    begins on that day. The copy keeps the end that the rule had."""
    headers = layout(text).headers
    mine = [place for place, header in enumerate(headers) if header.path[: len(path)] == path]
    following = mine[-1] + 1
    end = _with_comments_above(text, headers[following].start) if following < len(headers) else len(text)
    rule, after = _ended(text[headers[mine[0]].start : end]), text[end:]
    copy: Path = (path[0], 0)
    renewed = rewrite(rule, [((*copy, "from"), first)])
    ended = rewrite(rule, [((*copy, "until"), first - timedelta(days=1))])
    whole = text[: headers[mine[0]].start] + ended + _ended(renewed) + after
    return whole.rstrip("\n") + "\n"


def take(ours: str, theirs: str, groups: Iterable[str]) -> str:
    """Our file with these groups (keys of GROUPS) as the other file writes them, comments included.

    What a group had is replaced as a whole; it is written where ours stood, or at the end.
    """
    for group in groups:
        names = GROUPS[group]
        new = "".join(_ended(block.text) for block in blocks(theirs) if block.name in names)
        ours = _replaced(blocks(ours), names, new)
    return ours.rstrip("\n") + "\n"


def _replaced(mine: list[Block], names: tuple[str, ...], new: str) -> str:
    kept: list[str] = []
    written_already = False
    for block in mine:
        if block.name not in names:
            kept.append(block.text)
        elif not written_already:
            kept.append(new)
            written_already = True
    if not written_already and new:
        kept = [*kept[:-1], _ended(kept[-1]), new]
    return "".join(kept)


def _ended(text: str) -> str:
    """A block that ends with an empty line."""
    return text.rstrip("\n") + "\n\n"


def rename_services(text: str, names: Mapping[str, str]) -> str:
    """The text with these codes of services replaced wherever a rule names one."""
    found = layout(text)
    changes = []
    for path, (start, end) in found.values.items():
        keys = [part for part in path if isinstance(part, str)]
        old = text[start:end].strip("\"'")
        is_code = bool(keys) and keys[-1] in _CODES and text[start : start + 1] in "\"'"
        if (is_code or (path[0] == "services" and keys[-1] == "code")) and old in names:
            changes.append((start, end, quoted(names[old])))
    for start, end, new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text
