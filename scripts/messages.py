"""The catalogues of the families' languages, made without any gettext program.

`python scripts/messages.py` finds every text marked for translation in the code and the templates, brings
locale/en/LC_MESSAGES/django.po up to date (French is the source: what is new has an empty translation, what is
gone leaves) and compiles the .mo files. `--check` changes nothing and fails when a translation is missing, doubtful
or loses a placeholder, when a text is new or gone, or when a .mo is not what its .po gives.

locale/fr is made, not written: it holds the texts that have a plural, for in French zero is singular ("0 place").
"""

import io
import os
import re
import sys
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_python

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
from django.utils.translation import templatize

ROOT = Path(__file__).resolve().parent.parent
LOCALE = ROOT / "locale"
PLURALS = {"en": "nplurals=2; plural=(n != 1);", "fr": "nplurals=2; plural=(n > 1);"}
KEYWORDS = DEFAULT_KEYWORDS | {
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\(\w+\)|%[sd%]|\{\w*")  # a translation may format its variables in its own way

# context, singular, plural ("" when there is none) → the files that hold it
Found = dict[tuple[str | None, str, str], set[str]]


def found() -> Found:
    """Every marked text of portail/ and config/."""
    texts: Found = {}
    for path in sorted((*ROOT.glob("portail/**/*"), *ROOT.glob("config/*"))):
        if path.suffix == ".py":
            source = path.read_text(encoding="utf-8")
        elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
            # Parentheses make its uneven indentation, left from the template, harmless to Python's tokenizer.
            source = f"(\n{templatize(path.read_text(encoding='utf-8'))}\n)"
        else:
            continue
        for text in texts_of(source):
            texts.setdefault(text, set()).add(str(path.relative_to(ROOT)))
    return texts


def texts_of(source: str) -> list[tuple[str | None, str, str]]:
    stream = io.BytesIO(source.encode())
    hits = extract_python(stream, KEYWORDS, [], {"encoding": "utf-8"})
    texts = []
    for _, function, strings, _ in hits:
        strings = [strings] if isinstance(strings, str) else list(strings)
        context = strings.pop(0) if function.removesuffix("_lazy") in {"pgettext", "npgettext"} else None
        plural = strings[1] if function.startswith("n") and len(strings) > 1 else ""
        if strings and isinstance(strings[0], str) and strings[0]:
            texts.append((context, strings[0], plural or ""))
    return texts


def catalogue(language: str, texts: Found, known: polib.POFile | list) -> polib.POFile:
    """The texts in a stable order, with the translations already known."""
    translated = {(entry.msgctxt, entry.msgid, entry.msgid_plural): entry for entry in known}
    made = polib.POFile(wrapwidth=110)
    made.metadata = {
        "Project-Id-Version": "Portail Famille",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": PLURALS[language],
    }
    for context, singular, plural in sorted(texts, key=lambda text: (text[1], text[2], text[0] or "")):
        entry = polib.POEntry(msgid=singular, msgid_plural=plural, msgctxt=context)
        entry.occurrences = [(path, "") for path in sorted(texts[context, singular, plural])]
        old = translated.get((context, singular, plural))
        if plural:
            entry.msgstr_plural = dict(old.msgstr_plural) if old else {0: "", 1: ""}
        else:
            entry.msgstr = old.msgstr if old else ""
        entry.flags = [flag for flag in (old.flags if old else []) if flag == "fuzzy"]
        entry.comment = old.comment if old else ""
        made.append(entry)
    return made


def french(texts: Found) -> polib.POFile:
    """The plurals only, each its own translation."""
    made = catalogue("fr", {text: files for text, files in texts.items() if text[2]}, [])
    for entry in made:
        entry.msgstr_plural = {0: entry.msgid, 1: entry.msgid_plural}
    return made


def files(language: str) -> tuple[Path, Path]:
    folder = LOCALE / language / "LC_MESSAGES"
    return folder / "django.po", folder / "django.mo"


def complaints(entry: polib.POEntry) -> list[str]:
    """What is wrong with one translation."""
    given = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    shown = entry.msgid if len(entry.msgid) < 80 else f"{entry.msgid[:77]}…"
    if not all(given):
        return [f"sans traduction : {shown}"]
    if entry.fuzzy:
        return [f"traduction à relire (fuzzy) : {shown}"]
    allowed = set(PLACEHOLDER.findall(entry.msgid + entry.msgid_plural))
    needed = set(PLACEHOLDER.findall(entry.msgid)) & set(
        PLACEHOLDER.findall(entry.msgid_plural or entry.msgid)
    )
    for text in given:
        if not needed <= set(PLACEHOLDER.findall(text)) <= allowed:
            return [f"la traduction change les variables : {shown}"]
    return []


def main(arguments: list[str]) -> int:
    texts = found()
    source = files("en")[0]
    known = polib.pofile(str(source)) if source.exists() else []
    made = {"en": catalogue("en", texts, known), "fr": french(texts)}
    wrong = [complaint for entry in made["en"] for complaint in complaints(entry)]
    for language, catalogued in made.items():
        for path, content in zip(
            files(language), (str(catalogued).encode(), catalogued.to_binary()), strict=True
        ):
            if "--check" not in arguments:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            elif not path.exists() or path.read_bytes() != content:
                wrong.append(f"{path.relative_to(ROOT)} n'est pas à jour : make messages")
    print(f"{len(texts)} textes à traduire.", *wrong, sep="\n")
    return bool(wrong) if "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
