"""Lock the requirements, or say whether the lock still fits.

`python scripts/lock.py` resolves requirements/*.in into *.txt, with the hash of every file of every platform;
versions already locked stay unless `--upgrade` is given. `--check` works without a network: it walks the
installed packages from each line of the .in files and fails when a version, a missing or a superfluous pin
shows that somebody edited an .in file without locking, or that this environment is not the locked one.
"""

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

FOLDER = Path(__file__).resolve().parent.parent / "requirements"
COMPILE = ["--universal", "--python-version", "3.11", "--generate-hashes", "--quiet"]
COMPILE += ["--no-header", "--no-emit-index-url", "--no-emit-find-links"]


def lock(*options: str) -> None:
    for name, constraint in (("base", []), ("dev", ["-c", "base.txt"])):
        command = ["uv", "pip", "compile", *COMPILE, *constraint, *options, f"{name}.in", "-o", f"{name}.txt"]
        subprocess.run([sys.executable, "-m", *command], cwd=FOLDER, check=True)


def wanted(name: str) -> list[Requirement]:
    """The lines of an .in file, those of the files it includes first."""
    found = []
    for line in (FOLDER / f"{name}.in").read_text(encoding="utf-8").splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            found += wanted(line.removeprefix("-r ").removesuffix(".in"))
        elif line:
            found.append(Requirement(line))
    return found


def pinned(name: str) -> dict[str, str]:
    """Canonical name → version, of the lines of a lock file that apply to this machine."""
    text = (FOLDER / f"{name}.txt").read_text(encoding="utf-8")
    lines = (Requirement(line.rstrip(" \\")) for line in re.findall(r"^[a-zA-Z0-9].*$", text, re.MULTILINE))
    applying = (line for line in lines if line.marker is None or line.marker.evaluate())
    return {canonicalize_name(line.name): str(line.specifier).removeprefix("==") for line in applying}


def reached(roots: list[Requirement]) -> dict[str, str]:
    """Canonical name → installed version, of all that the requirements need ("" when not installed)."""
    found: dict[str, str] = {}
    seen = set()
    todo = list(roots)
    while todo:
        line = todo.pop()
        name = canonicalize_name(line.name)
        if (name, *sorted(line.extras)) in seen:
            continue
        seen.add((name, *sorted(line.extras)))
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = ""
            continue
        for needed in map(Requirement, metadata.requires(name) or []):
            if needed.marker is None or any(
                needed.marker.evaluate({"extra": e}) for e in (line.extras or {""})
            ):
                todo.append(needed)
    return found


def complaints(name: str) -> list[str]:
    pins, needs = pinned(name), reached(wanted(name))
    found = [
        f"{name}.in asks for {line}, {name}.txt locks {pins.get(canonicalize_name(line.name), 'nothing')}"
        for line in wanted(name)
        if not line.specifier.contains(pins.get(canonicalize_name(line.name), "0"), prereleases=True)
    ]
    for package in sorted(pins.keys() | needs.keys()):
        if package not in pins:
            found.append(f"{name}.txt lacks {package}, which is needed")
        elif package not in needs:
            found.append(f"{name}.txt locks {package}, which nothing needs")
        elif pins[package] != needs[package]:
            found.append(
                f"{name}.txt locks {package} {pins[package]}, installed: {needs[package] or 'nothing'}"
            )
    return found


def main(arguments: list[str]) -> int:
    if "--check" not in arguments:
        lock(*arguments)
        return 0
    base, dev = pinned("base"), pinned("dev")
    found = complaints("base") + complaints("dev")
    found += [f"base.txt and dev.txt disagree on {name}" for name in base if dev.get(name) != base[name]]
    for line in found:
        print(line)
    if found:
        print("Run `make lock`, then install again (`make test` does it).")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
