"""The left menu of the desk: at most eight entries, each shown to whoever has its right."""

from typing import NamedTuple

from django.http import HttpRequest
from django.urls import reverse

from portail.accounts.models import User
from portail.accounts.rights import Right, has_right


class Entry(NamedTuple):
    label: str
    url_name: str
    icon: str
    right: Right | None  # None: anybody of the town hall


class Shown(NamedTuple):
    label: str
    url: str
    icon: str
    is_current: bool


MENU: tuple[Entry, ...] = (
    Entry("Accueil", "desk:home", "home", None),
    Entry("Familles", "desk:households", "users", Right.READ_FAMILIES),
    Entry("Démarches", "desk:requests", "folder", Right.READ_FAMILIES),
    Entry("Listes du jour", "desk:lists", "document", Right.READ_SESSIONS),
    Entry("Activités", "desk:activities", "calendar", Right.MANAGE_ACTIVITIES),
    Entry("Publications", "desk:news_list", "news", Right.PUBLISH),
    Entry("Courriels", "desk:mails", "mail", Right.MANAGE_MAILS),
    Entry("Administration", "desk:users", "settings", Right.MANAGE_USERS),
)


def menu_for(request: HttpRequest) -> list[Shown]:
    """The entries that this agent may open. The current one is that whose address begins this page's, the longest."""
    user = request.user
    if not isinstance(user, User) or user.is_family:
        return []
    allowed = [entry for entry in MENU if entry.right is None or has_right(user, entry.right)]
    urls = [reverse(entry.url_name) for entry in allowed]
    home = reverse("desk:home")
    above = (url for url in urls if request.path == url or (url != home and request.path.startswith(url)))
    current = max(above, key=len, default="")
    return [
        Shown(entry.label, url, entry.icon, url == current) for entry, url in zip(allowed, urls, strict=True)
    ]
