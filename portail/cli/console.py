"""Speaking to the terminal: what is said goes out, what went wrong goes to the side, nothing is hidden."""

import getpass
import os
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings


class Refused(Exception):
    """The command cannot be done; the words say what, why, and what to do now."""

    def __init__(self, words: str, *, status: int = 1) -> None:
        super().__init__(words)
        self.status = status


def say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def complain(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def how(*words: str) -> str:
    """The command to type from here, ready to be copied: with the data folder when it was chosen for a trial."""
    root: Path = settings.BASE_DIR
    own = root / ".venv" / "bin" / "portail"
    if not own.exists():
        command = [sys.executable, "-m", "portail"]
    elif Path.cwd() == root:
        command = [".venv/bin/portail"]
    else:
        command = [str(own)]
    folder = os.environ.get("PORTAIL_DATA", "")
    chosen = [f"PORTAIL_DATA={shlex.quote(folder)}"] if folder and not settings.PRODUCTION else []
    return " ".join([*chosen, *map(shlex.quote, [*command, *words])])


def is_interactive() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask(question: str, *, check: Callable[[str], str], default: str = "") -> str:
    """Ask until the answer is understood. `check` gives the value, or raises ValueError with what to do."""
    while True:
        sys.stderr.write(f"{question}{f' [{default}]' if default else ''} : ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise Refused("Il n'y a personne pour répondre : donnez les réponses en options (--help).")
        try:
            return check(line.strip() or default)
        except ValueError as misunderstood:
            complain(f"  {misunderstood}")


def ask_password(question: str, *, check: Callable[[str], None]) -> str:
    """Ask twice, showing nothing. `check` raises ValueError with what the password lacks."""
    while True:
        first = getpass.getpass(f"{question} : ")
        try:
            check(first)
        except ValueError as weak:
            complain(f"  {weak}")
            continue
        if getpass.getpass("Encore une fois : ") == first:
            return first
        complain("  Les deux ne sont pas les mêmes : recommencez.")
