"""Finding French words in what was to be said in English."""

import re
from html.parser import HTMLParser

SPOKEN = ("alt", "aria-label", "placeholder", "title", "data-label", "data-one", "data-many", "data-hide")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Words that English has not, and its letters.
FRENCH = re.compile(
    r"[àâçèéêëîïôùûœ«»]|\s[:;?!](?=\s|$)"
    r"|\b(?:[ldjmnscq]|jusqu|aujourd)['’]\w"
    r"|\b(?:au|aux|avec|ce|ces|cette|dans|de|des|du|elle|en|est|et|il|jour|jours|la|le|les|leur|lui|ma|mes|moi|mois"
    r"|mon|ne|nos|notre|nous|ou|par|pas|pour|qui|sa|sans|ses|son|sont|sur|un|une|vos|votre|vous)\b"
    r"|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|janvier|juin|juillet|septembre)\b",
    re.IGNORECASE,
)
# A Monday in short is an English word too; addresses are the same in every language.
SAME = re.compile(r"\bMon \d|^Mon$|https?://\S+")


class _Words(HTMLParser):
    """What a page shows and says, but for what it marks as French: what the town writes stays in its language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self.open: list[tuple[str, bool]] = []

    @property
    def is_set_aside(self) -> bool:
        return any(aside for _, aside in self.open)

    def handle_starttag(self, tag: str, attrs: list) -> None:
        given = {name: value or "" for name, value in attrs}
        aside = tag in ("script", "style") or (tag != "html" and given.get("lang") == "fr")
        if not (aside or self.is_set_aside):
            self.words += [
                value for name, value in given.items() if name in SPOKEN or name.startswith("data-")
            ]
        if tag not in VOID:
            self.open.append((tag, aside))

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not self.is_set_aside:
            self.words.append(data)


def words(html: str) -> list[str]:
    reader = _Words()
    reader.feed(html)
    reader.close()
    return [" ".join(text.split()) for text in reader.words if text.strip()]


def french(texts: list[str], data: tuple[str, ...] = ()) -> list[str]:
    """Those that hold French, once the names and words that people chose (`data`) are taken away."""
    chosen = re.compile("|".join(map(re.escape, sorted(data, key=len, reverse=True)))) if data else None
    return [text for text in texts if _is_french(chosen.sub("X", text) if chosen else text)]


def _is_french(text: str) -> bool:
    return bool(FRENCH.search(SAME.sub("", text.replace("\N{NO-BREAK SPACE}", " "))))
