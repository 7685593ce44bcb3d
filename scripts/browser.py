"""The Chromium of the browser tests: the machine's own, or one installed when that is possible."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ADVICE = (
    "Les tests du navigateur ont besoin de Chromium : « apt install chromium », ou PORTAIL_CHROMIUM=CHEMIN."
)
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


class NoBrowser(Exception):
    """Carries what was tried and what to do."""


def find() -> str | None:
    """The path of a Chromium that starts, or None. PORTAIL_CHROMIUM comes first, then the PATH, then Playwright's."""
    own = sorted(Path.home().glob(".cache/ms-playwright/chromium-*/chrome-linux*/chrome"), reverse=True)
    candidates = [os.environ.get("PORTAIL_CHROMIUM"), *map(shutil.which, NAMES), *map(str, own)]
    return next((path for path in candidates if path and _starts(path)), None)


def find_or_install() -> str:
    """As `find`, after an installation if need be: from the system's packages as root, else by Playwright."""
    found = find()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("Aucun Chromium : installation du paquet chromium…", flush=True)
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["update", "-qq"],
            ["install", "-qq", "-y", "--no-install-recommends", "chromium", "fonts-liberation"],
        ):
            subprocess.run(
                ["apt-get", *command], env=quiet, stdout=subprocess.DEVNULL, timeout=900, check=False
            )
        found = find()
    if found is None:
        print("Aucun Chromium : Playwright essaie d'en télécharger un…", flush=True)
        command = [sys.executable, "-m", "playwright", "install", "chromium"]
        subprocess.run(command, stdout=subprocess.DEVNULL, timeout=600, check=False)
        found = find()
    if found is None:
        raise NoBrowser(ADVICE)
    return found


def _starts(path: str) -> bool:
    """Whether it runs: on some systems the name is only a hint that another package is to be installed."""
    try:
        done = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    try:
        print(find_or_install())
    except NoBrowser as none:
        sys.exit(str(none))
