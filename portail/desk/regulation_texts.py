"""Which text of the regulation a screen speaks of: the one in force, an earlier version, or the reader's draft."""

from dataclasses import dataclass, replace

from django.contrib import messages
from django.http import HttpRequest

from portail import rules
from portail.accounts.models import User
from portail.activities import queries
from portail.activities.actions import drafts
from portail.activities.models import Regulation, RegulationDraft, Service
from portail.desk import access
from portail.rules.asking import services_named

IN_FORCE, DRAFT = "en-vigueur", "brouillon"
_VERSION = "version-"


@dataclass(frozen=True)
class Text:
    """A text that can be read: `key` names it in addresses, `label` on screens."""

    key: str
    label: str
    text: str
    regulation: rules.Regulation


def text_in_force() -> str:
    return queries.text_in_force()


def in_force() -> Text:
    text = text_in_force()
    return Text(IN_FORCE, "Règlement en vigueur", text, queries.parsed(text))


def draft_text(agent: User) -> Text | None:
    """The reader's draft, if they have one that can be read."""
    draft = drafts.draft_of(agent)
    return _read(DRAFT, "Votre brouillon", draft.text) if draft else None


def chosen(request: HttpRequest, agent: User) -> Text:
    """The text named in the address (`?texte=`), the one in force when none is."""
    return named(request, agent, request.GET.get("texte", ""))


def named(request: HttpRequest, agent: User, key: str) -> Text:
    """A text by its key, the one in force when there is no such kind.

    An unknown version is a 404; a text that the portal no longer reads is told, and the one in force shown.
    """
    found: Text | None = None
    if key == DRAFT:
        draft = drafts.draft_of(agent)
        if draft is None:
            return in_force()
        found = _read(DRAFT, "Votre brouillon", draft.text)
    elif key.startswith(_VERSION) and _is_number(key.removeprefix(_VERSION)):
        version = access.get_regulation(request, int(key.removeprefix(_VERSION)))
        found = _read(key, f"Version {version.version}", version.text)
    else:
        return in_force()
    if found is None:
        messages.warning(
            request, "Le portail ne lit plus ce texte tel quel : voici celui qui est en vigueur."
        )
    return found or in_force()


def _is_number(words: str) -> bool:
    return words.isascii() and words.isdigit() and len(words) < 8


def _read(key: str, label: str, text: str) -> Text | None:
    try:
        return Text(key, label, text, queries.parsed(text))
    except rules.SettingsErrors:
        return None


def choices(agent: User) -> list[tuple[str, str]]:
    """The texts that this agent may look at: in force, draft, the last versions."""
    found = [(IN_FORCE, "En vigueur")]
    if RegulationDraft.objects.filter(owner=agent).exists():
        found.append((DRAFT, "Votre brouillon"))
    numbers = Regulation.objects.values_list("version", flat=True)[1:11]
    return found + [(f"{_VERSION}{number}", f"Version {number}") for number in numbers]


def calendar_of(regulation: rules.Regulation) -> rules.Calendar:
    """The commune's calendar under this text, told when each service runs."""
    calendar = queries.calendar(regulation)
    return replace(calendar, services=(*queries.service_days(), *regulation.services))


def services_of(*regulations: rules.Regulation) -> list[tuple[str, str]]:
    """The services that the commune offers, then those that only the texts name: (code, name)."""
    offered = dict(Service.objects.filter(is_active=True).values_list("code", "name"))
    named: dict[str, str] = {}
    for regulation in regulations:
        described = {service.code: service.name for service in regulation.services}
        named |= {code: described.get(code) or code for code in services_named(regulation)}
    return [*offered.items(), *((code, name) for code, name in named.items() if code not in offered)]
