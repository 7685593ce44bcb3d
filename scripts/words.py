"""What no file of the project may say: addresses of package registries, paths of one machine, and, on the screens,
words that blame the reader instead of saying what to do. `python scripts/words.py` lists them and fails."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# Written in two halves, so that this page does not accuse itself.
EVERYWHERE = {
    "adresse d'un dépôt de paquets": re.compile(
        "py" r"pi\.org|python" r"hosted\.org|npm" r"js\.(?:org|com)|deb\.deb" r"ian\.org|archive\.ub" "untu"
    ),
    "chemin d'une machine": re.compile(
        r"(?<![\w.$}~-])/(?:home|root|work|Users|mnt)" r"/\w[\w.-]*|(?<!\w)/opt/(?:py" r"pi|wheels)"
    ),
}
ON_SCREEN = {
    "mot qui accuse (dire quoi faire)": re.compile(
        r"\b(?:erreurs?|invalides?|incorrecte?s?|champs? requis|échec)\b", re.IGNORECASE
    )
}
SCREENS = re.compile(r"^portail/.*/templates/.*\.(?:html|txt)$")
NOT_SHOWN = re.compile(
    r"{%\s*comment.*?endcomment\s*%}|{#.*?#}|{%(?!\s*(?:blocktrans|trans)).*?%}|{{.*?}}|<[^>]*>", re.DOTALL
)
NOT_READ = {".mo", ".png", ".jpg", ".webp", ".ico", ".woff2", ".ttf", ".otf", ".pdf", ".gz"}


def tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [name for name in done.stdout.split("\0") if name and Path(name).suffix not in NOT_READ]


def hits(name: str, text: str) -> list[str]:
    """`file:line: why: what`, for each forbidden word."""
    searched = [(text, EVERYWHERE)]
    if SCREENS.match(name):
        shown = NOT_SHOWN.sub(lambda hidden: "\n" * hidden[0].count("\n"), text)
        searched.append((shown, ON_SCREEN))
    return [
        f"{name}:{number}: {why} : {hit[0]}"
        for content, forbidden in searched
        for number, line in enumerate(content.splitlines(), 1)
        for why, pattern in forbidden.items()
        for hit in pattern.finditer(line)
    ]


def main() -> int:
    found = []
    for name in tracked():
        path = ROOT / name
        if path.is_file():  # a file removed and not yet committed is still listed
            found += hits(name, path.read_text(encoding="utf-8"))
    if found:
        print(*found, sep="\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
