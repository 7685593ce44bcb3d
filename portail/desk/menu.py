"""The left menu of the desk: at most eight entries, each shown to whoever has its right."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right
from portail.desk.sections import SECTIONS


class Entry(NamedTuple):
    label: str
    url_name: str
    icon: str
    right: Right | None  # None: anybody of the town hall
    section: str = ""  # the tabs that belong to it, under other addresses


class Shown(NamedTuple):
    label: str
    url: str
    icon: str
    is_current: bool


MENU: tuple[Entry, ...] = (
    Entry("Accueil", "desk:home", "home", None),
    Entry("Familles", "desk:households", "users", Right.READ_FAMILIES),
    Entry("Démarches", "desk:requests", "folder", Right.READ_FAMILIES),
    Entry("Listes du jour", "desk:lists", "document", Right.READ_SESSIONS, "lists"),
    Entry("Activités", "desk:activities", "calendar", Right.MANAGE_ACTIVITIES),
    Entry("Facturation", "desk:runs", "euro", Right.READ_BILLING, "billing"),
    Entry("Communication", "desk:news_list", "news", Right.PUBLISH, "publications"),
    Entry("Administration", "desk:users", "settings", Right.MANAGE_USERS),
)
KITCHEN = Entry("Cuisine", "desk:kitchen", "meal", Right.READ_MEALS)
"""For whoever has no lists, of which the meals are a tab."""


def menu_for(request: HttpRequest) -> list[Shown]:
    """The entries that this agent may open. The current one is that whose address begins this page's, the longest."""
    user = request.user
    if not isinstance(user, User) or user.is_family:
        return []
    entries = MENU if has_right(user, Right.READ_SESSIONS) else (*MENU, KITCHEN)
    allowed = [entry for entry in entries if entry.right is None or has_right(user, entry.right)]
    homes = [reverse(entry.url_name) for entry in allowed]
    current = max(allowed, key=lambda entry: _fits(entry, request.path), default=None)
    return [
        Shown(entry.label, url, entry.icon, entry is current and _fits(entry, request.path) > 0)
        for entry, url in zip(allowed, homes, strict=True)
    ]


def _fits(entry: Entry, path: str) -> int:
    """How much of this page's address the entry, or one of its tabs, begins; home is only itself."""
    own = reverse(entry.url_name)
    if own == reverse("desk:home"):
        return len(own) if path == own else 0
    urls = [own, *(reverse(tab.url_name) for tab in SECTIONS.get(entry.section, ()))]
    return max((len(url) for url in urls if path.startswith(url)), default=0)
